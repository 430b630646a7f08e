"""How often something took how many hours: sums of whole numbers that say exactly what a sorted list would."""

from itertools import chain

from hypothesis import given
from hypothesis import strategies as some

from portal.cases.figures.hours import Spread, from_bytes, histogram, spread, to_bytes

TAKEN = some.lists(some.tuples(some.integers(0, 3000), some.integers(1, 5000)), max_size=30)


def least(hours: list[int], hundredths: int) -> int:
    """Return the least hours within which so many of a hundred lie, by looking at each."""
    return next(
        (one for at, one in enumerate(sorted(hours), start=1) if at * 100 >= len(hours) * hundredths),
        0,
    )


@given(some.lists(TAKEN, max_size=4))
def test_days_added_up_say_what_all_their_cases_in_a_row_say(days: list[list[tuple[int, int]]]) -> None:
    each = list(chain.from_iterable([hours] * n for day in days for hours, n in day))

    total = sum(from_bytes(to_bytes(sum(histogram(hours, n) for hours, n in day))) for day in days)

    assert spread("x", total) == Spread("x", len(each), least(each, 50), least(each, 95))


def test_half_and_nineteen_of_twenty() -> None:
    found = spread("reviewing", sum(histogram(hours) for hours in range(1, 21)))

    assert (found.count, found.median, found.most) == (20, 10, 19)
    assert spread("reviewing", 0) == Spread("reviewing", 0, 0, 0)


def test_what_took_no_hour_counts_and_a_million_at_once_spill_into_no_other_hour() -> None:
    found = spread("submitted", histogram(0, 1_000_000) + histogram(1, 3) + histogram(999, 52_631))

    assert (found.count, found.median, found.most) == (1_052_634, 0, 1)
