"""Access of staff to a case: by need, or for a stated reason, which is recorded.

A member needs a case if it is assigned to them; if it is unassigned and they review; if it waits for
their approval (or they approved it); or if they supervise. Every view is a row of the audit log with
the person it is about, who can read it (`citizen/account/seen_by.py`).
"""

from datetime import timedelta

from portal.accounts.staff import Member
from portal.cases.desk.tables import CaseAccess
from portal.cases.life.case import Case
from portal.cases.life.moves import State
from portal.core.store import audit
from portal.core.store.crypto import token
from portal.core.store.database import fetch_value, insert, transaction
from portal.core.tools import clock

LASTS = timedelta(hours=1)
SHORTEST_REASON = 5
FOR_APPROVER = (State.DECIDING, State.PUBLICITY)


# D47: need follows from the work; anything else takes a reason that the citizen reads.
async def needs(member: Member, case: Case) -> bool:
    """Return whether *member* needs *case* for their work."""
    if case.assigned_to == member.id or member.has("supervisor"):
        return True
    if member.has("reviewer") and not case.assigned_to and not case.ended:
        return True
    if member.has("approver") and (case.at in FOR_APPROVER or await _acted(member, case, "approver")):
        return True
    return await _let_in(member, case)


async def _acted(member: Member, case: Case, role: str) -> bool:
    return bool(
        await fetch_value(
            "SELECT 1 FROM case_event WHERE case_id = $1 AND actor = $2 AND role = $3 LIMIT 1", case.id, member.id, role
        )
    )


async def _let_in(member: Member, case: Case) -> bool:
    return bool(
        await fetch_value(
            "SELECT 1 FROM case_access WHERE case_id = $1 AND member = $2 AND ends_at > $3 LIMIT 1",
            case.id,
            member.id,
            clock.now(),
        )
    )


async def open_with_reason(member: Member, case: Case, why: str) -> None:
    """Let *member* see a colleague's *case* for an hour; the reason stays in the audit log."""
    async with transaction():
        now = clock.now()
        await insert(CaseAccess, id=token(), case_id=case.id, member=member.id, given_at=now, ends_at=now + LASTS)
        await note(member, "break_glass", case, why=why)


async def note(member: Member, act: str, case: Case, thing: str = "", why: str = "") -> None:
    """Write into the audit log that *member* did *act* to a case, or to a *thing* of it."""
    roles = member.roles[:40]
    await audit.note(actor=member.id, role=roles, act=act, thing=thing or f"case:{case.id}", about=case.person, why=why)
