"""邮寄: the results of a case by mail. At most one envelope of a case is under way; the latest one counts.

Every act is one transaction: compare-and-set on the row version, the messages (`MESSAGE_DUE`), and a row of
the audit log, which is also the envelope's history. The address is stored encrypted.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

import msgspec

from portal.accounts.person import person
from portal.cases.life.case import Case, Event, answers_of, case_by_id
from portal.cases.life.moves import DECIDED, Move, State
from portal.cases.life.told import tell
from portal.cases.mail.acts import AT_DESK, TO_PRINT, Act, Hand, Stand, find
from portal.cases.mail.envelopes import Address, Delivery, latest
from portal.cases.mail.serving import service
from portal.cases.mail.tables import Delivery as DeliveryTable
from portal.core.store import audit
from portal.core.store.change import change
from portal.core.store.crypto import seal_json, token
from portal.core.store.database import Taken, fetch_all, insert, transaction
from portal.core.store.jobs import every
from portal.core.tools import clock
from portal.core.tools.machine import NotAllowed
from portal.core.tools.signals import Signal
from portal.questions.delivery import POSTAL_ADDRESS, RECIPIENT, RECIPIENT_MOBILE, by_mail, sends_mail

WHERE = (RECIPIENT, RECIPIENT_MOBILE, POSTAL_ADDRESS)  # what is asked, in the application and later alike
MAILED = DECIDED | {State.NOT_ACCEPTED, State.LAPSED}  # the ends with a letter that tells the result
LATE = "N23x"


# Why a letter that tells a result can be served neither on line nor by mail.
NO_ADDRESS = "no_address"  # there is nothing to write on the envelope
NO_POST = "no_post"  # the city sends no mail
AGAIN = "again"  # an envelope is printed or on its way, and another letter was issued since
CAME_BACK = "came_back"
NOT_WANTED = "not_wanted"  # the citizen cancelled the envelope
LOST = "lost"  # the citizen says that it has not arrived
UNSERVABLE = (NO_ADDRESS, NO_POST, AGAIN, CAME_BACK, NOT_WANTED, LOST)
ASKABLE = (NO_ADDRESS, NOT_WANTED)  # an address given now orders an envelope


class By(NamedTuple):
    """The actor: id, the person acted for, and the role written into the audit log."""

    id: str
    hand: Hand
    role: str


# An act on an envelope, or the clock, asks for a message: the case, the envelope, the N number.
MESSAGE_DUE = Signal[[Case, Delivery, str], None]()
# A letter of a case cannot be served, for one of the reasons above.
UNSERVED = Signal[[Case, str], None]()
# Something was done with an envelope of a case: the name of the act.
ACTED = Signal[[Case, Delivery, str], None]()


def may_order(case: Case) -> bool:
    """Return whether the case has a result and the city sends results by mail."""
    return sends_mail(case.city) and case.at in MAILED


def usual(case: Case, name: str) -> dict[str, str]:
    """Return the suggested address for *name*: the postal address in the answers, else the home address."""
    answers = answers_of(case)
    return {one: answers.get(one) or text for one, text in _home(answers, name).items()}


def _home(answers: Mapping[str, str], name: str) -> dict[str, str]:
    phone = answers.get("mobile", "")
    address = answers.get("address", "")
    return {"recipient": name, "recipient_mobile": phone, "postal_address": address}


async def owed(case: Case, at: datetime) -> bool:
    """Return whether letters of the time *at* must reach the person on paper, because they are not served on line."""
    return not (await service(case)).electronic(at)


async def on_paper(case: Case, at: datetime) -> Address | None:
    """Return where a result given at *at* must be mailed although nobody ordered it; None if it is not mailed.

    That is the address given in the application, or the home address of a person who is not served online.
    """
    if not sends_mail(case.city) or not (by_mail(case.city, answers_of(case)) or await owed(case, at)):
        return None
    return await _address_of(case)


async def _address_of(case: Case) -> Address | None:
    """Return the first complete address of the application: the one for mail, or the one at home."""
    answers = answers_of(case)
    who = await person(case.person)
    assert who
    named = {question.name: answers.get(question.name, "") for question in WHERE}
    for where in ([named] if by_mail(case.city, answers) else []) + [_home(answers, who.name)]:
        if not errors_in(where, case):
            return msgspec.convert(where, Address)
    return None


def errors_in(where: Mapping[str, str], case: Case) -> dict[str, str]:
    """Return ``{question: message}`` for an address as typed."""
    said = {question.name: question.error(where.get(question.name, ""), case.city) for question in WHERE}
    return {name: message for name, message in said.items() if message}


async def order(case: Case, where: Address, by: By) -> None:
    """Order a copy on paper.

    Raises:
        NotAllowed: there is no result to send, or an envelope is already under way.
    """
    known = await latest(case)
    find("order", known.at if known else Stand.NOTHING, by.hand)
    if not may_order(case):
        raise NotAllowed("order: nothing to send")
    try:
        async with transaction():
            begun = await begin(case, where)
            await _noted(begun.id, case.person, "order", by)
    except Taken as error:
        raise NotAllowed("order: somebody was quicker") from error


async def begin(case: Case, where: Address) -> Delivery:
    """Make an envelope for a case and return it.

    Raises:
        Taken: the case has one on its way.
    """
    id = token()
    now = clock.now()
    await insert(
        DeliveryTable,
        id=id,
        case_id=case.id,
        region=case.region,
        person=case.person,
        state=Stand.REQUESTED.value,
        row_version=1,
        address=seal_json(where, f"delivery.address:{id}"),
        made_at=now,
        waits_since=now,
    )
    begun = await latest(case)
    assert begun
    await ACTED.send(case, begun, "order")
    await tell(case.id)
    return begun


async def with_the_end(case: Case, event: Event, row: Move) -> None:
    """Serve the letter that tells a result: by an envelope, if mail was asked for or the person is not served online.

    Where that cannot be, whoever finds another way hears why (`UNSERVED`).
    """
    if not row.tells_result:
        return
    on_line = not await owed(case, event.at)
    if on_line and not by_mail(case.city, answers_of(case)):
        return
    known = await latest(case)
    where = await on_paper(case, event.at) or (known.where if known else None)
    why = _why_not(case, known, where)
    if where and not why and not (known and known.at in TO_PRINT):  # what waits to be printed takes it along
        await begin(case, where)
    elif why and not (on_line and why == NO_POST):
        await UNSERVED.send(case, why)


def _why_not(case: Case, known: Delivery | None, where: Address | None) -> str:
    """Return why no envelope can take a further letter of a case along; empty if one can."""
    if not may_order(case):
        return NO_POST
    if known and known.at in (Stand.PRINTED, Stand.POSTED):
        return AGAIN
    if known and known.at is Stand.RETURNED:
        return CAME_BACK
    return "" if where else NO_ADDRESS


async def act(delivery: Delivery, name: str, by: By, **changes: Any) -> Delivery:
    """Carry out the act *name*, set the columns in *changes*, and return the envelope as it is afterwards.

    Raises:
        NotAllowed: the table has no such act for this actor now, or the envelope had changed meanwhile.
    """
    row = find(name, delivery.at, by.hand, missed=delivery.missed)
    after = msgspec.structs.replace(delivery, **{**_follows(delivery, row), **changes})
    async with transaction():
        await _keep(delivery, after)
        case = await case_by_id(delivery.case_id)
        assert case
        if row.notice:
            await MESSAGE_DUE.send(case, after, row.notice)
        await ACTED.send(case, after, name)
        await tell(delivery.case_id)
        await _noted(delivery.id, delivery.person, name, by)
    return after


def _follows(delivery: Delivery, row: Act) -> dict[str, Any]:
    """Return the columns that the act itself changes, with their values."""
    found: dict[str, Any] = {"state": row.lands(delivery.at).value, "row_version": delivery.row_version + 1}
    match row.action:
        case "post":
            found |= {"posted_at": clock.now()}
        case "miss":
            found |= {"missed_at": clock.now()}
        case "return" | "fix_address" | "send_again":
            found |= {"missed_at": None, "batch": "", "waits_since": clock.now()}
    if row.action in ("print", "send_again"):  # what an earlier courier did with it no longer counts
        found |= {"courier": "", "waybill": "", "posted_at": None, "delivered_on": None}
    return found


async def _keep(delivery: Delivery, after: Delivery) -> None:
    names = ("state", "address", "batch", "courier", "waybill", "waits_since", "posted_at", "delivered_on", "missed_at")
    try:
        await change("delivery", delivery, **{name: getattr(after, name) for name in names})
    except Taken as error:
        raise NotAllowed("another envelope for this case is under way") from error


async def change_address(delivery: Delivery, where: Address, by: By) -> Delivery:
    """Change the address of an envelope that is not printed yet or has come back.

    Raises:
        NotAllowed: the envelope is printed or on its way.
    """
    name = "fix_address" if delivery.at is Stand.RETURNED else "change_address"
    return await act(delivery, name, by, address=seal_json(where, f"delivery.address:{delivery.id}"))


async def print_all(found: list[Delivery], by: By) -> str:
    """Mark all envelopes as printed in one batch (or none of them, on an error); return the name of the batch.

    Raises:
        NotAllowed: one of them has moved on.
    """
    name = token()
    async with transaction():
        for known in found:
            await act(known, "print", by, batch=name)
    return name


async def post_all(found: list[Delivery], waybills: Mapping[str, str], courier: str, by: By) -> None:
    """Mark all envelopes as handed to *courier* with their waybills (or none of them, on an error).

    Raises:
        NotAllowed: one of them has moved on.
    """
    async with transaction():
        for known in found:
            await act(known, "post", by, courier=courier, waybill=waybills[known.id])


async def _noted(id: str, person: str, name: str, by: By) -> None:
    await audit.note(actor=by.id, role=by.role, act=f"mail_{name}", thing=f"delivery:{id}", about=person)


def send_by(delivery: Delivery, case: Case) -> date | None:
    """Return the last day for posting the envelope; None if the desk need not act."""
    if delivery.at not in AT_DESK:
        return None
    return case.city.calendar.add(clock.day_of(delivery.waits_since), case.city.rules.delivery.send_workdays)


@every(timedelta(hours=1))
async def mind_late() -> int:
    """Alert the desk to every overdue envelope and return how many there are; the notices drop repeats."""
    states = ", ".join(f"'{stand.value}'" for stand in AT_DESK)
    told = 0
    sql = f"FROM delivery WHERE state IN ({states}) AND waits_since < $1"
    for known in await fetch_all(Delivery, sql, clock.now() - timedelta(days=1)):
        case = await case_by_id(known.case_id)
        last = send_by(known, case) if case else None
        if case and last and clock.today() > last:
            async with transaction():
                await MESSAGE_DUE.send(case, known, LATE)
            told += 1
    return told
