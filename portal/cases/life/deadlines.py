"""Deadlines: due dates, lateness and pauses of a case. Pure functions over its history.

The history is the only source; a stored due date is a copy. Days are those of Asia/Shanghai; the day of an event is not
counted (民法典 第二百零一条). A date in a year whose calendar is not published is provisional (预计): once it has
passed, the office is warned and the citizen is told so, but the case is late only when the calendar is published.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Literal

import msgspec

from portal.cases.life.moves import ACCEPTS, ENDS, EXTENDS, PAUSES, RESUMES, SUBMITS
from portal.core.tools.clock import day_of
from portal.regions.load import Region
from portal.regions.workdays import Calendar

DEEMS = "deem_accepted"


class Pause(msgspec.Struct, frozen=True):
    """A pause while a correction was open, from `start` to `end` (None while it is still open)."""

    start: date
    end: date | None = None

    def covers(self, day: date) -> bool:
        """Return whether the office is not charged for *day*."""
        return self.start < day and (self.end is None or day <= self.end)


class Happened(msgspec.Struct, frozen=True):
    """The part of an event that the clocks need."""

    action: str
    after: str
    at: datetime
    days: int = 0


ClockName = Literal["acceptance", "decision"]


# D93: a day is never shown without the clock it belongs to.
class LastDay(msgspec.Struct, frozen=True):
    """A last day of the office, and the clock that ends on it."""

    of: ClockName
    day: date
    provisional: bool  # the calendar of its year is not published

    def passed(self, today: date) -> bool:
        """Return whether the day is over."""
        return today > self.day


class Clock(msgspec.Struct, frozen=True):
    """The present state of the office's clock of one case."""

    runs: Literal["none", "acceptance", "decision", "ended"]
    due: date | None = None
    provisional: bool = False
    paused_since: date | None = None
    paused_days: int = 0
    extended_by: int = 0
    accepted_on: date | None = None  # the day from which the decision's time counts
    deemed: bool = False  # nobody accepted in time, so that the day of receipt counts

    def passed(self, today: date) -> bool:
        """Return whether the due date, provisional or not, has passed."""
        return self.due is not None and today > self.due

    def late(self, today: date) -> bool:
        """Return whether the due date has passed, on a published calendar."""
        return self.passed(today) and not self.provisional


def due(
    accepted: date,
    working_days: int,
    pauses: Sequence[Pause],
    resume: Literal["continue", "restart"],
    calendar: Calendar,
) -> date | None:
    """Return the last day for the decision; None while the clock is paused.

    Args:
        accepted: day of acceptance in Asia/Shanghai; it is not counted itself.
        working_days: as the region declares, plus an extension if one was granted (>= 1).
        pauses: when correction notices were open; in any order, they may overlap.
        resume: whether the remaining days or all days count after the last answer.
        calendar: a result beyond its published years is provisional.

    An answer that comes after the last day leaves one working day, so that no date lies in the past.
    """
    if any(pause.end is None for pause in pauses):
        return None
    resumed = max((pause.end for pause in pauses if pause.end), default=accepted)
    days = calendar.after(resumed if resume == "restart" else accepted)
    charged = (day for day in days if not any(pause.covers(day) for pause in pauses))
    last = next(islice(charged, working_days - 1, None))
    return max(last, next(calendar.after(resumed)))


def clock_of(history: Sequence[Happened], region: Region, *, unverified: bool = False) -> Clock:
    """Return the office's clock after *history*, which is in order of time.

    Only events after the last submission count: taking back restarts the clock.
    """
    run = _since_submit(history)
    if not run:
        return Clock("none")
    pauses = _pauses(run)
    open_ = next((pause for pause in pauses if pause.end is None), None)
    stopped = sum(_length(pause) for pause in pauses if pause.end)
    accepted = next((event for event in run if event.action in ACCEPTS), None)
    extended = sum(event.days for event in run if event.action in EXTENDS)
    ended = _ended(run)
    if accepted is None:
        limit = acceptance_days(region, unverified=unverified)
        start = day_of(run[0].at)
        runs = "acceptance"
    else:
        limit = region.rules.clock.limit_workdays + extended
        start = _acceptance_day(run, accepted)
        runs = "decision"
    last = due(start, max(limit, 1), pauses, region.rules.correction.resume, region.calendar)
    return Clock(
        runs="ended" if ended else runs,  # type: ignore[arg-type]
        due=last,
        provisional=last is not None and not region.calendar.published(last),
        paused_since=open_.start if open_ and not ended else None,
        paused_days=stopped,
        extended_by=extended,
        accepted_on=start if accepted else None,
        deemed=accepted is not None and accepted.action == DEEMS,
    )


