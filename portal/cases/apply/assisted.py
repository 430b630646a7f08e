"""代录: a member of staff fills the application in for somebody who cannot, and that person agrees to it.

They agree in one of two ways: a message with a link leads them to the filled-in draft, which they
check, sign and send themselves; or they sign the printed form, and its scan goes with the case.
The rooms above hear by `on_ready` that a draft waits for its person.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

import msgspec

from portal.accounts.register import Unreachable
from portal.cases.apply import draft
from portal.cases.apply.eligibility import BLOCKS, standing
from portal.cases.apply.tables import Assisted as Table
from portal.cases.life.case import Actor, Case, Event, answers_of, case_by_id, on_event
from portal.cases.life.moves import Move, Role, State
from portal.core.store import audit
from portal.core.store.database import execute, fetch_all, fetch_one, insert, transaction
from portal.core.tools import clock
from portal.documents import keep
from portal.documents.keep import Document
from portal.questions.catalogue import journey
from portal.questions.materials import Slot, missing, slots
from portal.questions.model import Step
from portal.regions.load import Region

CHANNELS = {"counter": "本人在窗口", "phone": "本人打电话"}
SIGNED = Slot("signed_form", "signed_form", "本人签名的申请表", "", required=True)
PHONES = ("mobile", "notify_mobile")  # who has none is asked for none
LINK, SCAN = "link", "scan"


class Assisted(msgspec.Struct, frozen=True):
    """What is kept beside the draft."""

    case_id: str
    member: str
    channel: str
    confirmed: str
    confirmed_at: datetime | None


Listener = Callable[[Case], Awaitable[None]]
_listeners: list[Listener] = []


def on_ready(listener: Listener) -> Listener:
    """Have *listener* called, in its transaction, when a draft waits for its person to check and send it."""
    _listeners.append(listener)
    return listener


# D49: confirmed by a link or a signed form, because people must never tell anybody a code.
async def begin(member: str, person: str, region: Region, channel: str, mobile: str) -> Case:
    """Return a draft of *person* for *member* to fill in; an open one is gone on with."""
    known = {"insurance_seen": "yes", "done.insurance": "yes"}
    phones = dict.fromkeys(PHONES, mobile) if mobile else {}
    async with transaction():
        case = await draft.begin(person, region, {**known, **phones})
        if not await execute(
            "UPDATE assisted SET member = $2, channel = $3 WHERE case_id = $1", case.id, member, channel
        ):
            await insert(Table, case_id=case.id, member=member, channel=channel, tries=0, made_at=clock.now())
        await audit.note(actor=member, role="staff", act="assist", thing=f"case:{case.id}", about=person)
    return case


async def mine(member: str, key: str) -> tuple[Case, Assisted] | None:
    """Return the case called *key* and what is kept beside it, if *member* entered it."""
    row = await fetch_one(Assisted, "FROM assisted WHERE case_id = $1 AND member = $2", key, member)
    case = await case_by_id(key) if row else None
    return (case, row) if case and row else None


async def under_way(member: str) -> list[Case]:
    """Return the drafts that *member* is filling in."""
    rows = await fetch_all(Assisted, "FROM assisted WHERE member = $1 ORDER BY made_at DESC LIMIT 50", member)
    cases = [await case_by_id(row.case_id) for row in rows]
    return [case for case in cases if case and case.at is State.DRAFT]


def steps(region: Region, answers: Mapping[str, str]) -> list[Step]:
    """Return the steps whose questions are asked."""
    return [step for step in journey(region, answers) if step.page in ("questions", "form")]


def errors(region: Region, answers: Mapping[str, str]) -> dict[str, str]:
    """Return what is wrong with the answers; a person without a phone need not have one."""
    found = {name: said for step in steps(region, answers) for name, said in step.errors(answers, region).items()}
    return {name: said for name, said in found.items() if name not in PHONES or answers.get(name)}


def rows(region: Region, answers: Mapping[str, str]) -> list[Slot]:
    """Return what is uploaded: the materials, and the signed form."""
    return [*slots(region, answers), SIGNED]


def left(region: Region, answers: Mapping[str, str], files: list[Document]) -> list[Slot]:
    """Return the materials that still must be uploaded or ticked; the signed form is not among them."""
    blocking, open_ = missing(region, answers, {file.slot for file in files})
    return [*blocking, *open_]


async def ask_to_confirm(case: Case, member: str) -> None:
    """Send the person a message that leads to the filled-in draft."""
    async with transaction():
        await execute(
            "UPDATE assisted SET confirmed = $2, confirmed_at = $3 WHERE case_id = $1", case.id, LINK, clock.now()
        )
        for listener in _listeners:
            await listener(case)
        await audit.note(
            actor=member, role="staff", act="confirm_assisted", thing=f"case:{case.id}", about=case.person, why=LINK
        )


@on_event
async def theirs_again(case: Case, _event: Event, row: Move) -> None:
    """Let an application that was taken back be its person's alone; at the counter it may be begun with them anew."""
    if row.action == "take_back":
        await execute("DELETE FROM assisted WHERE case_id = $1", case.id)


async def stopped(case: Case, id_number: str) -> str:
    """Return why the person cannot apply now, or an empty text; keep what the register says."""
    try:
        record = await draft.look_up(id_number)
    except Unreachable:
        return ""
    await draft.keep_record(case, record)
    found = standing(record, case.city, reachable=True)
    return found if found in BLOCKS else ""


async def submit(case: Case, member: str) -> Case:
    """Send the application in with the signed form, in the person's name.

    Raises:
        ValueError: something is missing; the page has said what.
        Doubled, NotAllowed, Stale: as for `draft.submit`.
    """
    answers, files = answers_of(case), await keep.documents(case.id)
    signed = any(file.slot == SIGNED.id for file in files)
    if errors(case.city, answers) or left(case.city, answers, files) or not signed:
        raise ValueError("not everything is there")
    async with transaction():
        sent = await draft.submit(case, Actor(member, Role.INSURED_PERSON, on_behalf_of=case.person), case.submit_token)
        await execute(
            "UPDATE assisted SET confirmed = $2, confirmed_at = $3 WHERE case_id = $1", case.id, SCAN, clock.now()
        )
        await audit.note(
            actor=member, role="staff", act="confirm_assisted", thing=f"case:{case.id}", about=case.person, why=SCAN
        )
    return sent
