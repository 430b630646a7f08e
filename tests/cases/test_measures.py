"""What is measured: working time of each stage, on time or late, reasons of corrections; nothing about anybody."""

from datetime import datetime, timedelta

import pytest

from portal.cases import corrections, measures, tally
from portal.cases.case import Case, case_by_id, move
from portal.cases.corrections import NewDefect
from portal.cases.measures import Row, report, spread, working_hours
from portal.cases.moves import Role, State
from portal.core import clock
from portal.core.clock import BEIJING
from portal.core.database import run
from portal.regions.load import REGIONS
from tests.factories import acting, citizen, make_case, make_person, make_staff

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
def test_only_hours_of_working_days_count(since: datetime, until: datetime, hours: int):
    assert working_hours(since, until, MEISHAN) == hours


def test_half_and_nineteen_of_twenty():
    rows = [Row("stage", "reviewing", hours, 1) for hours in range(1, 21)]

    found = spread("reviewing", rows)

    assert (found.count, found.median, found.most) == (20, 10, 19)
    assert spread("reviewing", []).most == 0


async def renewed(case: Case) -> Case:
    found = await case_by_id(case.id)
    assert found
    return found


@pytest.mark.usefixtures("database")
async def test_a_whole_case_is_measured_stage_by_stage():
    clerk, who = await make_staff(), citizen(await make_person())
    case = await make_case()
    notice_on = acting(clerk, Role.REVIEWER)
    case = await corrections.ask(
        case, notice_on, [NewDefect("identity", "one_side", ""), NewDefect("identity", "other", "x")]
    )
    notice = await corrections.open_correction(case)
    assert notice
    for defect in await corrections.defects(notice, ()):
        await corrections.explain(defect, "没有另一面")
    await corrections.answer(case, who, notice)
    case = await move(await renewed(case), "draft_decision", notice_on)
    approver = await make_staff("approver")
    await move(case, "decide", acting(approver, Role.APPROVER), outcome=State.DENIED)

    today = clock.today()
    for _ in range(2):  # summing up changes nothing
        found = await report("meishan", today, today)
        await tally.fold()

    assert {one.word: one.count for one in found.stages} == {
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
async def test_a_case_decided_after_its_day_counts_as_late():
    clerk, approver = await make_staff(), await make_staff("approver")
    case = await make_case()
    case = await move(case, "draft_decision", acting(clerk, Role.REVIEWER))
    await run("UPDATE case_event SET at = $1", clock.now() - timedelta(days=30))

    await move(case, "decide", acting(approver, Role.APPROVER), outcome=State.DENIED)

    assert await measures.on_time("meishan", clock.today()) == 0


@pytest.mark.usefixtures("database")
async def test_what_ended_without_a_decision_is_neither_on_time_nor_late():
    case = await make_case()

    await move(case, "withdraw", citizen(await make_person()))

    assert await measures.on_time("meishan", clock.today()) is None
