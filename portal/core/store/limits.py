"""Rate limits: one upsert per hit, shared by all nodes, still there after a restart."""

from datetime import timedelta

from portal.core.store.crypto import keyed
from portal.core.store.database import execute, fetch_value
from portal.core.tools import clock
from portal.core.tools.errors import TooMany

HIT = """
INSERT INTO rate_limit (key, hits, ends_at) VALUES ($1, 1, $2)
ON CONFLICT (key) DO UPDATE SET
  hits = CASE WHEN rate_limit.ends_at <= $3 THEN 1 ELSE rate_limit.hits + 1 END,
  ends_at = CASE WHEN rate_limit.ends_at <= $3 THEN $2 ELSE rate_limit.ends_at END
RETURNING hits
"""


async def hits(rule: str, subject: str, window: timedelta) -> int:
    """Count one more hit of *subject* (a phone, an address, ...) under *rule* and return the count.

    The window begins with the first hit. The subject is kept as a keyed hash only.
    """
    now = clock.now()
    return int(await fetch_value(HIT, keyed("limit", rule, subject), now + window, now))


async def allow(rule: str, subject: str, at_most: int, window: timedelta, why: str = "") -> None:
    """Count one more hit, and leave with the 429 page when there are more than *at_most*.

    Raises:
        TooMany: with the sentence *why* and the seconds until the window ends.
    """
    if await hits(rule, subject, window) > at_most:
        raise TooMany(why, retry_after=await _seconds_left(rule, subject))


async def forget_old() -> int:
    """Delete the windows that have ended; return how many."""
    return await execute("DELETE FROM rate_limit WHERE ends_at <= $1", clock.now())


async def _seconds_left(rule: str, subject: str) -> int:
    ends = await fetch_value("SELECT ends_at FROM rate_limit WHERE key = $1", keyed("limit", rule, subject))
    return max(1, int((clock.moment(ends) - clock.now()).total_seconds())) if ends else 1


async def forgive(rule: str, subject: str) -> None:
    """Set the count of *subject* back to zero."""
    await execute("DELETE FROM rate_limit WHERE key = $1", keyed("limit", rule, subject))


async def count(rule: str, subject: str) -> int:
    """Return how many hits *subject* has in the window that is open now, without adding one."""
    hits = await fetch_value(
        "SELECT hits FROM rate_limit WHERE key = $1 AND ends_at > $2", keyed("limit", rule, subject), clock.now()
    )
    return int(hits or 0)
