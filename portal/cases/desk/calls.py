"""打电话: the desk calls people whom no message or letter reached, and records the outcome.

A case waits for at most one call at a time. A correction does not lapse before its reminder has
arrived or such a call was recorded (`rounds.py`).
"""

from datetime import datetime

import msgspec

from portal.cases.desk.tables import CallTask
from portal.cases.life.case import Case, Event
from portal.cases.life.moves import Move, State
from portal.cases.mail.delivery import ASKABLE, UNSERVABLE
from portal.core.store import audit
from portal.core.store.crypto import token
from portal.core.store.database import execute, fetch_all, fetch_one, fetch_value, insert, transaction
from portal.core.tools import clock

# a message could not be sent; a reminder has neither arrived nor been read
FAILED = "failed"
UNREAD = "unread"
UNTOLD = "untold"  # there is no phone to send a message to
REACHED, MISSED = "reached", "missed"
HANDED = "handed"  # the letter was handed over against a signature


class Call(msgspec.Struct, frozen=True):
    """A call to be made: its case, its reason, and since when it waits."""

    id: str
    case_id: str
    why: str
    opened_at: datetime

    @property
    def about_a_letter(self) -> bool:
        """Whether it waits until a letter is served."""
        return self.why in UNSERVABLE

    @property
    def wants_address(self) -> bool:
        """Whether an address orders the envelope."""
        return self.why in ASKABLE


# D78: whom no message reached is called; a correction does not lapse before.
async def ask_for(case: Case, why: str) -> None:
    """Ask the desk to call the people of *case*, unless a call waits already; joins the caller's transaction."""
    known = await waiting_for(case)
    if known and why in UNSERVABLE:  # more urgent: a letter is not served before
        await execute("UPDATE call_task SET why = $2 WHERE id = $1", known.id, why)
    if known:
        return
    await insert(
        CallTask,
        id=token(),
        region=case.region,
        case_id=case.id,
        why=why,
        opened_at=clock.now(),
        done_at=None,
        member="",
        outcome="",
    )


async def no_longer(case: Case, event: Event, _move: Move) -> None:
    """Delete the call about a reminder when the correction is over."""
    if event.before == State.CORRECTION and event.after != State.CORRECTION:
        await execute("DELETE FROM call_task WHERE case_id = $1 AND why = $2 AND done_at IS NULL", case.id, UNREAD)


async def served(case: Case) -> None:
    """Delete the call about a letter of *case*: it is on its way now."""
    why = ", ".join(f"'{one}'" for one in UNSERVABLE)
    await execute(f"DELETE FROM call_task WHERE case_id = $1 AND done_at IS NULL AND why IN ({why})", case.id)


async def waiting(region: str) -> list[Call]:
    """Return the waiting calls of *region*, oldest first."""
    return await fetch_all(Call, "FROM call_task WHERE region = $1 AND done_at IS NULL ORDER BY opened_at, id", region)


async def waiting_for(case: Case) -> Call | None:
    """Return the call that a case waits for."""
    return await fetch_one(Call, "FROM call_task WHERE case_id = $1 AND done_at IS NULL", case.id)


async def write_down(case: Case, member: str, outcome: str) -> bool:
    """Record the *outcome* of a call by *member*; return False if no call was waiting any more.

    Whom a letter still has to reach, and who was not reached, is called again.
    """
    known = await waiting_for(case)
    sql = "UPDATE call_task SET done_at = $2, member = $3, outcome = $4 WHERE case_id = $1 AND done_at IS NULL"
    async with transaction():
        done = await execute(sql, case.id, clock.now(), member, outcome)
        if done:
            act = f"called_{outcome}"
            await audit.note(actor=member, role="staff", act=act, thing=f"case:{case.id}", about=case.person)
        if done and known and known.about_a_letter and outcome == MISSED:
            await ask_for(case, known.why)
    return bool(done)


async def called_since(case: Case, moment: datetime) -> bool:
    """Return whether a call about a case was recorded since *moment*."""
    sql = "SELECT 1 FROM call_task WHERE case_id = $1 AND done_at >= $2 LIMIT 1"
    return bool(await fetch_value(sql, case.id, moment))
