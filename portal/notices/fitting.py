"""Check a city's messages, at every start and before a release of its rules.

Each text must fit into one SMS, and a city's own words may use only the variables of the message they replace.
"""

from string import Formatter

from portal.notices.write import CHANNELS, texts, words
from portal.regions.catalogue import BadFile
from portal.regions.load import Region
from portal.regions.wording import Message

# D63: a text longer than one SMS is refused, also if only the city's longer hotline makes it so.
MOST = 70  # characters of one SMS in Chinese
# The longest value of each variable; `fits` adds the city's own values.
WIDEST = {
    "tail": "5564",
    "no": "4821 0937 5564",
    "date": "2026-12-21",
    "day": "2028年11月20日",
    "link": "mt.example.cn/s/AbCd_-",
    "who": "李*",
    "whom": "李*",
    "n": 12,
    "reason": "材料数量特别多的",
    "courier": "邮政EMS",
    "waybill": "1234567890123",
    "period": ["2026-12-31", "2028-11-20"],
}


def variables_of(text: str) -> set[str]:
    """Return the names of the variables in *text*."""
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def fits(region: Region) -> None:
    """Check the messages in the city's own words, and the length of every SMS with the city's own names.

    Raises:
        BadFile: names the file, the key, the message and the fault.
    """
    for channel in sorted(set(region.rules.notices.connected) - set(CHANNELS)):
        raise BadFile(f"{region.at}region.toml: notices.connected: this portal has no gateway for {channel}")
    for code, message in region.notices.items():
        _check_own(f"{region.at}notices.toml", code, message)
    contact = region.rules.contact
    city = {
        "sign": ("notices.sign_zh", region.rules.notices.sign_zh),
        "hotline": ("contact.hotline" if contact.hotline else "contact.hotline_fallback", region.hotline),
        "no_label": ("query.number_name_zh", region.rules.query.number_name_zh),
    }
    widest = {**WIDEST, **{name: text for name, (_, text) in city.items()}}
    for code, text in texts().items():
        own = region.notices.get(code)
        long = len(words(code, "sms", widest, own=own)) if text.sms or (own and own.sms) else 0
        if long <= MOST:
            continue
        filled = [f"{key} ({len(said)})" for name, (key, said) in city.items() if name in variables_of(text.sms)]
        where = f"notices.toml: {code}.sms" if own and own.sms else f"region.toml: {', '.join(filled)}"
        much = f"the SMS {code} would have {long} characters, and an SMS has {MOST}"
        raise BadFile(f"{region.at}{where}: {much}; shorten this, or say {code} shorter in notices.toml")


def _check_own(at: str, code: str, own: Message) -> None:
    if code not in texts():
        raise BadFile(f"{at}: there is no message {code}")
    ours = texts()[code]
    allowed = variables_of(ours.sms) | variables_of(ours.in_app) | {"hotline"}
    for name in ("sms", "in_app", "in_app_en"):
        text = getattr(own, name)
        try:
            strange = variables_of(text) - (allowed if name == "sms" else allowed - {"sign", "link"})
        except ValueError as error:
            raise BadFile(f"{at}: {code}.{name}: {error}") from error
        if strange:
            raise BadFile(f"{at}: {code}.{name}: {sorted(strange)} is not among what this message knows")
    if own.sms and not own.sms.startswith("{sign}"):
        raise BadFile(f"{at}: {code}.sms begins with {{sign}}, the registered signature")
