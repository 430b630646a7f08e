"""When a staff member is deactivated, their work goes back to the office in the same transaction.

Open cases are given out in turn, or become unassigned; an invitation to give an opinion is withdrawn, and the
case's reviewer invites another expert.
"""

import msgspec

from portal.accounts.staff import Member
from portal.accounts.users import User
from portal.cases.desk import allotment
from portal.cases.desk.search import OPEN, in_state
from portal.cases.experts import panel
from portal.core.store.database import fetch_all, fetch_value

CASES = f"FROM cases WHERE assigned_to = $1 AND assigned_to <> '' AND {in_state(OPEN)}"
INVITATIONS = "FROM appraisal WHERE expert = $1 AND state = 'invited'"
CONCERNED = f"SELECT id {CASES} UNION SELECT case_id {INVITATIONS} ORDER BY 1"


class Held(msgspec.Struct, frozen=True):
    """A member's work: open cases, opinions not given yet; and whether the cases will be given out automatically."""

    cases: int
    invitations: int
    in_turn: bool


async def held(user: User) -> Held:
    """Return what *user* would leave behind."""
    return Held(
        cases=await fetch_value(f"SELECT count(*) {CASES}", user.id),
        invitations=await fetch_value(f"SELECT count(*) {INVITATIONS}", user.id),
        in_turn=await allotment.by_itself(user.region),
    )


async def hand_back(gone: User, by: Member) -> None:
    """Hand back the cases and the invitations of *gone*.

    All rows are locked before the first note: another transaction may hold one while it waits for the audit log.
    """
    concerned = await fetch_all(allotment.Found, CONCERNED, gone.id)
    # D73: all rows before the first note, or it would block whoever holds a row and waits for the audit log.
    cases = [await panel.locked(row.id) for row in concerned]
    after = await allotment.pass_on([case for case in cases if case.assigned_to == gone.id], by=by.id)
    for case in cases:
        await panel.dismiss(after.get(case.id, case), gone.id, by=by.id)
