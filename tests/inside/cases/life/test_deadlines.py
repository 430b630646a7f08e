"""When is it due, what stops the clock: every example that was worked out by hand, and the clock of a history."""

from datetime import UTC, date, datetime, timedelta

import pytest

from portal.cases.life.deadlines import (
    Clock,
    Happened,
    LastDay,
    Pause,
    acceptance_days,
    clock_of,
    correction_due,
    due,
    promised,
    take_back_until,
)
from portal.regions.load import REGIONS, Region
from portal.regions.workdays import Calendar, Year
from tests.helpers.changes import amended

MEISHAN, XINXING = REGIONS["meishan"], REGIONS["xinxing"]
NATIONAL = MEISHAN.calendar


def day(text: str) -> date:
    """Return ``11-09`` as a day of 2026, or a whole date."""
    return date.fromisoformat(text if len(text) > 5 else f"2026-{text}")


def pauses(*spans: str) -> list[Pause]:
    return [Pause(*(day(end) for end in span.split("/"))) for span in spans]


FIRST, SECOND, SAME_DAY, LAST_DAY = "11-09/11-18", "11-16/11-20", "11-09/11-09", "11-30/12-08"
# accepted on Monday 2026-11-02: (working days, pauses, due)
VECTORS = [
    (20, [], "11-30"),
    (20, [FIRST], "12-09"),
    (20, [FIRST, SECOND], "12-11"),
    (20, [SECOND, FIRST], "12-11"),
    (20, [SAME_DAY], "11-30"),
    (30, [], "12-14"),
    (30, [FIRST], "12-23"),
    (20, [LAST_DAY], "12-09"),
]


@pytest.mark.parametrize(("working_days", "spans", "last"), VECTORS)
def test_the_office_has_its_days_and_the_citizens_time_is_not_among_them(
    working_days: int, spans: list[object] | list[str], last: str
) -> None:
    assert due(day("11-02"), working_days, pauses(*spans), "continue", NATIONAL) == day(last)


def test_in_meishan_the_one_day_starts_anew_after_the_answer() -> None:
    assert due(day("11-16"), 1, [], "restart", NATIONAL) == day("11-17")
    assert due(day("11-16"), 1, pauses("11-17/11-24"), "restart", NATIONAL) == day("11-25")


def test_while_a_correction_is_open_there_is_no_date() -> None:
    assert due(day("11-02"), 20, [Pause(day("11-09"))], "continue", NATIONAL) is None


def test_a_citizens_thirty_days_end_on_a_working_day() -> None:
    assert correction_due(day("11-20"), MEISHAN) == day("12-21")  # the 30th is Sunday, 20 December
    assert correction_due(day("11-20"), MEISHAN, extended=True) == day("2027-01-04")


def test_what_is_promised_counts_the_time_for_accepting() -> None:
    assert promised(day("11-20"), MEISHAN) == [LastDay("decision", day("11-23"), provisional=False)]
    assert promised(day("11-20"), XINXING)[-1] == LastDay(
        "decision", day("12-25"), provisional=True
    )  # the overlay of 2026 is not published
    assert promised(day("2025-05-28"), XINXING)[-1] == LastDay("decision", day("2025-07-08"), provisional=False)


def test_a_letter_that_must_be_verified_gives_the_office_more_time_to_accept() -> None:
    assert acceptance_days(MEISHAN, unverified=False) == 0
    assert acceptance_days(MEISHAN, unverified=True) == 1
    assert acceptance_days(XINXING, unverified=True) == 5


def test_taking_back_is_open_until_a_minute_the_page_can_name() -> None:
    submitted = datetime(2026, 11, 20, 6, 22, tzinfo=UTC)

    assert take_back_until(submitted, MEISHAN) == submitted + timedelta(minutes=10)


def at(text: str, hour: int = 2) -> datetime:
    """Return an hour of a day, in UTC; the days counted are those of Beijing."""
    return datetime.combine(day(text), datetime.min.time(), UTC) + timedelta(hours=hour)


def happened(*events: str) -> list[Happened]:
    """Return ``"accept 11-02"`` and the like as history; the state after it only matters at an end."""
    after = {"withdraw": "withdrawn", "decide": "approved", "not_accept": "not_accepted", "lapse": "lapsed"}
    rows = [event.split() for event in events]
    return [Happened(row[0], after.get(row[0], "?"), at(row[1]), int(row[2]) if len(row) > 2 else 0) for row in rows]


def test_before_it_is_submitted_no_clock_runs() -> None:
    assert clock_of([], XINXING) == Clock("none")


def test_until_it_is_accepted_the_clock_of_acceptance_runs() -> None:
    clock = clock_of(happened("submit 2025-11-20"), XINXING)

    assert (clock.runs, clock.due, clock.provisional) == ("acceptance", day("2025-11-27"), False)


