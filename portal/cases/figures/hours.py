"""Histograms of hours, each stored as one integer.

The 32-bit digit in place h counts the events that took h hours. Adding two such integers adds them hour by hour,
so a year is summed with 365 additions, whatever the number of events, and nothing is rounded.
"""

from bisect import bisect_left
from itertools import accumulate
from struct import unpack

import msgspec

# D71: a digit for each hour, so that adding two histograms adds them hour by hour and nothing is rounded.
DIGIT = 4  # bytes: counts up to four thousand million, so that no sum ever carries into the next hour
DIGIT_BITS = 8 * DIGIT


HOURS_A_DAY = 24  # hours of one working day


class Spread(msgspec.Struct, frozen=True):
    """Working hours of the events with one *code*: their number, median, and 95th percentile."""

    code: str
    count: int
    median: int
    most: int  # 95 of 100 take at most so long

    @property
    def median_days(self) -> int:
        """The working days that half of them took less than."""
        return self.median // HOURS_A_DAY + 1

    @property
    def most_days(self) -> int:
        """The working days that 95 of 100 took less than."""
        return self.most // HOURS_A_DAY + 1


def histogram(hours: int, count: int = 1) -> int:
    """Return a histogram with *count* entries at *hours*; histograms are added with ``+``."""
    return count << (DIGIT_BITS * hours)


def to_bytes(histogram: int) -> bytes:
    """Return *histogram* for the database: its digits from hour 0 to the last that has an entry."""
    digits = -(-histogram.bit_length() // DIGIT_BITS)  # rounded up
    return histogram.to_bytes(DIGIT * digits, "little")


def from_bytes(stored: bytes) -> int:
    """Return the histogram that `to_bytes` stored."""
    return int.from_bytes(stored, "little")


def spread(code: str, histogram: int) -> Spread:
    """Return count, median and 95th percentile of *histogram*; 0 if it is empty."""
    stored = to_bytes(histogram)
    entries_by_hour = unpack(f"<{len(stored) // DIGIT}I", stored)
    entries_within = list(accumulate(entries_by_hour))  # how many took at most 0, 1, 2 ... hours
    total = entries_within[-1] if entries_within else 0

    def hours_for(percent: int) -> int:
        """Return the least hours within which *percent* of all entries lie."""
        # Whole numbers only: entries * 100 >= total * percent, so no rounding decides.
        return bisect_left(entries_within, total * percent, key=lambda entries: entries * 100)

    return Spread(code, total, median=hours_for(50), most=hours_for(95))
