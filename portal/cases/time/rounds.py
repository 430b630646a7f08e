"""Scheduled work on cases: reminders, deemed acceptance, lapse, overdue notices, deletion of old drafts.

Each round finds the due cases and handles them one by one; a repeated round does no harm. A machine
never decides: when the office's time is over, people are told and the supervisors alerted.
"""

from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from typing import TypeVar

import msgspec

from portal.cases.apply import draft, renewal
from portal.cases.desk import calls
from portal.cases.life.case import SYSTEM, Case, case_by_id, clock_on, history, move
from portal.cases.life.moves import NotAllowed
from portal.cases.papers import corrections
from portal.cases.papers.corrections import Correction
from portal.cases.result import publicity
from portal.core.store.database import execute, fetch_all, transaction
from portal.core.store.jobs import every
from portal.core.tools import clock
from portal.core.tools.errors import Stale
from portal.core.tools.log import LOG, where
from portal.core.tools.signals import Signal
from portal.regions.load import REGIONS

HOURLY = timedelta(hours=1)
Thing = TypeVar("Thing")
OFFICE = ("submitted", "reviewing", "appraising", "deciding")

# A scheduled message is due: the case, the N number, and the occasion (a message is written once for each).
MESSAGE_DUE = Signal[[Case, str, str], None]()
# A question: has a message of an N number about a case arrived since a moment?
HAS_ARRIVED = Signal[[Case, str, datetime], bool]()


class Id(msgspec.Struct, frozen=True):
    """The id of a case."""

    id: str


async def cases_where(sql: str, *args: object) -> list[Case]:
    """Return the cases whose ids *sql* finds."""
    found = [await case_by_id(row.id) for row in await fetch_all(Id, sql, *args)]
    return [case for case in found if case]


async def each(things: list[Thing], act: Callable[[Thing], Awaitable[bool]]) -> int:
    """Call *act* for each case or benefit; return how many returned True. A failure does not stop the others."""
    done = 0
    for thing in things:
        try:
            async with transaction():
                done += await act(thing)
        except (NotAllowed, Stale):
            continue
        except Exception as error:
            LOG.error("round failed", kind=act.__name__, error=type(error).__name__, where=where(error))
    return done


# D102: only a day of a published calendar accepts by itself.
@every(HOURLY)
async def accept_late() -> int:
    """Accept the cases that nobody accepted in time, as of the day of receipt (视为受理); return how many."""
    sql = "SELECT id FROM cases WHERE state = 'submitted' AND due_on < $1"
    return await each(await cases_where(sql, clock.today()), _accept_late)


async def _accept_late(case: Case) -> bool:
    if not clock_on(case, await history(case)).late(clock.today()):
        return False
    await move(case, "deem_accepted", SYSTEM)
    return True


@every(HOURLY)
async def tell_overdue() -> int:
    """Tell of each case whose due day has passed, once for each day; return how many.

    On a published calendar the people and the office are told. A provisional day may still move, so that only the
    office is warned; it hears too that nothing is accepted by itself on such a day.
    """
    places = ", ".join(f"'{state}'" for state in OFFICE)
    sql = f"SELECT id FROM cases WHERE state IN ({places}) AND due_on < $1"
    return await each(await cases_where(sql, clock.today()), _tell_overdue)


async def _tell_overdue(case: Case) -> bool:
    ticking = clock_on(case, await history(case))
    if not ticking.passed(clock.today()):
        return False
    unaccepted = ticking.runs == "acceptance"
    code = "N27" if ticking.late(clock.today()) else "N27a" if unaccepted else "N27p"
    await MESSAGE_DUE.send(case, code, f"{case.due_on}")
    return True


@every(HOURLY)
async def mind_corrections() -> int:
    """Remind people of open corrections, and let unanswered ones lapse; return how many.

    No correction lapses before a reminder has arrived or a call was recorded.
    """
    return await each(await cases_where("SELECT id FROM cases WHERE state = 'correction'"), _mind_correction)


async def _mind_correction(case: Case) -> bool:
    notice = await corrections.open_correction(case)
    if notice is None:
        return False
    today = clock.today()
    # D38: at the earliest on the day after a reminder; the worker may not have sent it on the planned day.
    if today > notice.answer_by and notice.reminded_on and notice.reminded_on < today:
        if not await _knows(case, notice):
            await calls.ask_for(case, calls.UNREAD)
            return False
        await move(case, "lapse", SYSTEM)
        return True
    if not _to_remind(notice, case, today):
        return False
    await execute("UPDATE correction SET reminded_on = $2 WHERE id = $1", notice.id, today)
    await MESSAGE_DUE.send(case, "N29", f"{notice.number}:{today}")
    return True


async def _knows(case: Case, notice: Correction) -> bool:
    """Return whether the people of a case have been told that their time for *notice* runs out."""
    arrived = any(await HAS_ARRIVED.send(case, "N29", notice.asked_at))
    return arrived or await calls.called_since(case, notice.asked_at)


def _to_remind(notice: Correction, case: Case, today: date) -> bool:
    """Return whether a reminder is due: on each of the city's days before *answer_by*, and once before a lapse."""
    days = [notice.answer_by - timedelta(days=count) for count in case.city.rules.correction.remind_days_before]
    reached = [day for day in (*days, notice.answer_by + timedelta(days=1)) if day <= today]
    return bool(reached) and (notice.reminded_on is None or notice.reminded_on < max(reached))


@every(HOURLY)
async def mind_drafts() -> int:
    """Warn people before their drafts are deleted, and delete drafts past their last day; return how many."""
    rules = [region.rules.draft for region in REGIONS.values()]
    soon = clock.now() - timedelta(days=min(rule.kept_days - max(rule.warn_days_before, default=0) for rule in rules))
    sql = "SELECT id FROM cases WHERE state = 'draft' AND edited_at < $1"
    return await each(await cases_where(sql, soon), _mind_draft)


async def _mind_draft(case: Case) -> bool:
    if await renewal.asked_by(case):  # what the office asked for waits for its person
        return False
    last = draft.kept_until(case)
    today = clock.today()
    if today > last:
        await MESSAGE_DUE.send(case, "N17", f"{last}")
        await draft.delete(case, expired=True)
        return True
    days = [last - timedelta(days=count) for count in case.city.rules.draft.warn_days_before]
    reached = [day for day in days if day <= today]
    if not reached:
        return False
    await MESSAGE_DUE.send(case, "N28", f"{max(reached)}")
    return True


@every(HOURLY)
async def close_publicity() -> int:
    """Decide the cases whose publicity is over without an upheld objection; return how many."""
    return await each(await cases_where("SELECT id FROM cases WHERE state = 'publicity'"), _close_publicity)


async def _close_publicity(case: Case) -> bool:
    last = await publicity.ends_on(case)
    if last is None or clock.today() <= last:
        return False
    await publicity.close(case)
    return True
