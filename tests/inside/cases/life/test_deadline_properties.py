"""What holds of the office's clock in every calendar and with any pauses."""

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from portal.cases.life.deadlines import Pause, due
from portal.regions.workdays import Calendar, Year

FIRST_DAY = date(2026, 6, 1)  # the calendars reach over the end of a year


def of_days(off: set[int], work: set[int]) -> Calendar:
    def days(numbers: set[int]) -> list[date]:
        return [FIRST_DAY + timedelta(days=number) for number in sorted(numbers)]

    year = Year(published=True, source="test", off=tuple(map(str, days(off))), work=tuple(days(work)))
    return Calendar([{2026: year}])


calendars = st.builds(of_days, st.sets(st.integers(0, 400), max_size=60), st.sets(st.integers(0, 400), max_size=20))
starts = st.integers(0, 300).map(lambda number: FIRST_DAY + timedelta(days=number))
limits = st.sampled_from((1, 5, 20))
spans = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 40)), max_size=3)


class Story(NamedTuple):
    """A case with corrections, each sent while the clock ran."""

    calendar: Calendar
    accepted: date
    days: int
    pauses: list[Pause]
    on_the_last_day: int  # how many were sent on the very day it was due


def told(calendar: Calendar, accepted: date, days: int, wanted: Sequence[tuple[int, int]]) -> Story:
    """Return the story in which each correction is sent after the one before, at the latest on the due day."""
    pauses: list[Pause] = []
    late = 0
    for wait, length in wanted:
        last = due(accepted, days, pauses, "continue", calendar)
        assert last
        earliest = pauses[-1].end if pauses else accepted
        assert earliest
        start = min(earliest + timedelta(days=wait), last)
        late += start == last
        pauses.append(Pause(start, start + timedelta(days=length)))
    return Story(calendar, accepted, days, pauses, late)


stories = st.builds(told, calendars, starts, limits, spans)


def last_day(story: Story, more: int = 0) -> date:
    found = due(story.accepted, story.days + more, story.pauses, "continue", story.calendar)
    assert found
    return found


@given(calendars, starts, limits)
def test_without_a_pause_it_is_plain_counting(calendar: Calendar, accepted: date, days: int) -> None:
    for resume in ("continue", "restart"):
        assert due(accepted, days, [], resume, calendar) == calendar.add(accepted, days)


@given(stories, st.randoms())
def test_the_order_of_the_pauses_does_not_matter(story: Story, random: Random) -> None:
    mixed = [*story.pauses]
    random.shuffle(mixed)

    assert due(story.accepted, story.days, mixed, "continue", story.calendar) == last_day(story)


@given(stories)
def test_a_pause_more_never_makes_it_earlier(story: Story) -> None:
    dates = [
        due(story.accepted, story.days, story.pauses[:count], "continue", story.calendar)
        for count in range(len(story.pauses) + 1)
    ]

    assert dates == sorted(dates)  # type: ignore[type-var]


@given(stories)
def test_an_open_pause_stops_the_clock(story: Story) -> None:
    open_ = [*story.pauses, Pause(last_day(story))]

    assert due(story.accepted, story.days, open_, "continue", story.calendar) is None
    assert due(story.accepted, story.days, open_, "restart", story.calendar) is None


@given(stories)
def test_an_extension_of_ten_days_makes_it_later(story: Story) -> None:
    assert last_day(story, more=10) > last_day(story)


@given(stories)
def test_it_is_never_due_before_the_answer_has_been_read(story: Story) -> None:
    last = last_day(story)

    assert all(pause.end and last > pause.end for pause in story.pauses)
    assert story.calendar.works(last)


@given(stories)
def test_the_office_is_charged_its_days_and_no_day_of_the_citizen(story: Story) -> None:
    last = last_day(story)
    passed = [story.accepted + timedelta(days=number) for number in range(1, (last - story.accepted).days + 1)]

    charged = [
        day for day in passed if story.calendar.works(day) and not any(pause.covers(day) for pause in story.pauses)
    ]

    # one more day for each correction that was sent on the last one
    assert len(charged) == story.days + story.on_the_last_day


@given(stories)
def test_paused_and_running_time_together_are_the_time_that_passed(story: Story) -> None:
    last = last_day(story)
    passed = [story.accepted + timedelta(days=number) for number in range(1, (last - story.accepted).days + 1)]
    working = [day for day in passed if story.calendar.works(day)]

    paused = [day for day in working if any(pause.covers(day) for pause in story.pauses)]

    assert len(working) == len(paused) + story.days + story.on_the_last_day
    assert story.calendar.between(story.accepted, last) == len(working)


@given(stories)
def test_where_the_clock_restarts_all_days_follow_the_last_answer(story: Story) -> None:
    found = due(story.accepted, story.days, story.pauses, "restart", story.calendar)

    resumed = max((pause.end for pause in story.pauses if pause.end), default=story.accepted)
    assert found == story.calendar.add(resumed, story.days)
