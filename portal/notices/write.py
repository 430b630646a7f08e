"""Write the messages of a move in its transaction, for each reader and channel.

An in-app copy always exists. The SMS goes to the phone that the person named, also for who chose a channel
that is not connected. Only the variables are stored, encrypted; the words are made when the message is
sent (SMS, in Chinese) or read (in-app, in the reader's language).
"""

import re
import tomllib
from collections.abc import Iterable
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Protocol

import msgspec

from portal.accounts.delegation import Delegation, both, delegation
from portal.cases.apply import draft
from portal.cases.desk import calls
from portal.cases.life.case import Case, Event, answers_of, history, last_days_of
from portal.cases.life.moves import Move
from portal.cases.papers import corrections
from portal.cases.result import decision, publicity
from portal.core.store import outbox
from portal.core.store.crypto import seal, seal_json, token
from portal.core.store.database import fetch_value, insert_once
from portal.core.tools import clock
from portal.core.tools.i18n import SOURCE, Said, day_of_year, formatted, translate
from portal.core.tools.settings import SETTINGS
from portal.documents import keep
from portal.notices.tables import Notice
from portal.regions.load import REGIONS, Region
from portal.regions.wording import Message as Wording

TEXTS = Path(__file__).parent / "texts.toml"
DAY = re.compile(r"\d{4}-\d\d-\d\d")  # a day as stored among the variables
# The sentences for a benefit's first and last day, by whether each day is given.
PERIODS = {
    (False, False): "即日起长期有效",
    (False, True): "即日起至{until}有效",
    (True, False): "{since}起长期有效",
    (True, True): "{since}至{until}有效",
}
# A link has 22 characters at most, or an SMS would be two: a host of 13, "/s/" and 6, without "https://".
HOST = SETTINGS.public_origin.rpartition("://")[2]
LINK = 6
# Messages to people outside the case; other modules write them, where those people are known.
NOT_HERE = {"N01", "N02", "N04", "N12", "N13x"}
OFFICE_ONLY = {"N27a", "N27p"}  # warnings of a provisional day, which only the office hears
CHANNELS = ("in_app", "sms")  # what this portal can send by; a city's official account has no gateway yet
LONGEST_REASON = 8  # characters; an SMS has room for no more
ASKING = {"N01", "N02", "N04"}
# Messages about letters that ask for something, take time or end a case: whom no SMS can reach is called.
MUST_REACH = {"N06", "N07", "N11", "N15", "N15p", "N16", "N19", "N21"}


class Text(msgspec.Struct, frozen=True):
    """The texts of one message, by channel; if the SMS text is empty, no SMS is sent."""

    sms: str
    in_app: str


@cache
def texts() -> dict[str, Text]:
    """Return all messages by their N number."""
    return msgspec.convert(tomllib.loads(TEXTS.read_text()), dict[str, Text])


def words(
    code: str, channel: str, variables: dict[str, Any], language: str = SOURCE, own: Wording | None = None
) -> str:
    """Return the text of a message, in the city's *own* words if any; 预计 replaces 最晚 for provisional dates."""
    city = REGIONS.get(str(variables.get("city", "")))
    own = own or (city.notices.get(code) if city else None)
    text = _own(own, channel, language) or getattr(texts()[code], "sms" if channel == "sms" else "in_app")
    if variables.get("provisional"):
        text = text.replace("最晚{date}", "预计{date}")
    return formatted(translate(text, language), in_words(variables, language))


def _own(own: Wording | None, channel: str, language: str) -> str:
    if own is None or channel == "sms":
        return own.sms if own else ""
    return own.in_app if language == SOURCE else own.in_app_en


def in_words(variables: dict[str, Any], language: str = SOURCE) -> dict[str, str]:
    """Return the stored *variables* as texts in *language*: days, periods and the portal's own words."""
    return {name: _in_words(kept, language) for name, kept in variables.items() if name != "city"}


