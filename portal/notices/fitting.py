"""Before a city's version is released: every SMS it would send is one SMS, and its own words say what ours do."""

from string import Formatter

from portal.notices.write import texts, words
from portal.policy.holding import must_hold
from portal.regions.catalogue import BadFile
from portal.regions.load import Region
from portal.regions.wording import Message

MOST = 70
# Every variable but those of the city as wide as it can get.
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
    """Return the variables in *text*."""
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@must_hold
def fits(region: Region) -> None:
    """Check a city's own words for messages, and every SMS with its signature, hotline and name of the number.

    Raises:
        BadFile: with the number of the message and what is wrong.
    """
    for code, message in region.notices.items():
        _check_own(code, message)
    city = {
        "sign": region.rules.notices.sign_zh,
        "hotline": region.hotline,
        "no_label": region.rules.query.number_name_zh,
    }
    for code, text in texts().items():
        own = region.notices.get(code)
        sms = own.sms if own and own.sms else text.sms
        long = len(words(code, "sms", {**WIDEST, **city}, own=own)) if sms else 0
        if long > MOST:
            file = "notices.toml" if own else "region.toml: notices.sign_zh, contact.hotline or query.number_name_zh"
            raise BadFile(f"{file}: the SMS {code} would have {long} characters, and an SMS has {MOST}")


def _check_own(code: str, own: Message) -> None:
    if code not in texts():
        raise BadFile(f"notices.toml: there is no message {code}")
    ours = texts()[code]
    allowed = variables_of(ours.sms) | variables_of(ours.in_app) | {"hotline"}
    for name in ("sms", "in_app", "in_app_en"):
        text = getattr(own, name)
        try:
            strange = variables_of(text) - (allowed if name == "sms" else allowed - {"sign", "link"})
        except ValueError as error:
            raise BadFile(f"notices.toml: {code}.{name}: {error}") from error
        if strange:
            raise BadFile(f"notices.toml: {code}.{name}: {sorted(strange)} is not among what this message knows")
    if own.sms and not own.sms.startswith("{sign}"):
        raise BadFile(f"notices.toml: {code}.sms begins with {{sign}}, the registered signature")
