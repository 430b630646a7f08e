"""代录: a staff member fills in an application for a person who cannot, and that person agrees to it.

The person agrees in one of two ways: a message links to the filled-in draft, which they check, sign
and submit themselves; or they sign the printed form, and its scan is uploaded with the case.
`READY` tells that a draft waits for its person.
"""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from portal.cases.apply import draft
from portal.cases.apply.ready import PHONES, SIGNED, Incomplete, stops
from portal.cases.apply.tables import Assisted as AssistedTable
from portal.cases.life.case import Actor, Case, Event, answers_of, case_by_id
from portal.cases.life.moves import Move, Role, State
from portal.core.store import audit
from portal.core.store.database import execute, fetch_all, fetch_one, insert, transaction
from portal.core.tools import clock
from portal.core.tools.signals import Signal
from portal.questions.materials import Slot, slots
from portal.regions.load import Region

CHANNELS = {"counter": "本人在窗口", "phone": "本人打电话"}
LINK, SCAN = "link", "scan"


class Assisted(msgspec.Struct, frozen=True):
    """The data about the assistance, stored beside the draft."""

    case_id: str
    member: str
    channel: str
    confirmed: str
    confirmed_at: datetime | None


class NoPhone(Exception):
    """The person gave no phone number."""


READY = Signal[[Case], None]()  # a draft begins to wait for its person


# D49: confirmed by a link or a signed form, because people must never tell anybody a code.
async def begin(member: str, person: str, region: Region, channel: str, mobile: str) -> Case:
    """Return a draft of *person* for *member* to fill in: the open one, or a new one."""
    known = {"insurance_seen": "yes", "done.insurance": "yes"}
    phones = dict.fromkeys(PHONES, mobile) if mobile else {}
    async with transaction():
        case = await draft.begin(person, region, {**known, **phones})
        if not await execute(
            "UPDATE assisted SET member = $2, channel = $3 WHERE case_id = $1", case.id, member, channel
        ):
            await insert(AssistedTable, case_id=case.id, member=member, channel=channel, made_at=clock.now())
        await audit.note(actor=member, role="staff", act="assist", thing=f"case:{case.id}", about=person)
    return case


async def mine(member: str, key: str) -> tuple[Case, Assisted] | None:
    """Return the case *key* and its assistance if *member* entered it; else None."""
    row = await fetch_one(Assisted, "FROM assisted WHERE case_id = $1 AND member = $2", key, member)
    case = await case_by_id(key) if row else None
    return (case, row) if case and row else None


async def under_way(member: str) -> list[Case]:
    """Return the drafts that *member* is filling in."""
    rows = await fetch_all(Assisted, "FROM assisted WHERE member = $1 ORDER BY made_at DESC LIMIT 50", member)
    cases = [await case_by_id(row.case_id) for row in rows]
    return [case for case in cases if case and case.at is State.DRAFT]


def rows(region: Region, answers: Mapping[str, str]) -> list[Slot]:
    """Return the slots for uploads: the materials and the signed form."""
    return [*slots(region, answers), SIGNED]


async def ask_to_confirm(case: Case, member: str) -> None:
    """Send the person a message that leads to the filled-in draft.

    Raises:
        Incomplete: something stops the submission.
        NoPhone: there is no number to send the message to.
    """
    found = await stops(case, _in_the_name_of(case, member), "link")
    if found:
        raise Incomplete(found)
    answers = answers_of(case)
    if not any(answers.get(name) for name in PHONES):
        raise NoPhone
    async with transaction():
        await execute(
            "UPDATE assisted SET confirmed = $2, confirmed_at = $3 WHERE case_id = $1", case.id, LINK, clock.now()
        )
        await READY.send(case)
        await audit.note(
            actor=member, role="staff", act="confirm_assisted", thing=f"case:{case.id}", about=case.person, why=LINK
        )


async def theirs_again(case: Case, _event: Event, row: Move) -> None:
    """After 取回, leave the draft to its person alone; staff can begin a new one with them at the counter."""
    if row.action == "take_back":
        await execute("DELETE FROM assisted WHERE case_id = $1", case.id)


async def submit(case: Case, member: str) -> Case:
    """Submit the application in the person's name, with the signed form.

    Raises:
        Incomplete, NotAllowed, Stale: as for `draft.submit`.
    """

    async def confirmed() -> None:
        await execute(
            "UPDATE assisted SET confirmed = $2, confirmed_at = $3 WHERE case_id = $1", case.id, SCAN, clock.now()
        )
        await audit.note(
            actor=member, role="staff", act="confirm_assisted", thing=f"case:{case.id}", about=case.person, why=SCAN
        )

    sender = _in_the_name_of(case, member)
    return await draft.submit(case, sender, case.submit_token, "signed_form", together=confirmed)


def _in_the_name_of(case: Case, member: str) -> Actor:
    """Return *member* as an actor for the person who has confirmed the application."""
    return Actor(member, Role.INSURED_PERSON, on_behalf_of=case.person)
