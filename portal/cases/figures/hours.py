"""Histograms of hours, each stored as one integer.

The 32-bit digit in place h counts the events that took h hours. Adding two such integers adds them hour by hour,
so a year is summed with 365 additions, whatever the number of events, and nothing is rounded.
"""

from bisect import bisect_left
from itertools import accumulate
from struct import unpack

import msgspec

# D71: a digit for each hour, so that adding two numbers adds them hour by hour and nothing is rounded.
DIGIT = 4  # bytes: counts up to four thousand million


class Spread(msgspec.Struct, frozen=True):
    """Working hours of a kind of event: number of entries, median, and 95th percentile."""

    word: str
    count: int
    median: int
    most: int  # 95 of 100 take at most so long


def took(hours: int, n: int = 1) -> int:
    """Return a histogram (one integer, a 32-bit digit per hour) with *n* entries at *hours*."""
    return n << (8 * DIGIT * hours)


def stored(taken: int) -> bytes:
    """Return the histogram *taken* as bytes for the database."""
    digits = -(-taken.bit_length() // (8 * DIGIT))
    return taken.to_bytes(DIGIT * digits, "little")


def read(kept: bytes) -> int:
    """Return the histogram in bytes that `stored` made."""
    return int.from_bytes(kept, "little")


def spread(word: str, taken: int) -> Spread:
    """Return count, median and 95th percentile of the histogram *taken*; 0 if it is empty."""
    kept = stored(taken)
    entries_by_hour = unpack(f"<{len(kept) // DIGIT}I", kept)
    within = list(accumulate(entries_by_hour))  # how many took at most 0, 1, 2 ... hours
    total = within[-1] if within else 0

    def hours_for(percent: int) -> int:
        return bisect_left(within, total * percent, key=lambda entries: entries * 100)

    return Spread(word, total, median=hours_for(50), most=hours_for(95))
