"""Who works on what: claim, the next one, hand over, take over, give out in turn.

Each is a compare-and-set on the member a case was seen with, so of several who want a case one
gets it and the others are told. Each is in the audit log, in its transaction.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from portal.cases.desk import tally
from portal.cases.desk.search import DUE, OFFICE, OPEN, in_state, place
from portal.cases.desk.tables import DeskRule, DeskSeat
from portal.cases.life.case import Case, Event, case_by_id
from portal.cases.life.moves import Move, Role
from portal.core.store import audit
from portal.core.store.database import execute, fetch_all, fetch_value, insert, transaction
from portal.core.store.jobs import every
from portal.core.tools import clock

CAPACITY = 30  # open cases of a member who was not given another number
MOST = 500
TURNS_AT_ONCE = 200
SYSTEM = "system"
LEFT = "承办人的账号停用了"


class Seat(msgspec.Struct, frozen=True):
    """A member who reviews: how much they take, and how much they have."""

    id: str
    name: str
    roles: str
    capacity: int
    away: bool
    given_at: datetime | None
    load: int = 0

    @property
    def room(self) -> int:
        """How many more they take."""
        return 0 if self.away else max(self.capacity - self.load, 0)


SEATS = f"""
SELECT s.id, s.name, s.roles, coalesce(d.capacity, {CAPACITY}), coalesce(d.away, FALSE), d.given_at
FROM staff s LEFT JOIN desk_seat d ON d.member = s.id
WHERE s.region = $1 AND s.active ORDER BY s.login
"""


async def claim(case: Case, member: str) -> bool:
    """Give *case* to *member* unless somebody has it or it is over; return whether it worked."""
    return not case.assigned_to and await give(case, member, by=member, act="claim")


async def give(case: Case, member: str, *, by: str, act: str = "assign", why: str = "") -> bool:
    """Give *case* to *member* if it is still with whom it was seen with; return whether it worked.

    Args:
        case: as last read.
        member: who is to have it; an empty text puts it back.
        by: who says so.
        act: a word of the audit log: claim, assign, take_over, put_back or in_turn.
        why: the reason, where one was asked for.
    """
    async with transaction():
        changed = await execute(
            f"UPDATE cases SET assigned_to = $2 WHERE id = $1 AND assigned_to = $3 AND {in_state(OPEN)}",
            case.id,
            member,
            case.assigned_to,
        )
        if changed:
            await audit.note(actor=by, role="staff", act=act, thing=f"case:{case.id}", about=case.person, why=why)
    return bool(changed)


class Found(msgspec.Struct, frozen=True):
    """The id of a case."""

    id: str


FREE = f"SELECT id FROM cases WHERE region = $1 AND assigned_to = '' AND {in_state(OFFICE)} ORDER BY {DUE}, id LIMIT $2"


async def take_next(region: str, member: str) -> Case | None:
    """Give *member* the most urgent case that nobody has, and return it; nothing when there is none."""
    while rows := await fetch_all(Found, FREE, region, 5):
        for row in rows:
            case = await case_by_id(row.id)
            if case and await claim(case, member):
                return case
    return None


async def seats(region: str) -> list[Seat]:
    """Return everybody who reviews in *region*, with their load."""
    loads = await tally.loads(region)
    rows = await fetch_all(Seat, SEATS, region)
    return [msgspec.structs.replace(row, load=loads.get(row.id, 0)) for row in rows if "reviewer" in row.roles.split()]


async def keep_seat(member: str, capacity: int, *, away: bool) -> None:
    """Remember how many open cases *member* takes, and whether they are away."""
    if not await execute("UPDATE desk_seat SET capacity = $2, away = $3 WHERE member = $1", member, capacity, away):
        await insert(DeskSeat, member=member, capacity=capacity, away=away)


async def in_turn(region: str, by: str = SYSTEM) -> int:
    """Give the cases nobody has to those with room, in turn, the most urgent first; return how many."""
    waiting = await _queue(region)
    given = 0
    for row in await fetch_all(Found, FREE, region, TURNS_AT_ONCE):
        waiting = [seat for seat in waiting if seat.room]
        case = await case_by_id(row.id)
        if not waiting or case is None:
            break
        if not case.assigned_to and await give(case, waiting[0].id, by=by, act="in_turn"):
            waiting = await _turned(waiting)
            given = given + 1
    return given


async def pass_on(cases: Sequence[Case], *, by: str) -> dict[str, Case]:
    """Take *cases* of one city from their member, who was switched off; return them by id as they are then.

    Where the city gives out in turn they go to those with room, the most urgent first; the rest anybody may claim.
    Joins a transaction that holds their rows.
    """
    waiting = await _queue(cases[0].region) if cases and await by_itself(cases[0].region) else []
    after = {}
    for case in sorted(cases, key=place):
        waiting = [seat for seat in waiting if seat.room]
        to = waiting[0].id if waiting else ""
        if await give(case, to, by=by, act="in_turn" if to else "put_back", why=LEFT):
            after[case.id] = msgspec.structs.replace(case, assigned_to=to)
            waiting = await _turned(waiting) if to else []
    return after


async def _queue(region: str) -> list[Seat]:
    """Return those who review in the order of their turns."""
    return sorted(await seats(region), key=lambda seat: (seat.given_at is not None, seat.given_at))


async def _turned(waiting: Sequence[Seat]) -> list[Seat]:
    """Note that the first of *waiting* was given a case; return them with that one at the end."""
    (first, *others) = waiting
    now = clock.now()
    if not await execute("UPDATE desk_seat SET given_at = $2 WHERE member = $1", first.id, now):
        await insert(DeskSeat, member=first.id, capacity=first.capacity, away=False, given_at=now)
    return [*others, msgspec.structs.replace(first, load=first.load + 1)]


class Rule(msgspec.Struct, frozen=True):
    """A city whose new cases are given out by themselves."""

    region: str


async def by_itself(region: str) -> bool:
    """Return whether new cases of *region* are given out in turn by themselves."""
    return bool(await fetch_value("SELECT 1 FROM desk_rule WHERE region = $1 AND in_turn", region))


async def keep_by_itself(region: str, on: bool) -> None:
    """Switch giving out by itself *on* or off."""
    if not await execute("UPDATE desk_rule SET in_turn = $2 WHERE region = $1", region, on):
        await insert(DeskRule, region=region, in_turn=on)


@every(timedelta(minutes=1))
async def give_out() -> None:
    """Give out what came in, in every city that wants it."""
    for rule in await fetch_all(Rule, "SELECT region FROM desk_rule WHERE in_turn"):
        await in_turn(rule.region)


async def is_theirs(case: Case, event: Event, _move: Move) -> None:
    """Assign an unassigned case to the reviewer who first acts on it."""
    if event.role == Role.REVIEWER and not case.assigned_to and not case.ended:
        await execute("UPDATE cases SET assigned_to = $2 WHERE id = $1 AND assigned_to = ''", case.id, event.actor)