def extended_to(clock: Clock, region: Region) -> date | None:
    """Return the due day after an extension granted now; None while the clock is paused."""
    return region.calendar.add(clock.due, region.rules.extension.workdays) if clock.due else None


def acceptance_days(region: Region, *, unverified: bool) -> int:
    """Return the working days for acceptance; more if a letter must be verified first."""
    rules = region.rules.acceptance
    return rules.limit_workdays_delegated if unverified else rules.limit_workdays


def correction_due(asked: date, region: Region, *, extended: bool = False) -> date:
    """Return the citizen's last day for a correction asked on *asked*; it ends at 24:00.

    Calendar days; a last day that is not a working day moves to the next one.
    """
    rules = region.rules.correction
    days = rules.days_to_answer + (rules.extension_days if extended else 0)
    return region.calendar.on_or_after(asked + timedelta(days=days))


def last_days(of: ClockName, due: date, region: Region) -> list[LastDay]:
    """Return the last days that the office still has to keep, first the one of its clock *of*, which ends on *due*."""
    first = LastDay(of, due, not region.calendar.published(due))
    if of == "decision":
        return [first]
    decided = region.calendar.add(due, region.rules.clock.limit_workdays)
    return [first, LastDay("decision", decided, not region.calendar.published(decided))]


def promised(submitted: date, region: Region, *, unverified: bool = False) -> list[LastDay]:
    """Return the last days that follow if a case is submitted on *submitted*; *unverified* with a proxy's papers.

    Where acceptance is automatic, the only one is that of the decision.
    """
    accepted = region.calendar.add(submitted, acceptance_days(region, unverified=unverified))
    days = last_days("acceptance", accepted, region)
    return days[1:] if region.rules.acceptance.automatic and not unverified else days


class Missing(msgspec.Struct, frozen=True):
    """A year of a calendar that is not published, so that days in it are provisional."""

    calendar: str
    year: int


def missing_calendars(region: Region, today: date) -> list[Missing]:
    """Return the unpublished years of the region's calendars that the days of today's applications reach into."""
    last = promised(today, region)[-1].day
    return [
        Missing(name, year)
        for year in range(today.year, last.year + 1)
        for name, published in zip(region.rules.region.calendars, region.calendar.published_in(year), strict=False)
        if not published
    ]


def take_back_until(submitted: datetime, region: Region) -> datetime:
    """Return the moment until which the citizen may take the application back (inclusive)."""
    return submitted + timedelta(minutes=region.rules.take_back.minutes)


def _since_submit(history: Sequence[Happened]) -> list[Happened]:
    starts = [at for at, event in enumerate(history) if event.action in SUBMITS]
    taken_back = [at for at, event in enumerate(history) if event.action == "take_back"]
    if not starts or (taken_back and taken_back[-1] > starts[-1]):
        return []
    return list(history[starts[-1] :])


def _pauses(run: Sequence[Happened]) -> list[Pause]:
    pauses: list[Pause] = []
    for event in run:
        if event.action in PAUSES:
            pauses.append(Pause(day_of(event.at)))
        elif event.action in RESUMES and pauses:
            pauses[-1] = Pause(pauses[-1].start, day_of(event.at))
    return pauses


def _acceptance_day(run: Sequence[Happened], accepted: Happened) -> date:
    """Deemed acceptance counts from the day of receipt, not from the day it was noticed."""
    return day_of(run[0].at if accepted.action == DEEMS else accepted.at)


def _ended(run: Sequence[Happened]) -> bool:
    return run[-1].after in ENDS


def _length(pause: Pause) -> int:
    return (pause.end - pause.start).days if pause.end else 0
