"""Write the messages of a move, in its transaction: who hears what, by which channel.

An in-app copy always exists. The SMS goes to the phone the person named; the official account
where they chose it. What is kept are the variables, sealed; the words are made when it is sent
(SMS, in Chinese) or read (in-app, in the reader's language).
"""

import re
import tomllib
from collections.abc import Iterable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import msgspec

from portal.accounts.delegation import Delegation, both, delegation
from portal.cases.apply import draft
from portal.cases.life.case import Case, Event, answers_of
from portal.cases.life.moves import Move
from portal.cases.papers import corrections
from portal.cases.result import decision, publicity
from portal.cases.time.rounds import on_time
from portal.core.store import outbox
from portal.core.store.crypto import seal, seal_json, token
from portal.core.store.database import fetch_value, insert_once
from portal.core.tools import clock
from portal.core.tools.i18n import SOURCE, Said, day_of_year, translate
from portal.core.tools.settings import SETTINGS
from portal.documents import keep
from portal.notices.tables import Notice as Table
from portal.regions.load import REGIONS
from portal.regions.wording import Message as Wording

TEXTS = Path(__file__).parent / "texts.toml"
DAY = re.compile(r"\d{4}-\d\d-\d\d")  # how a day is kept among the variables
# From when until when a benefit holds, by whether there is such a day.
PERIODS = {
    (False, False): "即日起长期有效",
    (False, True): "即日起至{until}有效",
    (True, False): "{since}起长期有效",
    (True, True): "{since}至{until}有效",
}
# A link has 22 characters at most, or an SMS would be two: a host of 13, "/s/" and 6, without "https://".
HOST = SETTINGS.public_origin.rpartition("://")[2]
LINK = 6
# Messages to others than the people of the case; they are written where those people are known.
NOT_HERE = {"N01", "N02", "N04", "N12", "N13x"}
ASKING = {"N01", "N02", "N04"}


class Text(msgspec.Struct, frozen=True):
    """The words of one message, by channel; an empty SMS is never sent."""

    sms: str
    in_app: str


@cache
def texts() -> dict[str, Text]:
    """Return all messages by their N number."""
    return msgspec.convert(tomllib.loads(TEXTS.read_text()), dict[str, Text])


def words(
    code: str, channel: str, variables: dict[str, Any], language: str = SOURCE, own: Wording | None = None
) -> str:
    """Return the message in words, the city's *own* if it has some; a date of an unpublished year is 预计, not 最晚."""
    city = REGIONS.get(str(variables.get("city", "")))
    own = own or (city.notices.get(code) if city else None)
    text = _own(own, channel, language) or getattr(texts()[code], "sms" if channel == "sms" else "in_app")
    if variables.get("provisional"):
        text = text.replace("最晚{date}", "预计{date}")
    return translate(text, language).format(**in_words(variables, language))


def _own(own: Wording | None, channel: str, language: str) -> str:
    if own is None or channel == "sms":
        return own.sms if own else ""
    return own.in_app if language == SOURCE else own.in_app_en


def in_words(variables: dict[str, Any], language: str = SOURCE) -> dict[str, str]:
    """Return the kept *variables* as a message says them: days, periods and words of ours in *language*."""
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
    """Somebody who is told: in the portal, by SMS if there is a *mobile*, and by *further* channels."""

    person: str
    mobile: str = ""
    further: tuple[str, ...] = ()
    in_portal: bool = True

    def channels(self, code: str) -> list[str]:
        """Return by which channels the message *code* reaches them."""
        sms = ["sms"] if self.mobile and texts()[code].sms else []
        in_app = ["in_app"] if self.in_portal else []
        return [*in_app, *sms, *self.further]


class About(Protocol):
    """What a message is about: a case, a delegation, a benefit."""

    @property
    def id(self) -> str:
        """Its id, which begins the key of the message."""