def test_from_acceptance_the_clock_of_the_decision_runs() -> None:
    clock = clock_of(happened("submit 10-30", "accept 11-02"), XINXING)

    assert (clock.runs, clock.due) == ("decision", day("11-30"))


def test_the_day_is_that_of_beijing_not_of_greenwich() -> None:
    late_evening = [Happened("submit", "submitted", at("11-19", 15)), Happened("accept", "reviewing", at("11-19", 17))]

    assert clock_of(late_evening, MEISHAN).due == day("11-23")  # accepted at 01:00 on Friday the 20th


def test_deemed_acceptance_counts_from_the_day_of_receipt() -> None:
    clock = clock_of(happened("submit 11-02", "deem_accepted 11-10"), XINXING)

    assert clock.due == day("11-30")


def test_a_correction_stops_the_clock_and_its_answer_lets_it_go_on() -> None:
    asked = happened("submit 10-30", "accept 11-02", "ask_correction 11-09")
    answered = [*asked, *happened("answer_correction 11-18")]

    stopped, going = clock_of(asked, XINXING), clock_of(answered, XINXING)

    assert (stopped.due, stopped.paused_since, stopped.paused_days) == (None, day("11-09"), 0)
    assert (going.due, going.paused_since, going.paused_days) == (day("12-09"), None, 9)


def test_a_cancelled_correction_lets_it_go_on_as_well() -> None:
    events = happened("submit 10-30", "accept 11-02", "ask_correction 11-09", "cancel_correction 11-18")

    assert clock_of(events, XINXING).due == day("12-09")


def test_in_meishan_the_history_of_an_answered_correction_restarts_the_day() -> None:
    events = happened("submit 11-16", "accept 11-16", "ask_correction 11-17", "answer_correction 11-24")

    assert clock_of(events, MEISHAN).due == day("11-25")


def test_a_correction_stops_the_clock_of_acceptance_too() -> None:
    asked = happened("submit 11-16", "ask_correction 11-17")
    answered = [*asked, *happened("answer_correction 11-24")]

    assert clock_of(asked, XINXING).due is None
    assert clock_of(answered, XINXING).due == day("11-30")


def test_an_extension_adds_its_days_before_and_after_a_pause() -> None:
    events = happened("submit 10-30", "accept 11-02", "extend_deadline 11-20 10")
    paused = happened("submit 10-30", "accept 11-02", "ask_correction 11-09", "answer_correction 11-18")

    assert clock_of(events, XINXING).due == day("12-14")
    assert clock_of(events, XINXING).extended_by == 10
    assert clock_of([*paused, *happened("extend_deadline 11-20 10")], XINXING).due == day("12-23")


def test_what_was_before_taking_back_leaves_no_trace() -> None:
    events = happened("submit 11-02", "ask_correction 11-02", "answer_correction 11-03", "take_back 11-03")
    again = [*events, *happened("submit 11-16", "accept 11-16")]

    assert clock_of(events, MEISHAN) == Clock("none")
    assert clock_of(again, MEISHAN) == clock_of(happened("submit 11-16", "accept 11-16"), MEISHAN)


@pytest.mark.parametrize("end", ["withdraw 11-11", "decide 11-11", "lapse 12-15"])
def test_at_the_end_the_clock_has_ended_and_nothing_is_paused(end: str) -> None:
    clock = clock_of(happened("submit 11-02", "accept 11-02", "ask_correction 11-09", end), XINXING)

    assert clock.runs == "ended"
    assert clock.paused_since is None


def test_a_case_is_late_the_day_after_but_only_on_a_published_calendar() -> None:
    on_time = clock_of(happened("submit 2025-05-28", "accept 2025-05-28"), XINXING)
    unpublished = clock_of(happened("submit 12-03", "accept 12-04"), XINXING)

    assert not on_time.late(day("2025-07-01"))
    assert on_time.late(day("2025-07-02"))
    assert unpublished.provisional
    assert not unpublished.late(day("2029-01-01"))


def importing(region: Region, *off: str) -> Region:
    """Return the region after its calendar of 2026 has been imported with *off*."""
    national = {2026: Year(published=True, source="import", off=off)}
    return amended(region, Calendar([national]))


def test_a_calendar_imported_later_changes_dates_and_nothing_else() -> None:
    events = happened("submit 10-30", "accept 11-02", "ask_correction 11-09", "answer_correction 11-18")

    before, after = clock_of(events, XINXING), clock_of(events, importing(XINXING, "2026-12-07/2026-12-08"))

    assert (before.due, before.provisional) == (day("12-09"), True)
    assert (after.due, after.provisional) == (day("12-11"), False)
    assert before.runs == after.runs
    assert before.paused_days == after.paused_days
