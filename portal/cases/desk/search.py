"""The staff queue: the cases of a city by due date, with filters, page by page.

Statements are built with Piccolo here, because their shape depends on the filters. A page begins after
the last row of the previous one (keyset), so the thousandth costs as much as the first. The conditions
are worded as in the queue's indexes: a database uses a partial index only for a statement with the
same condition.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any, Literal

import msgspec
from piccolo.columns.combination import WhereRaw
from piccolo.query import OrderByRaw, Select

from portal.cases.life.case import Case
from portal.cases.life.moves import ENDS, State
from portal.cases.life.number import read_number
from portal.cases.life.tables import Case as CaseTable

View = Literal["open", "mine", "free", "late", "today", "correction", "experts", "approval", "ended"]
PAGE = 25
OFFICE = (State.SUBMITTED, State.REVIEWING, State.APPRAISING, State.DECIDING)
OPEN = (State.SUBMITTED, State.CORRECTION, State.REVIEWING, State.APPRAISING, State.DECIDING, State.PUBLICITY)
ENDED = (State.APPROVED, State.PARTLY_APPROVED, State.DENIED, State.NOT_ACCEPTED, State.WITHDRAWN, State.LAPSED)
# D46: say conditions in the words of the indexes, or the queue becomes slow without failing.
AWAY = tuple(state for state in OPEN if state not in OFFICE)  # with the citizen or the public
FAR = date(9000, 1, 1)  # not the last day there is: asyncpg takes that for infinity
DUE = f"coalesce(due_on, '{FAR}')"
ONE_STATE: dict[View, State] = {
    "correction": State.CORRECTION,
    "experts": State.APPRAISING,
    "approval": State.DECIDING,
}
assert set(ENDED) == ENDS


class Wanted(msgspec.Struct, frozen=True):
    """A request for a page of the queue: view, member, today, filters, and the row to go on after."""

    region: str
    view: View
    me: str
    today: date
    number: str = ""
    state: str = ""  # of `OPEN`; anything else is not looked at
    member: str = ""  # whose cases
    disease: str = ""  # its code
    after: tuple[date, str] | None = None  # `place` of the last row shown


async def queue(wanted: Wanted) -> list[Case]:
    """Return one page of cases plus one case, which tells the caller that a next page exists.

    A number is searched among all cases of the city, in any view. Ended cases come latest first.
    """
    rows: list[dict[str, Any]] = []
    for asked in questions(wanted):
        if len(rows) <= PAGE:
            rows += await asked.limit(PAGE + 1 - len(rows))
    return [Case(**{name: row[name] for name in Case.__struct_fields__}) for row in rows]


def questions(wanted: Wanted) -> list[Select[Any]]:
    """Return the statements whose rows together make a page, in order.

    A page after a row needs two statements: the rest of that row's day, then later days. Each reads one
    range of an index on both databases; one statement for both would not.
    """
    if wanted.number:
        return [_of(wanted).where(CaseTable.application_no == read_number(wanted.number))]
    upwards, further = (False, "<") if wanted.view == "ended" else (True, ">")
    one_day = wanted.view == "today"

    def listed(*conditions: WhereRaw, by_day: bool = not one_day) -> Select[Any]:
        asked = _narrowed(_viewed(_of(wanted), wanted), wanted)  # a new one: Piccolo changes what it is asked of
        for condition in conditions:
            asked = asked.where(condition)
        if by_day:
            asked = asked.order_by(OrderByRaw(DUE), ascending=upwards)
        return asked.order_by(OrderByRaw("id"), ascending=upwards)

    if not wanted.after:
        return [listed()]
    due, id = wanted.after
    of_the_day = listed(WhereRaw(f"{DUE} = {{}} AND id {further} {{}}", due, id), by_day=False)
    return [of_the_day] if one_day else [of_the_day, listed(WhereRaw(f"{DUE} {further} {{}}", due))]


def _of(wanted: Wanted) -> Select[Any]:
    return CaseTable.select().where(CaseTable.region == wanted.region, CaseTable.submitted_at.is_not_null())


def place(case: Case) -> tuple[date, str]:
    """Return the sort key of *case* in a view; a case without a due date (a correction is open) comes last."""
    return case.due_on or FAR, case.id


def in_state(states: Iterable[State]) -> str:
    """Return the condition on *states*, worded as in the indexes."""
    words = ", ".join(f"'{state.value}'" for state in states)
    return f"state IN ({words})"


def _viewed(question: Select[Any], wanted: Wanted) -> Select[Any]:
    view = wanted.view
    states = {"ended": ENDED, "mine": OPEN, **dict.fromkeys(ONE_STATE, OPEN)}.get(view, OFFICE)
    if states is OFFICE and (wanted.state or wanted.member or wanted.disease):
        # D65: the indexes for these hold what is open; with two lists of states PostgreSQL sorts everything.
        question = question.where(WhereRaw(in_state(OPEN)), WhereRaw(f"NOT {in_state(AWAY)}"))
    else:
        question = question.where(WhereRaw(in_state(states)))
    if view in ONE_STATE:
        return question.where(CaseTable.state == ONE_STATE[view].value)
    if view == "mine":
        return question.where(WhereRaw("assigned_to <> ''"), CaseTable.assigned_to == wanted.me)
    if view == "free":
        return question.where(WhereRaw("assigned_to = ''"))
    if view in ("late", "today"):
        return question.where(WhereRaw(f"{DUE} {'<' if view == 'late' else '='} {{}}", wanted.today))
    return question


def _narrowed(question: Select[Any], wanted: Wanted) -> Select[Any]:
    if wanted.state in OPEN:
        question = question.where(CaseTable.state == wanted.state)
    if wanted.member:
        question = question.where(WhereRaw("assigned_to <> ''"), CaseTable.assigned_to == wanted.member)
    if wanted.disease:
        question = question.where(CaseTable.disease == wanted.disease)
    return question
