"""效能: times of stages, share on time, reasons of corrections, failed uploads; without names.

Counters are inserted in the transaction of the move and never updated, so that transactions do not wait
for each other; every minute `fold` adds them to the total of their day. A report reads one row for each
day and code, and the counters not folded yet. Working time counts 24 hours for each working day of the
city's calendar, and none for other days.
"""

from datetime import date, datetime, time, timedelta

import msgspec

from portal.cases.figures.hours import Spread, from_bytes, histogram, spread, to_bytes
from portal.cases.figures.tables import Measure
from portal.cases.life.case import Case, Event, clock_on, history
from portal.cases.life.moves import DECIDED, SUBMITS, Move, State
from portal.core.store.database import ON_SQLITE, execute, fetch_all, fetch_value, insert, transaction
from portal.core.store.jobs import every
from portal.core.tools import clock
from portal.regions.load import Region
from portal.regions.workdays import ONE_DAY, Calendar

MEASURED = (State.SUBMITTED, State.CORRECTION, State.REVIEWING, State.APPRAISING, State.DECIDING)
ENDED = (*DECIDED, State.NOT_ACCEPTED)
WHOLE = "whole"  # the way of a case from the day it was sent to its end, beside its stages
REASONS = (
    "SELECT d.reason, count(*) FROM defect d JOIN correction c ON c.id = d.correction "
    "WHERE c.case_id = $1 AND c.answered_at IS NULL AND c.cancelled_at IS NULL GROUP BY d.reason"
)

# Kind by kind, so that an index that begins with the kind leads to it. What a round moves meanwhile counts once,
# because one statement reads both tables.
_WHERE = "WHERE region = $1 AND what IN ({kinds}) AND day >= $2 AND day <= $3"
COUNTS = (
    f"SELECT what, word, sum(n) FROM (SELECT what, word, n FROM measured_day {_WHERE} "
    f"UNION ALL SELECT what, word, n FROM measure {_WHERE}) AS found GROUP BY what, word"
)
TALLIED = COUNTS.format(kinds="'ended', 'asked', 'reason', 'upload', 'browser', 'sms'")
ENDINGS = COUNTS.format(kinds="'ended'")
TIMES = (
    f"SELECT what, word, took, 0, 0 FROM measured_day {_WHERE} "
    f"UNION ALL SELECT what, word, NULL, hours, n FROM measure {_WHERE}"
).format(kinds="'stage', 'whole'")
FIRST_DAY = "DELETE FROM measure WHERE day = (SELECT min(day) FROM measure) RETURNING region, what, day, word, hours, n"
PUT = (
    "INSERT INTO measured_day (region, what, day, word, n, took) VALUES ($1, $2, $3, $4, $5, $6) "
    "ON CONFLICT (region, what, day, word) DO UPDATE SET n = measured_day.n + excluded.n, took = excluded.took"
)
HELD = "SELECT took FROM measured_day WHERE region = $1 AND what = $2 AND day = $3 AND word = $4"


async def add(region: str, kind: str, code: str, hours: int = 0, count: int = 1) -> None:
    """Count *count* events of *kind* for today, each of *hours*; *code* says which of their kind (`Measure`)."""
    await insert(Measure, region=region, day=clock.today(), what=kind, word=code, hours=hours, n=count)


