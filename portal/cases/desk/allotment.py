"""Assignment of cases: claim, take the next, hand over, take over, give out in turn.

Each is a compare-and-set on the member that the page showed, so of several members who want a case one
gets it and the others are told. Each writes the audit log in the same transaction.
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
    """A reviewer: how many cases they take, and how many they have."""

    id: str
    name: str
    roles: str
    capacity: int
    away: bool
    given_at: datetime | None
    load: int = 0

    @property
    def room(self) -> int:
        """How many more cases the member can take."""
        return 0 if self.away else max(self.capacity - self.load, 0)


SEATS = f"""
SELECT s.id, s.name, s.roles, coalesce(d.capacity, {CAPACITY}), coalesce(d.away, FALSE), d.given_at
FROM staff s LEFT JOIN desk_seat d ON d.member = s.id
WHERE s.region = $1 AND s.active ORDER BY s.login
"""


async def claim(case: Case, member: str) -> bool:
    """Assign *case* to *member*; return False if it has another member or has ended."""
    return not case.assigned_to and await give(case, member, by=member, act="claim")


async def give(case: Case, member: str, *, by: str, act: str = "assign", why: str = "") -> bool:
    """Assign *case* to *member*; return False if its member changed since *case* was read.

    Args:
        case: as last read.
        member: id of the new member; an empty text puts the case back into the queue.
        by: id of the member who assigns it.
        act: a word of the audit log: claim, assign, take_over, put_back or in_turn.
        why: the reason, if one was required.
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
    """Assign the most urgent unassigned case to *member* and return it; None if there is none."""
    while rows := await fetch_all(Found, FREE, region, 5):
        for row in rows:
            case = await case_by_id(row.id)
            if case and await claim(case, member):
                return case
    return None


async def seats(region: str) -> list[Seat]:
    """Return all reviewers of *region*, with their load."""
    loads = await tally.loads(region)
    rows = await fetch_all(Seat, SEATS, region)
    return [msgspec.structs.replace(row, load=loads.get(row.id, 0)) for row in rows if "reviewer" in row.roles.split()]


async def keep_seat(member: str, capacity: int, *, away: bool) -> None:
    """Store how many open cases *member* takes, and whether they are away."""
    if not await execute("UPDATE desk_seat SET capacity = $2, away = $3 WHERE member = $1", member, capacity, away):
        await insert(DeskSeat, member=member, capacity=capacity, away=away)


async def in_turn(region: str, by: str = SYSTEM) -> int:
    """Assign unassigned cases in turn to reviewers with room, most urgent first; return how many."""
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
    """Take *cases* of one city from a member who was deactivated; return ``{id: case}`` as they are afterwards.

    If the city gives out in turn, they go to reviewers with room, most urgent first; the rest can be claimed.
    Joins a transaction that has locked their rows.
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
    """Return the reviewers in the order of their turns."""
    return sorted(await seats(region), key=lambda seat: (seat.given_at is not None, seat.given_at))


async def _turned(waiting: Sequence[Seat]) -> list[Seat]:
    """Record that the first of *waiting* got a case; return *waiting* with that reviewer moved to the end."""
    (first, *others) = waiting
    now = clock.now()
    if not await execute("UPDATE desk_seat SET given_at = $2 WHERE member = $1", first.id, now):
        await insert(DeskSeat, member=first.id, capacity=first.capacity, away=False, given_at=now)
    return [*others, msgspec.structs.replace(first, load=first.load + 1)]


class Rule(msgspec.Struct, frozen=True):
    """A city whose new cases are given out automatically."""

    region: str


async def by_itself(region: str) -> bool:
    """Return whether new cases of *region* are given out in turn automatically."""
    return bool(await fetch_value("SELECT 1 FROM desk_rule WHERE region = $1 AND in_turn", region))


async def keep_by_itself(region: str, on: bool) -> None:
    """Switch the automatic giving out *on* or off."""
    if not await execute("UPDATE desk_rule SET in_turn = $2 WHERE region = $1", region, on):
        await insert(DeskRule, region=region, in_turn=on)


@every(timedelta(minutes=1))
async def give_out() -> None:
    """Give out unassigned cases in every city that has switched it on."""
    for rule in await fetch_all(Rule, "SELECT region FROM desk_rule WHERE in_turn"):
        await in_turn(rule.region)


async def is_theirs(case: Case, event: Event, _move: Move) -> None:
    """Assign an unassigned case to the reviewer who first acts on it."""
    if event.role == Role.REVIEWER and not case.assigned_to and not case.ended:
        await execute("UPDATE cases SET assigned_to = $2 WHERE id = $1 AND assigned_to = ''", case.id, event.actor)