async def tell(
    code: str, people: Iterable[Reader], about: About | None, occasion: Event | str, **variables: Any
) -> None:
    """Write one message to each of *people*, in the transaction of what it tells; the only writer of notices.

    Args:
        code: which message, by its N number.
        people: who is told.
        about: what it is about; nothing for the account itself.
        occasion: what gave rise to it: a row of history, or a text that names the occasion among those of
            *about*. The same message on the same occasion is written once; asking again changes nothing.
        variables: what its words need.
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
        Table,
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
    """Write the messages that *move* names, for the people of the case: both, where one acts for the other."""
    known = await delegation(case.delegation)
    for code in move.notices.split():
        if known and code in ASKING:
            await _tell_of_question(case, event, code, known)
        elif code not in NOT_HERE:
            await tell(code, people_of(case, known), case, event, **await variables_of(case, code))


@on_time
async def remind(case: Case, code: str, occasion: str) -> None:
    """Write the message *code* that time brought about, once for each *occasion*."""
    await tell_people(case, code, occasion)


async def tell_people(case: Case, code: str, occasion: str, **variables: Any) -> None:
    """Tell the people of a case: both, where one acts for the other."""
    known = await delegation(case.delegation)
    await tell(code, people_of(case, known), case, occasion, **{**await variables_of(case, code), **variables})


def people_of(case: Case, delegation: Delegation | None) -> list[Reader]:
    """Return who is told of a case.

    Where somebody acts for the principal, the proxy is told at the phone named in the application, while they
    may follow it, and the principal at the phone known to be theirs. Where that is one phone, one SMS is enough;
    the copies in the portal are each person's own.
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
    """Return *person*, reached by the phone and the channel that the application names."""
    answers = answers_of(case)
    mobile = answers.get("notify_mobile") or answers.get("mobile", "")
    account = answers.get("notify_channel") == "official_account"
    return Reader(person, mobile, ("official_account",) if account else ())


async def _tell_of_question(case: Case, event: Event, code: str, delegation: Delegation) -> None:
    """Send the messages about a request for consent: N01 to the principal, N02 and N04 to the proxy."""
    principal, proxy = await both(delegation)
    variables = {**await variables_of(case, code), "who": proxy.masked_name, "whom": principal.masked_name}
    reader = Reader(delegation.proxy, delegation.proxy_phone)
    if code == "N01":
        reader = Reader(delegation.principal, delegation.principal_phone)
        variables["link"] = f"{HOST}/d/{delegation.link}"
    await tell(code, [reader], case, event, **variables)


async def variables_of(case: Case, code: str) -> dict[str, Any]:
    """Return what the words of the message *code* about a case need."""
    region = case.city
    found: dict[str, Any] = {
        "city": region.id,  # whose words they are said in
        "sign": region.rules.notices.sign_zh,
        "tail": case.number[-4:],
        "no": f"{case.number[:4]} {case.number[4:8]} {case.number[8:]}",
        "no_label": region.rules.query.number_name_zh,
        "hotline": region.hotline,
        "date": case.due_on or "",
        "provisional": bool(case.due_on and not region.calendar.published(case.due_on)),
    }
    notice = await corrections.open_correction(case) if code in ("N07", "N09", "N29") else None
    if notice:
        asked = await corrections.defects(notice, await keep.documents(case.id) if code == "N29" else ())
        found |= {"date": notice.answer_by, "n": sum(not one.answered for one in asked) or len(asked)}
        found["provisional"] = False
    if code == "N19":
        found["reason"] = "情况复杂"  # what the supervisor wrote stands in the letter; it may name the disease
    if code == "N14":
        found |= {"date": publicity.last_day(clock.today(), case), "provisional": False}
    if code == "N28":
        found |= {"date": draft.kept_until(case), "provisional": False}
    if code == "N15":
        found["period"] = await _passed(case)
    return found


async def _passed(case: Case) -> list[date | str]:
    """Return the first and last day of the granted benefit; "" first means at once, "" last means 长期."""
    passed = next(disease for disease in await decision.diseases(case) if disease.passed)
    at_once = passed.starts_on is None or passed.starts_on <= clock.today()
    return ["" if at_once else passed.starts_on or "", passed.ends_on or ""]
