"""What is measured: working time of each stage, on time or late, reasons of corrections; nothing about anybody."""

import asyncio
from datetime import datetime, timedelta

import pytest

from portal.cases.figures import measures
from portal.cases.figures.measures import report, working_hours
from portal.cases.life.case import Case, case_by_id, move
from portal.cases.life.moves import Role, State
from portal.cases.papers import corrections
from portal.cases.papers.defects import NewDefect, explain
from portal.core.store.database import execute, fetch_value
from portal.core.tools import clock
from portal.core.tools.clock import BEIJING
from portal.regions.load import REGIONS
from tests.helpers.factories import acting, citizen, make_case, make_person, make_staff

MEISHAN = REGIONS["meishan"].calendar


def at(day: int, hour: int) -> datetime:
    """Return an hour of November 2026; the 20th is a Friday."""
    return datetime(2026, 11, day, hour, tzinfo=BEIJING)


@pytest.mark.parametrize(
    ("since", "until", "hours"),
    [
        (at(20, 9), at(20, 17), 8),
        (at(20, 22), at(23, 9), 11),  # over the weekend
        (at(21, 9), at(22, 20), 0),  # both days are free
        (at(19, 9), at(20, 9), 24),
        (at(20, 9), at(20, 9), 0),
    ],
)
def test_only_hours_of_working_days_count(since: datetime, until: datetime, hours: int) -> None:
    assert working_hours(since, until, MEISHAN) == hours


async def renewed(case: Case) -> Case:
    found = await case_by_id(case.id)
    assert found
    return found


@pytest.mark.usefixtures("database")
async def test_a_whole_case_is_measured_stage_by_stage() -> None:
    clerk, who = await make_staff(), citizen(await make_person())
    case = await make_case()
    notice_on = acting(clerk, Role.REVIEWER)
    case = await corrections.ask(
        case, notice_on, [NewDefect("identity", "one_side", ""), NewDefect("identity", "other", "x")]
    )
    notice = await corrections.open_correction(case)
    assert notice
    for defect in await corrections.defects(notice, ()):
        await explain(defect, "没有另一面")
    await corrections.answer(case, who, notice)
    case = await move(await renewed(case), "draft_decision", notice_on)
    approver = await make_staff("approver")
    await move(case, "decide", acting(approver, Role.APPROVER), outcome=State.DENIED)

    today = clock.today()
    for _ in range(2):  # summing up changes nothing
        found = await report("meishan", today, today)
        await measures.fold()

    assert {one.code: one.count for one in found.stages} == {
        "submitted": 1,
        "correction": 1,
        "reviewing": 2,
        "appraising": 0,
        "deciding": 1,
    }
    assert (found.in_time, found.late, found.share) == (1, 0, 100)
    assert found.reasons == [("one_side", 1), ("other", 1)]
    assert found.asked == 1
    assert await measures.on_time("meishan", today) == 100
    assert await measures.on_time("xinxing", today) is None


@pytest.mark.usefixtures("database")
async def test_a_case_decided_after_its_day_counts_as_late() -> None:
    clerk, approver = await make_staff(), await make_staff("approver")
    case = await make_case()
    case = await move(case, "draft_decision", acting(clerk, Role.REVIEWER))
    await execute("UPDATE case_event SET at = $1", clock.now() - timedelta(days=30))

    await move(case, "decide", acting(approver, Role.APPROVER), outcome=State.DENIED)

    assert await measures.on_time("meishan", clock.today()) == 0


@pytest.mark.usefixtures("database")
async def test_what_ended_without_a_decision_is_neither_on_time_nor_late() -> None:
    case = await make_case()

    await move(case, "withdraw", citizen(await make_person()))

    assert await measures.on_time("meishan", clock.today()) is None


async def some_weeks(cases: int, region: str = "meishan") -> None:
    """Measure *cases* on each of ten days."""
    for day in range(10):
        clock.shift(timedelta(days=-day))
        for one in range(cases):
            await measures.add(region, "stage", "reviewing", 7 * one % 50, count=1 + one % 3)
            await measures.add(region, "whole", "approved" if one % 2 else "denied", 11 * one % 300)
            await measures.add(region, "ended", "in_time" if one % 5 else "late")
        await measures.add(region, "reason", "no_stamp", count=day + 1)
    clock.shift(timedelta())


@pytest.mark.usefixtures("database")
async def test_a_report_is_the_same_before_and_after_the_days_are_summed_up() -> None:
    await some_weeks(4)
    since, today = clock.today() - timedelta(days=5), clock.today()
    before = await report("meishan", since, today)

    await measures.fold()
    assert await report("meishan", since, today) == before
    await some_weeks(1)  # more of days that were summed up already
    more = await report("meishan", since, today)
    await measures.fold()

    assert await report("meishan", since, today) == more
    assert (before.ended, more.ended) == (6 * 4, 6 * 5)
    assert more.reasons == [("no_stamp", 2 * sum(range(1, 7)))]
    assert await measures.on_time("meishan", since) == more.share == 60
    assert await fetch_value("SELECT count(*) FROM measure") == 0


@pytest.mark.usefixtures("database")
async def test_a_day_is_one_row_for_each_word_however_much_happens() -> None:
    async def rows() -> int:
        await measures.fold()
        return int(await fetch_value("SELECT count(*) FROM measured_day WHERE region = 'meishan'"))

    await some_weeks(10)
    few = await rows()
    await some_weeks(40)

    assert await rows() == few == 10 * 6


@pytest.mark.usefixtures("database")
async def test_two_who_sum_up_while_others_add_lose_nothing_and_count_nothing_twice() -> None:
    await some_weeks(2)

    await asyncio.gather(measures.fold(), some_weeks(1), measures.fold(), measures.fold())
    await measures.fold()

    assert (await report("meishan", clock.today() - timedelta(days=9), clock.today())).ended == 30
    assert await fetch_value("SELECT sum(n) FROM measured_day WHERE what = 'ended'") == 30


@pytest.mark.usefixtures("database")
async def test_for_a_minute_everybody_reads_the_same_figures_of_a_city(monkeypatch: pytest.MonkeyPatch) -> None:
    today, now = clock.today(), clock.ticks()
    monkeypatch.setattr(clock, "ticks", lambda: now)
    await measures.add("meishan", "ended", "in_time")
    first = await measures.public_report("meishan", today, today)
    await measures.add("meishan", "ended", "late")
    await measures.add("xinxing", "ended", "late", count=7)

    assert await measures.public_report("meishan", today, today) is first
    assert (await measures.public_report("xinxing", today, today)).late == 7
    assert (await measures.public_report("meishan", today - timedelta(days=1), today)).ended == 2
    monkeypatch.setattr(clock, "ticks", lambda: now + measures.KEPT_SECONDS)
    assert (await measures.public_report("xinxing", today, today)).late == 7
    assert (await measures.public_report("meishan", today, today)).ended == 2
