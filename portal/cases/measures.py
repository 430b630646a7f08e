"""效能: how long stages take, how much is on time, what is corrected, which uploads fail; no names.

Written when it happens, in the transaction of the move, as rows that are only added and summed up
now and then (`tally.fold`). Working time is the time on working days of the city's calendar, 24
hours to a day: what a clock on the wall shows, without days nobody works.
"""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

import msgspec

from portal.cases.case import Case, Event, clock_on, history, on_event
from portal.cases.desk_tables import Measure
from portal.cases.moves import DECIDED, Move, State
from portal.core import clock
from portal.core.database import insert, many
from portal.regions.workdays import ONE_DAY, Calendar

MEASURED = (State.SUBMITTED, State.CORRECTION, State.REVIEWING, State.APPRAISING, State.DECIDING)
ENDED = (*DECIDED, State.NOT_ACCEPTED)
HOURS_A_DAY = 24
REASONS = (
    "SELECT d.reason, count(*) FROM defect d JOIN correction c ON c.id = d.correction "
    "WHERE c.case_id = $1 AND c.answered_at IS NULL AND c.cancelled_at IS NULL GROUP BY d.reason"
)

# Kind by kind, so that an index that begins with the kind (m0012) holds all that is asked for.
SUMS = (
    "SELECT what, word, hours, sum(n) FROM measure WHERE region = $1 AND what IN "
    "('stage', 'whole', 'ended', 'asked', 'reason', 'upload') AND day >= $2 AND day <= $3 "
    "GROUP BY what, word, hours ORDER BY what, word, hours"
)
ON_TIME = "SELECT word, sum(n) FROM measure WHERE region = $1 AND what = 'ended' AND day >= $2 GROUP BY word"


async def add(region: str, what: str, word: str, hours: int = 0, n: int = 1) -> None:
    """Count *n* things of a kind for today."""
    await insert(Measure, region=region, day=clock.today(), what=what, word=word, hours=hours, n=n)


def working_hours(since: datetime, until: datetime, calendar: Calendar) -> int:
    """Return the whole hours from *since* to *until* that lie on working days, in Asia/Shanghai."""
    total, at, end = timedelta(), since.astimezone(clock.BEIJING), until.astimezone(clock.BEIJING)
    while at < end:
        midnight = datetime.combine(at.date() + ONE_DAY, time(), clock.BEIJING)
        if calendar.works(at.date()):
            total += min(midnight, end) - at
        at = midnight
    return int(total.total_seconds() // 3600)


@on_event
async def measure(case: Case, event: Event, _move: Move) -> None:
    """Count what this move ends: a stage, and perhaps the case."""
    if event.action == "ask_correction":
        await _asked(case)
    if event.before == event.after:
        return
    events = await history(case)
    if event.before in MEASURED:
        since = _entered(events, event)
        await add(case.region, "stage", event.before, working_hours(since, event.at, case.rules.calendar))
    if event.after in ENDED:
        ticking = clock_on(case, events)
        await add(case.region, "ended", "late" if ticking.late(clock.day_of(event.at)) else "in_time")
        start = next(one.at for one in reversed(events) if one.action in ("submit", "consent"))
        await add(case.region, "whole", event.after, working_hours(start, event.at, case.rules.calendar))


def _entered(events: list[Event], left: Event) -> datetime:
    """Return when the state that *left* ends was entered."""
    before = [one for one in events if one.id < left.id and one.after == left.before and one.before != one.after]
    return before[-1].at if before else left.at


async def _asked(case: Case) -> None:
    events = await history(case)
    due = clock_on(case, events[:-1]).due
    await add(case.region, "asked", "last_day" if due == clock.today() else "earlier")
    for reason in await many(Reason, REASONS, case.id):
        await add(case.region, "reason", reason.word, n=reason.n)


class Reason(msgspec.Struct, frozen=True):
    """How often a reason stands in a notice."""

    word: str
    n: int


class Row(msgspec.Struct, frozen=True):
    """So many things of a kind, some of which took so many hours."""

    what: str
    word: str
    hours: int
    n: int


class Spread(msgspec.Struct, frozen=True):
    """How long something takes: how often it was measured, and working hours."""

    word: str
    count: int
    median: int
    most: int  # 95 of 100 take at most so long


class Report(msgspec.Struct, frozen=True):
    """What a city's desk did in a period."""

    stages: list[Spread]
    whole: list[Spread]
    in_time: int
    late: int
    reasons: list[tuple[str, int]]
    uploads: list[tuple[str, int]]
    asked: int
    asked_last_day: int

    @property
    def ended(self) -> int:
        """How many were decided."""
        return self.in_time + self.late

    @property
    def share(self) -> int | None:
        """How many of 100 were decided in time; nothing when none was decided."""
        return round(100 * self.in_time / self.ended) if self.ended else None


async def report(region: str, since: date, until: date) -> Report:
    """Return the measures of *region* from the day *since* to the day *until*, both included."""
    rows = await many(
        Row,
        SUMS,
        region,
        since,
        until,
    )
    ended, asked = dict(_counted(rows, "ended")), dict(_counted(rows, "asked"))
    return Report(
        stages=[
            spread(state.value, [row for row in rows if row.what == "stage" and row.word == state])
            for state in MEASURED
        ],
        whole=[spread("whole", [row for row in rows if row.what == "whole"])],
        in_time=ended.get("in_time", 0),
        late=ended.get("late", 0),
        reasons=_counted(rows, "reason"),
        uploads=_counted(rows, "upload"),
        asked=sum(asked.values()),
        asked_last_day=asked.get("last_day", 0),
    )


def spread(word: str, rows: Iterable[Row]) -> Spread:
    """Return median and 95 % of *rows*."""
    counts: dict[int, int] = {}
    for row in rows:
        counts[row.hours] = counts.get(row.hours, 0) + int(row.n)
    total = sum(counts.values())
    return Spread(word, total, _at(counts, total * 50), _at(counts, total * 95))


def _at(counts: dict[int, int], hundredths: int) -> int:
    """Return the least hours within which so many hundredths of all lie; 0 of none."""
    seen = 0
    for hours in sorted(counts):
        seen += counts[hours]
        if seen * 100 >= hundredths:
            return hours
    return 0


def _counted(rows: Iterable[Row], what: str) -> list[tuple[str, int]]:
    """Return ``(word, count)`` of one kind, the most frequent first."""
    found: dict[str, int] = {}
    for row in rows:
        if row.what == what:
            found[row.word] = found.get(row.word, 0) + int(row.n)
    return sorted(found.items(), key=lambda one: (-one[1], one[0]))


class Share(msgspec.Struct, frozen=True):
    """How many were in time, and how many not."""

    word: str
    n: int


async def on_time(region: str, since: date) -> int | None:
    """Return how many of 100 cases decided since a day were decided in time; nothing when there is none."""
    rows = await many(
        Share,
        ON_TIME,
        region,
        since,
    )
    found = {row.word: int(row.n) for row in rows}
    total = sum(found.values())
    return round(100 * found.get("in_time", 0) / total) if total else None
