"""The only place that asks the time.

Moments are aware and in UTC; days are those of Asia/Shanghai (北京时间), which the law counts in.
"""

import time
from datetime import UTC, date, datetime, timedelta, timezone

# China has one zone and no summer time since 1991; a fixed offset needs no zone files.
BEIJING = timezone(timedelta(hours=8), "Asia/Shanghai")

_ahead = timedelta()
_begun = timedelta()  # how far a clock that began at a moment of its own is from the machine's


def now() -> datetime:
    """Return this moment, in UTC."""
    return datetime.now(UTC) + _begun + _ahead


def today() -> date:
    """Return the day it is in Asia/Shanghai."""
    return day_of(now())


def day_of(moment: datetime) -> date:
    """Return the day of an aware *moment* in Asia/Shanghai."""
    return moment.astimezone(BEIJING).date()


def first_moment(day: date) -> datetime:
    """Return when *day* begins in Asia/Shanghai."""
    return datetime.combine(day, datetime.min.time(), BEIJING).astimezone(UTC)


def begin(moment: datetime) -> None:
    """Let the clock show *moment* now and run on from there, so that tests meet the same day whenever they run."""
    global _begun, _ahead
    _ahead = timedelta()
    _begun = moment - datetime.now(UTC)


def shift(ahead: timedelta) -> None:
    """Let the portal's clock run *ahead* of the machine's; for tests and the demonstration."""
    global _ahead
    _ahead = ahead


def ahead() -> timedelta:
    """Return how far the portal's clock runs ahead."""
    return _ahead


def ticks() -> float:
    """Return seconds that only ever grow, for time-outs; a changed wall clock does no harm."""
    return time.monotonic()


def moment(stored: datetime | str) -> datetime:
    """Return a moment as the database gives it: SQLite keeps text."""
    return datetime.fromisoformat(stored) if isinstance(stored, str) else stored
