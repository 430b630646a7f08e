"""Months from a day on, and what becomes of a day that the later month does not have."""

from datetime import date

import pytest

from portal.core.tools.months import months_after, months_later


@pytest.mark.parametrize(
    ("day", "months", "after", "later"),
    [
        ("2026-01-15", 1, "2026-02-15", "2026-02-15"),
        ("2026-11-30", 12, "2027-11-30", "2027-11-30"),
        ("2026-12-01", 1, "2027-01-01", "2027-01-01"),
        ("2026-01-31", 1, "2026-03-01", "2026-02-28"),
        ("2027-08-31", 6, "2028-03-01", "2028-02-29"),
        ("2026-10-31", 1, "2026-12-01", "2026-11-30"),
        ("2026-12-31", 2, "2027-03-01", "2027-02-28"),
    ],
)
def test_the_two_rules_differ_only_where_the_later_month_is_shorter(day: str, months: int, after: str, later: str):
    assert months_after(date.fromisoformat(day), months) == date.fromisoformat(after)
    assert months_later(date.fromisoformat(day), months) == date.fromisoformat(later)
