"""Working days: the vectors of the law's way of counting, layers, unpublished years, properties."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.regions.load import REGIONS
from portal.regions.workdays import Calendar, Year

NATIONAL = REGIONS["meishan"].calendar
XINJIANG = REGIONS["xinxing"].calendar


def day(text: str) -> date:
    return date.fromisoformat(text)


VECTORS = [
    ("2026-11-20", 1, "2026-11-23"),
    ("2026-11-21", 1, "2026-11-23"),
    ("2026-02-13", 1, "2026-02-14"),  # Saturday, a make-up working day
    ("2026-02-14", 1, "2026-02-24"),  # over the Spring Festival
    ("2026-09-30", 1, "2026-10-08"),  # over the National Day
    ("2026-10-09", 1, "2026-10-10"),  # Saturday, a make-up working day
    ("2026-09-19", 1, "2026-09-20"),  # Sunday, a make-up working day
    ("2026-11-20", 5, "2026-11-27"),
    ("2026-02-06", 20, "2026-03-12"),
    ("2026-09-18", 20, "2026-10-22"),
    ("2026-11-20", 20, "2026-12-18"),
    ("2026-11-21", 20, "2026-12-18"),
    ("2026-11-23", 20, "2026-12-21"),
    ("2025-01-20", 20, "2025-02-21"),
    ("2025-05-28", 20, "2025-06-26"),
    ("2026-12-03", 20, "2026-12-31"),  # the last start that stays inside 2026
]


@pytest.mark.parametrize(("start", "count", "due"), VECTORS)
def test_days_are_counted_as_the_law_does(start: str, count: int, due: str) -> None:
    assert NATIONAL.add(day(start), count) == day(due)
    assert NATIONAL.between(day(start), day(due)) == count


def test_in_xinjiang_the_regional_holidays_push_the_date_back() -> None:
    assert XINJIANG.add(day("2025-05-28"), 20) == day("2025-07-01")
    assert not XINJIANG.works(day("2025-06-06"))
    assert NATIONAL.works(day("2025-06-06"))


def test_no_days_added_is_the_day_itself_even_a_holiday() -> None:
    assert NATIONAL.add(day("2026-10-01"), 0) == day("2026-10-01")


def test_a_citizens_last_day_moves_off_a_holiday_to_the_next_working_day() -> None:
    assert NATIONAL.on_or_after(day("2026-12-20")) == day("2026-12-21")
    assert NATIONAL.on_or_after(day("2026-10-01")) == day("2026-10-08")
    assert NATIONAL.on_or_after(day("2026-10-10")) == day("2026-10-10")


def test_a_year_that_is_not_published_counts_but_is_only_provisional() -> None:
    assert NATIONAL.published(day("2026-12-31"))
    assert not NATIONAL.published(day("2027-01-04"))
    assert not NATIONAL.published(day("2031-01-06"))
    assert NATIONAL.add(day("2026-12-31"), 1) == day("2027-01-01")


def test_one_unpublished_layer_makes_the_whole_year_provisional() -> None:
    assert XINJIANG.published(day("2025-06-01"))
    assert not XINJIANG.published(day("2026-06-01"))


def year(off: str = "", work: str = "") -> dict[int, Year]:
    return {
        2026: Year(
            published=True, source="test", off=tuple(off.split()), work=tuple(day(text) for text in work.split())
        )
    }


def test_where_two_calendars_list_a_day_the_later_one_wins() -> None:
    closed, opened = year(off="2026-03-03"), year(work="2026-03-03")

    assert Calendar([closed, opened]).works(day("2026-03-03"))
    assert not Calendar([opened, closed]).works(day("2026-03-03"))


def test_a_make_up_day_inside_a_range_of_holidays_is_worked() -> None:
    calendar = Calendar([year(off="2026-03-02/2026-03-08", work="2026-03-07")])

    assert calendar.works(day("2026-03-07"))
    assert not calendar.works(day("2026-03-08"))


JANUARY = day("2026-01-01")
days = st.integers(0, 400).map(lambda after: JANUARY + timedelta(days=after))


def of_days(off: set[date], work: set[date]) -> Calendar:
    years = Year(published=True, source="test", off=tuple(map(str, sorted(off))), work=tuple(sorted(work)))
    return Calendar([{2026: years}])


calendars = st.builds(of_days, st.sets(days, max_size=60), st.sets(days, max_size=20))


@given(calendars, days, st.integers(1, 30))
def test_adding_and_counting_undo_each_other(calendar: Calendar, start: date, count: int) -> None:
    last = calendar.add(start, count)

    assert calendar.between(start, last) == count
    assert calendar.works(last)
    assert last > start


@given(calendars, days, st.integers(0, 15), st.integers(0, 15))
def test_adding_twice_is_adding_the_sum(calendar: Calendar, start: date, first: int, second: int) -> None:
    assert calendar.add(calendar.add(start, first), second) == calendar.add(start, first + second)


@given(calendars, days, st.integers(0, 60), st.integers(0, 60))
def test_counting_over_a_day_in_between_comes_to_the_same(
    calendar: Calendar, start: date, first: int, second: int
) -> None:
    middle = start + timedelta(days=first)
    last = middle + timedelta(days=second)

    assert calendar.between(start, middle) + calendar.between(middle, last) == calendar.between(start, last)


@given(calendars, days)
def test_the_next_working_day_is_the_first_one_there_is(calendar: Calendar, start: date) -> None:
    found = calendar.on_or_after(start)

    assert calendar.works(found)
    assert found >= start
    assert not any(calendar.works(start + timedelta(days=passed)) for passed in range((found - start).days))
