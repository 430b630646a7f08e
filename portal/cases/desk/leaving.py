"""A member of staff is switched off: what they had goes back to the office, in the same transaction.

Open cases go to whose turn it is, or to anybody; an invitation to give an opinion is taken back, and whoever has
the case asks somebody else.
"""

import msgspec

from portal.accounts.staff import Member
from portal.accounts.users import User, on_switch_off
from portal.cases.desk import allotment
from portal.cases.desk.search import OPEN, in_state
from portal.cases.experts import panel
from portal.core.store.database import fetch_all, fetch_value

CASES = f"FROM cases WHERE assigned_to = $1 AND assigned_to <> '' AND {in_state(OPEN)}"
INVITATIONS = "FROM appraisal WHERE expert = $1 AND state = 'invited'"
CONCERNED = f"SELECT id {CASES} UNION SELECT case_id {INVITATIONS} ORDER BY 1"


class Held(msgspec.Struct, frozen=True):
    """What somebody has in hand: open cases, opinions they still owe; and whether cases go on in turn by themselves."""

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


@on_switch_off
async def hand_back(gone: User, by: Member) -> None:
    """Hand back the cases and the invitations of *gone*.

    Every row is held before the first note is written: who waits for the audit log's only writer holds one of them.
    """
    concerned = await fetch_all(allotment.Found, CONCERNED, gone.id)
    # D73: all rows before the first note, or it would block whoever holds a row and waits for the audit log.
    cases = [await panel.locked(row.id) for row in concerned]
    after = await allotment.pass_on([case for case in cases if case.assigned_to == gone.id], by=by.id)
    for case in cases:
        await panel.dismiss(after.get(case.id, case), gone.id, by=by.id)
