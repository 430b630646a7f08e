"""Some months after the 29th, 30th and 31st."""

from datetime import date

import pytest

from portal.core.tools.months import day_after, last_day_after

ENDS = [
    # day, months later, the last day at most, the day on which it is over
    (date(2026, 3, 16), 12, date(2027, 3, 16), date(2027, 3, 16)),
    (date(2026, 1, 31), 1, date(2026, 2, 28), date(2026, 3, 1)),
    (date(2028, 1, 31), 1, date(2028, 2, 29), date(2028, 3, 1)),
    (date(2026, 1, 29), 1, date(2026, 2, 28), date(2026, 3, 1)),
    (date(2028, 2, 29), 12, date(2029, 2, 28), date(2029, 3, 1)),
    (date(2028, 2, 29), 48, date(2032, 2, 29), date(2032, 2, 29)),
    (date(2026, 10, 31), 1, date(2026, 11, 30), date(2026, 12, 1)),
    (date(2026, 10, 31), 4, date(2027, 2, 28), date(2027, 3, 1)),
    (date(2026, 12, 31), 0, date(2026, 12, 31), date(2026, 12, 31)),
    (date(2026, 11, 30), 1, date(2026, 12, 30), date(2026, 12, 30)),
]


@pytest.mark.parametrize(("day", "months", "last", "over"), ENDS)
def test_at_the_end_of_a_month_something_ends_with_it_and_is_over_the_day_after(
    day: date, months: int, last: date, over: date
) -> None:
    assert last_day_after(day, months) == last
    assert day_after(day, months) == over
