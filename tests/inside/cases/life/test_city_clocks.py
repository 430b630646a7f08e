"""The clock of each city as its own rules and calendars make it: whatever happens, what the page says holds."""

from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.cases.life.deadlines import Clock, Happened, clock_of, extended_to
from portal.core.tools.clock import day_of
from portal.regions.load import REGIONS, Region
from tests.helpers.must import must

CITIES = pytest.mark.parametrize("region", [pytest.param(region, id=name) for name, region in REGIONS.items()])
START = datetime(2025, 1, 2, 3, tzinfo=UTC)

starts = st.integers(0, 900).map(lambda days: START + timedelta(days=days, minutes=days * 7 % 900))
waits = st.integers(0, 6).map(lambda days: timedelta(days=days, minutes=5))
pauses = st.lists(st.tuples(waits, st.integers(0, 40).map(lambda days: timedelta(days=days, minutes=9))), max_size=3)


def accepted(start: datetime, wait: timedelta) -> list[Happened]:
    return [Happened("submit", "submitted", start), Happened("accept", "reviewing", start + wait)]


Spans = list[tuple[timedelta, timedelta]]  # how long until a correction is sent, and until it is answered


def with_pauses(history: list[Happened], spans: Spans) -> list[Happened]:
    """Return the history with a correction after each wait, answered after its time."""
    told, at = [*history], history[-1].at
    for wait, length in spans:
        at += wait
        told.append(Happened("ask_correction", "correction", at))
        at += length
        told.append(Happened("answer_correction", "reviewing", at))
    return told


class Running(NamedTuple):
    """A clock that runs, and the day it is due."""

    clock: Clock
    due: date


def due_of(history: list[Happened], region: Region) -> Running:
    clock = clock_of(history, region)
    return Running(clock, must(clock.due))


@CITIES
@given(starts, waits)
def test_without_a_pause_it_is_the_citys_working_days_after_acceptance(
    region: Region, start: datetime, wait: timedelta
) -> None:
    history = accepted(start, wait)

    clock, due = due_of(history, region)

    assert due == region.calendar.add(day_of(history[-1].at), region.rules.clock.limit_workdays)
    assert clock.provisional == (not region.calendar.published(due))
    assert (clock.paused_days, clock.paused_since) == (0, None)


@CITIES
@given(starts, waits, pauses)
def test_a_correction_never_makes_it_earlier_and_its_days_are_said(
    region: Region, start: datetime, wait: timedelta, spans: Spans
) -> None:
    history = accepted(start, wait)

    clock, due = due_of(with_pauses(history, spans), region)

    assert due >= due_of(history, region).due
    assert region.calendar.works(due)
    assert 0 <= clock.paused_days - sum(length.days for _, length in spans) <= len(spans)


@CITIES
@given(starts, waits, pauses)
def test_while_a_correction_is_open_there_is_no_date_and_the_day_it_stopped_is_said(
    region: Region, start: datetime, wait: timedelta, spans: Spans
) -> None:
    told = with_pauses(accepted(start, wait), spans)
    asked = told[-1].at + timedelta(days=1)

    clock = clock_of([*told, Happened("ask_correction", "correction", asked)], region)

    assert (clock.due, clock.paused_since) == (None, day_of(asked))
    assert not clock.late(day_of(asked) + timedelta(days=400))


@CITIES
@given(starts, waits, pauses)
def test_an_extension_is_later_and_ends_where_the_page_says_before(
    region: Region, start: datetime, wait: timedelta, spans: Spans
) -> None:
    told = with_pauses(accepted(start, wait), spans)
    before = due_of(told, region)
    days = region.rules.extension.workdays

    after = due_of([*told, Happened("extend_deadline", "reviewing", told[-1].at, days)], region)

    assert after.due > before.due
    assert after.clock.extended_by == days
    if not spans:
        assert after.due == extended_to(before.clock, region)


@CITIES
@given(starts, waits, pauses)
def test_taking_back_leaves_no_trace_in_the_next_run(
    region: Region, start: datetime, wait: timedelta, spans: Spans
) -> None:
    earlier = with_pauses(accepted(start, wait), spans)
    again = earlier[-1].at + timedelta(days=2)
    fresh = accepted(again, wait)

    told = [*earlier, Happened("take_back", "draft", earlier[-1].at), *fresh]

    assert clock_of(told, region) == clock_of(fresh, region)


@CITIES
@given(starts)
def test_the_moment_of_the_day_does_not_matter(region: Region, start: datetime) -> None:
    morning = start.replace(hour=0, minute=1)
    evening = start.replace(hour=15, minute=59)  # 23:59 in Beijing

    found = {due_of(accepted(one, timedelta()), region).due for one in (morning, evening)}

    assert len(found) == 1


@CITIES
@given(starts, st.integers(0, 30))
def test_deemed_acceptance_counts_from_the_day_of_receipt(region: Region, start: datetime, late: int) -> None:
    told = [Happened("submit", "submitted", start)]
    noticed = Happened("deem_accepted", "reviewing", start + timedelta(days=late))

    due = due_of([*told, noticed], region).due

    assert due == region.calendar.add(day_of(start), region.rules.clock.limit_workdays)


@CITIES
@given(starts, waits, st.integers(1, 30))
def test_public_display_stops_the_clock_like_a_correction(
    region: Region, start: datetime, wait: timedelta, days: int
) -> None:
    told = accepted(start, wait)
    began = told[-1].at + timedelta(days=1)
    shown = [*told, Happened("publish", "publicity", began)]

    assert clock_of(shown, region).due is None
    back = [*shown, Happened("uphold_objection", "deciding", began + timedelta(days=days))]
    assert due_of(back, region).due >= due_of(told, region).due