def working_hours(since: datetime, until: datetime, calendar: Calendar) -> int:
    """Return the whole hours from *since* to *until* that lie on working days, in Asia/Shanghai."""
    total = timedelta()
    at = since.astimezone(clock.BEIJING)
    end = until.astimezone(clock.BEIJING)
    while at < end:
        midnight = datetime.combine(at.date() + ONE_DAY, time(), clock.BEIJING)
        if calendar.works(at.date()):
            total += min(midnight, end) - at
        at = midnight
    return int(total.total_seconds() // 3600)


async def measure(case: Case, event: Event, move: Move) -> None:
    """Count what this move ends: a stage, and perhaps the case."""
    if move.counts == "corrections_asked":
        await _asked(case)
    if event.before == event.after:
        return
    events = await history(case)
    if event.before in MEASURED:
        since = _entered(events, event)
        await add(case.region, "stage", event.before, working_hours(since, event.at, case.city.calendar))
    if event.after in ENDED:
        ticking = clock_on(case, events)
        await add(case.region, "ended", "late" if ticking.late(clock.day_of(event.at)) else "in_time")
        start = next(past.at for past in reversed(events) if past.action in SUBMITS)
        await add(case.region, WHOLE, event.after, working_hours(start, event.at, case.city.calendar))


def _entered(events: list[Event], left: Event) -> datetime:
    """Return when the state that *left* ends was entered."""
    before = [
        event for event in events if event.id < left.id and event.after == left.before and event.before != event.after
    ]
    return before[-1].at if before else left.at


async def _asked(case: Case) -> None:
    events = await history(case)
    due = clock_on(case, events[:-1]).due
    await add(case.region, "asked", "last_day" if due == clock.today() else "earlier")
    for reason in await fetch_all(Reason, REASONS, case.id):
        await add(case.region, "reason", reason.code, count=reason.count)


class Reason(msgspec.Struct, frozen=True):
    """How often a reason occurs in a correction notice."""

    code: str
    count: int


class Added(msgspec.Struct, frozen=True):
    """One counter: how many events of a kind on a day, and their working hours."""

    region: str
    kind: str
    day: date
    code: str
    hours: int
    count: int


@every(timedelta(minutes=1))
async def fold() -> None:
    """Add all counters to the totals of their days; counters inserted meanwhile stay for the next call."""
    while await _fold_a_day():
        pass


async def _fold_a_day() -> bool:
    """Fold only the earliest day, to keep the transaction short; return False if there was none."""
    async with transaction():
        if not ON_SQLITE:  # one at a time, or each would add to what the other has not written yet
            await execute("SELECT pg_advisory_xact_lock(7461005)")
        counters = await fetch_all(Added, FIRST_DAY)
        by_total: dict[tuple[str, str, date, str], list[Added]] = {}
        for counter in counters:
            by_total.setdefault((counter.region, counter.kind, counter.day, counter.code), []).append(counter)
        for key, added in by_total.items():
            total = from_bytes(await fetch_value(HELD, *key) or b"")
            total += sum(histogram(counter.hours, counter.count) for counter in added)
            # The count is added in the statement, but the histogram is replaced by the sum: SQL cannot add it.
            await execute(PUT, *key, sum(counter.count for counter in added), to_bytes(total))
    return bool(counters)


class Counted(msgspec.Struct, frozen=True):
    """How many events of a kind there were."""

    kind: str
    code: str
    count: int


class Timed(msgspec.Struct, frozen=True):
    """Working hours of a kind of event: the total of a day, or counters not folded yet."""

    kind: str
    code: str
    histogram: bytes | None  # of a day; None for a counter
    hours: int
    count: int

    def total(self) -> int:
        """Return the histogram."""
        return from_bytes(self.histogram) if self.histogram else histogram(self.hours, self.count)


class Report(msgspec.Struct, frozen=True):
    """The figures of a city's desk in a period."""

    stages: list[Spread]
    whole: list[Spread]
    in_time: int
    late: int
    reasons: list[tuple[str, int]]
    uploads: list[tuple[str, int]]
    browsers: list[tuple[str, int]]
    asked: int
    asked_last_day: int
    not_sent: int

    @property
    def ended(self) -> int:
        """The number of decided cases."""
        return self.in_time + self.late

    @property
    def share(self) -> int | None:
        """Percentage of cases decided in time; None if none was decided."""
        return round(100 * self.in_time / self.ended) if self.ended else None


def stage_name(code: str, region: Region) -> str:
    """Return the city's name for the stage that a `Spread` is about."""
    return "从提交到办结" if code == WHOLE else region.label(code)


async def report(region: str, since: date, until: date) -> Report:
    """Return the measures of *region* from the day *since* to the day *until*, both included."""
    counts = await fetch_all(Counted, TALLIED, region, since, until)
    ended = dict(_most(counts, "ended"))
    asked = dict(_most(counts, "asked"))
    histograms: dict[str, int] = {}
    for timed in await fetch_all(Timed, TIMES, region, since, until):
        code = timed.code if timed.kind == "stage" else timed.kind
        histograms[code] = histograms.get(code, 0) + timed.total()
    return Report(
        stages=[spread(state.value, histograms.get(state, 0)) for state in MEASURED],
        whole=[spread(WHOLE, histograms.get(WHOLE, 0))],
        in_time=ended.get("in_time", 0),
        late=ended.get("late", 0),
        reasons=_most(counts, "reason"),
        uploads=_most(counts, "upload"),
        browsers=_most(counts, "browser"),
        asked=sum(asked.values()),
        asked_last_day=asked.get("last_day", 0),
        not_sent=sum(count for _, count in _most(counts, "sms")),
    )


def _most(counts: list[Counted], kind: str) -> list[tuple[str, int]]:
    """Return ``(code, count)`` of one kind, the most frequent first."""
    found = [(counted.code, int(counted.count)) for counted in counts if counted.kind == kind]
    return sorted(found, key=lambda pair: (-pair[1], pair[0]))


async def on_time(region: str, since: date) -> int | None:
    """Return the percentage of cases since a day that were decided in time; None if none was decided."""
    ended = dict(_most(await fetch_all(Counted, ENDINGS, region, since, clock.today()), "ended"))
    total = sum(ended.values())
    return round(100 * ended.get("in_time", 0) / total) if total else None


KEPT_SECONDS = 60.0


class Kept(msgspec.Struct, frozen=True):
    """A cached public report: its days, and the tick until which it is used."""

    days: tuple[date, date]
    ends: float
    report: Report


# D71: only figures are cached, never a page of a person, so frequent requests do not load the database.
_kept: dict[str, Kept] = {}


def forget() -> None:
    """Empty the cache of reports."""
    _kept.clear()


async def public_report(region: str, since: date, until: date) -> Report:
    """Return the `report`, cached for a minute to spare the database."""
    kept = _kept.get(region)
    if kept is None or kept.days != (since, until) or clock.ticks() >= kept.ends:
        made = await report(region, since, until)
        kept = _kept[region] = Kept((since, until), clock.ticks() + KEPT_SECONDS, made)
    return kept.report
