"""One case: read it, and `move` it, which is the only way its state ever changes.

A move is one transaction: compare-and-set on state and row version, the row of history, the new due date, and all that
the listeners of `portal.following` write (messages, letters); so no message tells of a change that was rolled back.
"""

from collections.abc import Awaitable, Callable
from datetime import date, datetime

import msgspec

from portal.cases.life.deadlines import Clock, Happened, LastDay, clock_of, last_days
from portal.cases.life.moves import ENDS, Facts, Move, Role, State, find, moves_open, row_of, turn
from portal.cases.life.tables import CaseEvent
from portal.cases.life.told import tell
from portal.core.store.change import change
from portal.core.store.crypto import opened, opened_json, seal
from portal.core.store.database import execute, fetch_all, fetch_one, insert, transaction
from portal.core.tools import clock
from portal.core.tools.clock import day_of
from portal.core.tools.signals import Signal
from portal.regions.editions import kept_by
from portal.regions.load import REGIONS, Region


class Case(msgspec.Struct, frozen=True):
    """A case as stored; the object is never changed, `move` returns a new one."""

    id: str
    region: str
    kind: str
    person: str
    state: str
    return_to: str
    row_version: int
    application_no: str | None
    submit_token: str
    answers: bytes
    insured: bytes | None
    catalogue_version: str
    edition: str
    corrections_asked: int
    one_more: bool
    extended: int
    answer_extended: bool
    new_material: bool
    taken_up: bool
    outcome: str
    assigned_to: str
    due_on: date | None
    made_at: datetime
    edited_at: datetime
    submitted_at: datetime | None
    ended_at: datetime | None
    delegation: str
    unverified: bool
    parent_benefit: str
    told: int

    @property
    def at(self) -> State:
        """The state."""
        return State(self.state)

    @property
    def ended(self) -> bool:
        """Whether the case has ended."""
        return self.at in ENDS

    @property
    def city(self) -> Region:
        """The case's city: today's workflow with the questions of the edition it began with. Always use this one."""
        return kept_by(REGIONS[self.region], self.edition)

    @property
    def number(self) -> str:
        """The application number, or an empty text before the first submission."""
        return self.application_no or ""

    def facts(self, now: datetime) -> Facts:
        """Return the facts that the table of moves needs."""
        since = int((now - self.submitted_at).total_seconds()) / 60 if self.submitted_at else 0
        return Facts(
            state=self.at,
            corrections_asked=self.corrections_asked,
            one_more=self.one_more,
            taken_up=self.taken_up,
            minutes_since_submit=since,
            outcome=State(self.outcome) if self.outcome else None,
            extended=self.extended,
            answer_extended=self.answer_extended,
            overdue=bool(self.due_on and self.city.calendar.published(self.due_on) and day_of(now) > self.due_on),
            new_material=self.new_material,
            unverified=self.unverified,
        )


class Actor(msgspec.Struct, frozen=True):
    """The person or member who acts: id, role, and the person they act for."""

    id: str
    role: Role
    on_behalf_of: str = ""

    @property
    def staff(self) -> bool:
        """Whether a member of staff acts."""
        return self.role in (Role.REVIEWER, Role.APPROVER, Role.SUPERVISOR)


SYSTEM = Actor("system", Role.SYSTEM)


class EventRow(msgspec.Struct, frozen=True):
    """One row of history as stored."""

    id: int
    case_id: str
    number: str
    action: str
    before: str
    after: str
    role: str
    actor: str
    on_behalf_of: str
    note: bytes | None
    days: int
    at: datetime


class Event(msgspec.Struct, frozen=True):
    """One row of history, decrypted."""

    id: int
    number: str
    action: str
    before: str
    after: str
    role: str
    actor: str
    on_behalf_of: str
    note: str
    days: int
    at: datetime


# A row of history was written. D6: listeners run inside the transaction; one that fails makes the move fail.
MOVED = Signal[[Case, Event, Move], None]()


async def case_by_id(id: str) -> Case | None:
    """Return the case called *id*."""
    return await fetch_one(Case, "FROM cases WHERE id = $1", id)


async def case_by_number(number: str) -> Case | None:
    """Return the case with an application number."""
    return await fetch_one(Case, "FROM cases WHERE application_no = $1", number)


async def cases_of(person: str, region: str) -> list[Case]:
    """Return a person's cases in a region, last changed first."""
    return await fetch_all(
        Case, "FROM cases WHERE person = $1 AND region = $2 ORDER BY edited_at DESC, id", person, region
    )


def answers_of(case: Case) -> dict[str, str]:
    """Return the answers of the application, decrypted."""
    found: dict[str, str] = opened_json(case.answers, f"cases.answers:{case.id}")
    return found