def _in_words(kept: Any, language: str) -> str:
    if isinstance(kept, list):
        since, until = (date.fromisoformat(text) if text else None for text in kept)
        return translate(Said(PERIODS[since is not None, until is not None], since=since, until=until), language)
    text = str(kept)
    if DAY.fullmatch(text):
        return day_of_year(date.fromisoformat(text), english=language != SOURCE)
    return translate(text, language)


class Reader(msgspec.Struct, frozen=True):
    """A recipient: in the portal, and by SMS if there is a *mobile*."""

    person: str
    mobile: str = ""
    in_portal: bool = True

    def channels(self, code: str) -> list[str]:
        """Return the channels by which this person gets the message *code*."""
        sms = ["sms"] if self.mobile and texts()[code].sms else []
        in_app = ["in_app"] if self.in_portal else []
        return [*in_app, *sms]


class About(Protocol):
    """The subject of a message: a case, a delegation or a benefit."""

    @property
    def id(self) -> str:
        """The subject's id, with which the key of the message begins."""


# D91: a message that goes out a second time needs an occasion of its own.
async def tell(
    code: str, people: Iterable[Reader], about: About | None, occasion: Event | str, **variables: Any
) -> None:
    """Write one message to each of *people*, in the transaction of its event. No other function inserts notices.

    Args:
        code: the message's N number.
        people: the recipients.
        about: the subject of the message; None for the account itself.
        occasion: the event: a row of history, or a text that is unique among the occasions of *about*. The
            same message on the same occasion is written once; a second call changes nothing.
        variables: the values for the places in its text.
    """
    about_id = about.id if about else ""
    event_id = occasion.id if isinstance(occasion, Event) else 0
    stem = f"{about_id}:{event_id or occasion}:{code}"
    for reader in people:
        for channel in reader.channels(code):
            key = f"{stem}:{reader.person}:{channel}"
            if not await fetch_value("SELECT 1 FROM notice WHERE key = $1", key):
                await _add(key, code, reader, channel, variables, case_id=about_id, event_id=event_id)


async def _add(
    key: str, code: str, reader: Reader, channel: str, variables: dict[str, Any], *, case_id: str, event_id: int
) -> None:
    id = token()
    link = token(LINK)[:LINK]
    in_app = channel == "in_app"
    recipient = seal(reader.mobile, f"notice.recipient:{id}") if channel == "sms" else None
    added = await insert_once(
        Notice,
        id=id,
        key=key,
        case_id=case_id,
        event_id=event_id,
        person=reader.person,
        code=code,
        channel=channel,
        state="delivered" if in_app else "queued",
        recipient=recipient,
        variables=seal_json({"link": f"{HOST}/s/{link}", **variables}, f"notice.variables:{id}"),
        link=link,
        tries=0,
        made_at=clock.now(),
        sent_at=clock.now() if in_app else None,
    )
    if added and not in_app:
        await outbox.add("send_notice", id, notice=id)


async def write(case: Case, event: Event, move: Move) -> None:
    """Write the messages that *move* names to the people of the case: the insured person and the proxy."""
    known = await delegation(case.delegation)
    for code in move.notices.split():
        if known and code in ASKING:
            await _tell_of_question(case, event, code, known)
        elif code not in NOT_HERE:
            people = people_of(case, known)
            await tell(code, people, case, event, **await variables_of(case, code))
            if code in MUST_REACH and not any(reader.mobile for reader in people):
                await calls.ask_for(case, calls.UNTOLD)


async def remind(case: Case, code: str, occasion: str) -> None:
    """Write the message *code*, due because time has passed, once for each *occasion*."""
    if code in OFFICE_ONLY:
        return
    await tell_people(case, code, occasion)


async def tell_people(case: Case, code: str, occasion: str, **variables: Any) -> None:
    """Write the message *code* to the people of a case: the insured person and the proxy, if any."""
    known = await delegation(case.delegation)
    await tell(code, people_of(case, known), case, occasion, **{**await variables_of(case, code), **variables})


