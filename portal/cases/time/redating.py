"""Recompute stored days after a change of a calendar or a time limit. No state changes.

Due days and deadlines of opinions are recomputed. A citizen's deadline only ever moves later: nobody
loses a day that a notice promised.
"""

from datetime import timedelta

from portal.cases.experts.seats import seats
from portal.cases.life.case import Case, clock_on, history
from portal.cases.life.deadlines import correction_due
from portal.cases.life.moves import ENDS, State
from portal.cases.life.told import tell
from portal.cases.papers.corrections import open_correction
from portal.cases.time.rounds import cases_where, each
from portal.core.store.database import execute
from portal.core.store.jobs import every, works
from portal.core.tools import clock
from portal.policy.fresh import refresh


@works("new_dates")
async def new_dates() -> None:
    """Recompute the days after the release of a calendar or of a city's rules."""
    await refresh()  # the process that works may not have looked yet
    await redate()


@every(timedelta(days=1))
async def redate() -> int:
    """Recompute the days of open cases; return how many cases changed."""
    ends = ", ".join(f"'{state.value}'" for state in ENDS | {State.DRAFT})
    return await each(await cases_where(f"SELECT id FROM cases WHERE state NOT IN ({ends})"), _redate)


async def _redate(case: Case) -> bool:
    due = clock_on(case, await history(case)).due
    changed = due != case.due_on
    if changed:
        await execute("UPDATE cases SET due_on = $2, row_version = row_version + 1 WHERE id = $1", case.id, due)
    changed = await _redate_answer(case) or changed
    changed = await _redate_opinions(case) or changed
    if changed:
        await tell(case.id)
    return changed


async def _redate_answer(case: Case) -> bool:
    notice = await open_correction(case) if case.at is State.CORRECTION else None
    if notice is None:
        return False
    last = correction_due(clock.day_of(notice.asked_at), case.city, extended=notice.extended)
    # D62: nobody loses a day that a notice promised.
    if last <= notice.answer_by:
        return False
    return bool(await execute("UPDATE correction SET answer_by = $2 WHERE id = $1", notice.id, last))


async def _redate_opinions(case: Case) -> bool:
    days = case.city.rules.experts.opinion_workdays
    changed = 0
    for seat in await seats(case.id) if case.at is State.APPRAISING else []:
        due = case.city.calendar.add(clock.day_of(seat.invited_at), days)
        if seat.open and due != seat.due_on:
            changed += await execute("UPDATE appraisal SET due_on = $2 WHERE id = $1", seat.id, due)
    return bool(changed)