async def history(case: Case) -> list[Event]:
    """Return the case's rows of history, oldest first."""
    rows = await fetch_all(EventRow, "FROM case_event WHERE case_id = $1 ORDER BY id", case.id)
    return [_event(row) for row in rows]


def clock_on(case: Case, events: list[Event]) -> Clock:
    """Return the office's clock of *case* after *events*."""
    past = [Happened(event.action, event.after, event.at, event.days) for event in events]
    return clock_of(past, case.city, unverified=case.unverified)


def last_days_of(case: Case) -> list[LastDay]:
    """Return the last days that the office still has to keep on *case*; none while it is not the office's turn."""
    if case.due_on is None or turn(case.at) != "agency":
        return []
    return last_days("acceptance" if case.at is State.SUBMITTED else "decision", case.due_on, case.city)


def moves_for(case: Case, role: Role) -> list[Move]:
    """Return the moves that *role* may make on *case* now, in the order of the table."""
    return moves_open(case.facts(clock.now()), role, case.city)


async def move(
    case: Case,
    action: str,
    actor: Actor,
    *,
    note: str = "",
    days: int = 0,
    together: Callable[[], Awaitable[None]] | None = None,
    outcome: State | None = None,
) -> Case:
    """Carry out *action* and return the case as it is afterwards.

    Args:
        case: as last read.
        action: a word of the table of moves.
        actor: who acts.
        note: what the actor wrote; stored encrypted.
        days: working days granted, for an extension.
        together: further work in the same transaction, run before the row of history.
        outcome: the result of the decisions, for ``decide``; otherwise the stored one stays.

    Raises:
        NotAllowed: the table has no such move for this role now, or the case had changed meanwhile.
    """
    now = clock.now()
    facts = case.facts(now)
    if outcome:
        facts = facts._replace(outcome=outcome)
    row = find(action, facts, actor.role, case.city)
    after = row.lands(case.at, State(case.return_to or case.state))
    async with transaction():
        await _set(case, actor, row, after, now)
        if together:
            await together()
        event = await _write(case, row, actor, after, note, days, now)
        await tell(case.id)
        moved = await _with_due_date(case.id)
        await MOVED.send(moved, event, row)
    return moved


async def happened(case: Case, action: str, actor: Actor, note: str = "") -> None:
    """Write a row of history that changes no state of *case*; joins the caller's transaction."""
    row = row_of(action)
    event = await _write(case, row, actor, case.at, note, 0, clock.now())
    await MOVED.send(case, event, row)
    await tell(case.id)


async def _set(case: Case, actor: Actor, row: Move, after: State, now: datetime) -> None:
    enters_correction = after is State.CORRECTION and case.at is not after
    counted = {row.counts: getattr(case, row.counts) + 1} if row.counts else {}
    values = {
        "state": after.value,
        "return_to": case.state if enters_correction else case.return_to,
        "edited_at": now,
        "taken_up": case.taken_up or actor.staff,
        "ended_at": (case.ended_at or now) if after in ENDS else None,
        "answer_extended": case.answer_extended and after is State.CORRECTION,
        **counted,
        **dict.fromkeys(row.marks.split(), True),
        **dict.fromkeys(row.clears.split(), False),
    }
    await change("cases", case, **values)
    if after in ENDS or after is State.DRAFT:  # the person may apply for the disease again
        await execute("UPDATE case_disease SET open = $2 WHERE case_id = $1", case.id, False)


async def _write(case: Case, row: Move, actor: Actor, after: State, note: str, days: int, now: datetime) -> Event:
    await insert(
        CaseEvent,
        case_id=case.id,
        number=row.number,
        action=row.action,
        before=case.state,
        after=after.value,
        role=actor.role.value,
        actor=actor.id,
        on_behalf_of=actor.on_behalf_of,
        note=seal(note, f"case_event.note:{case.id}") if note else None,
        days=days,
        at=now,
    )
    last = await fetch_one(EventRow, "FROM case_event WHERE case_id = $1 ORDER BY id DESC LIMIT 1", case.id)
    assert last
    return _event(last)


async def _with_due_date(id: str) -> Case:
    """Write the due date that follows from the history now (a copy, for sorting) and return the case."""
    case = await case_by_id(id)
    assert case
    due = clock_on(case, await history(case)).due
    if due != case.due_on:
        await execute("UPDATE cases SET due_on = $2 WHERE id = $1", id, due)
        case = msgspec.structs.replace(case, due_on=due)
    return case


def _event(row: EventRow) -> Event:
    note = opened(row.note, f"case_event.note:{row.case_id}") if row.note else ""
    return Event(**{name: getattr(row, name) for name in Event.__struct_fields__ if name != "note"}, note=note)