def people_of(case: Case, delegation: Delegation | None) -> list[Reader]:
    """Return the recipients of messages about a case.

    If a proxy acts, the proxy is told at the phone named in the application, while the delegation lets them follow
    the case, and the principal at the phone of their own account. If both phones are the same, only one SMS is
    sent; each still gets a copy in the portal.
    """
    if delegation is None:
        return [named_in(case, case.person)]
    if not delegation.allows("view", clock.today()):
        return [named_in(case, delegation.principal)]
    same_phone = delegation.principal_phone == answers_of(case).get("notify_mobile")
    return [
        named_in(case, delegation.proxy),
        Reader(delegation.principal, "" if same_phone else delegation.principal_phone),
    ]


def named_in(case: Case, person: str) -> Reader:
    """Return *person* as a reader, with the phone and the channel that the application names."""
    answers = answers_of(case)
    mobile = answers.get("notify_mobile") or answers.get("mobile", "")
    return Reader(person, mobile)


async def _tell_of_question(case: Case, event: Event, code: str, delegation: Delegation) -> None:
    """Write the messages about the question to the principal: N01 asks them, N02 and N04 inform the proxy."""
    principal, proxy = await both(delegation)
    variables = {**await variables_of(case, code), "who": proxy.masked_name, "whom": principal.masked_name}
    reader = Reader(delegation.proxy, delegation.proxy_phone)
    if code == "N01":
        reader = Reader(delegation.principal, delegation.principal_phone)
        variables["link"] = f"{HOST}/d/{delegation.link}"
    await tell(code, [reader], case, event, **variables)


async def _reason_of_extension(case: Case) -> str:
    """Return the supervisor's words if they fit into an SMS and hint at no illness; else where to read them."""
    words = next((event.note for event in reversed(await history(case)) if event.action == "extend_deadline"), "")
    words = words.strip().rstrip("。")
    fits = 0 < len(words) <= LONGEST_REASON and not _hints_at_illness(words, case.city)
    return words if fits else "原因见告知书"


def _hints_at_illness(words: str, city: Region) -> bool:
    """Return whether two characters of *words* are also in the name of a disease or of its specialty."""
    names = [name for disease in city.diseases.values() for name in (disease.name_zh, disease.specialty)]
    return any(first + second in name for first, second in pairwise(words) for name in names)


async def variables_of(case: Case, code: str) -> dict[str, Any]:
    """Return the variables for the text of the message *code* about *case*."""
    region = case.city
    found: dict[str, Any] = {
        "city": region.id,  # the city whose wording is used
        "sign": region.rules.notices.sign_zh,
        "tail": case.number[-4:],
        "no": f"{case.number[:4]} {case.number[4:8]} {case.number[8:]}",
        "no_label": region.rules.query.number_name_zh,
        "hotline": region.hotline,
        **_told_by(case),
    }
    notice = await corrections.open_correction(case) if code in ("N07", "N09", "N29") else None
    if notice:
        asked = await corrections.defects(notice, await keep.documents(case.id) if code == "N29" else ())
        found |= {"date": notice.answer_by, "n": sum(not one.answered for one in asked) or len(asked)}
        found["provisional"] = False
    if code == "N19":
        found["reason"] = await _reason_of_extension(case)
    if code == "N14":
        found |= {"date": publicity.last_day(clock.today(), case), "provisional": False}
    if code == "N16":
        found["n"] = region.rules.appeal.recheck_days
    if code == "N28":
        found |= {"date": draft.kept_until(case), "provisional": False}
    if code == "N15":
        found["period"] = await _passed(case)
    return found


def _told_by(case: Case) -> dict[str, Any]:
    """Return the last day for telling the result, whatever the office has to keep before, and if it is provisional."""
    decision = next((last for last in last_days_of(case) if last.of == "decision"), None)
    if decision is None:
        return {"date": case.due_on or "", "provisional": False}
    return {"date": decision.day, "provisional": decision.provisional}


async def _passed(case: Case) -> list[date | str]:
    """Return the first and the last day of the benefit granted; "" means at once, or 长期 for the last."""
    passed = next(disease for disease in await decision.diseases(case) if disease.passed)
    at_once = passed.starts_on is None or passed.starts_on <= clock.today()
    return ["" if at_once else passed.starts_on or "", passed.ends_on or ""]
