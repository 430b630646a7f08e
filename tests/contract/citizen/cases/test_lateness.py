"""A last day that has passed is said in words, also where the calendar of that year is not published yet."""

import re
from datetime import date, timedelta

import pytest

from portal.cases.life.case import Actor, Case, move
from portal.cases.life.moves import Role
from portal.cases.time import rounds
from portal.core.tools import clock
from portal.notices.inbox import messages
from tests.helpers.client import Client
from tests.helpers.factories import REVIEWER, acting, current, make_case, make_staff
from tests.helpers.post import to_noon_of
from tests.helpers.walk import case_address

HE = "13800000001"


def words_of(html: str) -> str:
    """Return the words of a page, without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html))


async def accepted(by: Actor = REVIEWER) -> Case:
    """Return an accepted case of Xinxing, whose calendar is not published for this year."""
    return await move(await make_case("xx-01", "xinxing", "M03900"), "accept", by)


def to_the_day_after(case: Case) -> date:
    """Let it be the working day after the last day of *case*; return that last day."""
    assert case.due_on
    to_noon_of(case.city.calendar.add(case.due_on, 1))
    return case.due_on


async def page(client: Client, case: Case) -> str:
    await client.sign_in(HE, "xinxing")
    await client.get(case_address(case))
    return words_of(client.text)


async def test_whose_provisional_day_has_passed_reads_that_it_has_and_no_estimate(client: Client) -> None:
    case = await accepted()
    to_the_day_after(case)

    text = await page(client, case)

    assert "按预计的日子已经过了，还没有办完，很抱歉" in text
    assert "应在这天前办完" in text
    assert "预计办完" not in text
    assert "还有 0 个工作日" not in text


async def test_on_the_provisional_day_itself_it_is_still_an_estimate(client: Client) -> None:
    case = await accepted()
    assert case.due_on
    to_noon_of(case.due_on)

    text = await page(client, case)

    assert "预计办完" in text
    assert "按预计的日子已经过了" not in text


async def test_who_waits_for_acceptance_past_the_day_reads_of_acceptance(client: Client) -> None:
    case = await make_case("xx-01", "xinxing", "M03900")
    to_the_day_after(case)

    text = await page(client, case)

    assert "按预计的日子已经过了，还没有受理，很抱歉" in text
    assert "应在这天前受理" in text


@pytest.mark.usefixtures("published")
async def test_on_a_published_calendar_the_apology_is_as_it_was(client: Client) -> None:
    case = await accepted()
    to_the_day_after(case)

    assert "到期还没有办完，很抱歉" in await page(client, case)


async def test_the_receipt_promises_no_day_that_has_passed(client: Client) -> None:
    case = await accepted()
    last = to_the_day_after(case)
    await client.sign_in(HE, "xinxing")

    await client.get(f"{case_address(case)}/receipt")

    head = words_of(client.text.partition("<article")[0])
    assert f"{last.month}月{last.day}日" not in head


async def test_the_list_of_cases_says_that_the_day_has_passed(client: Client) -> None:
    case = await accepted()
    to_the_day_after(case)

    await client.sign_in(HE, "xinxing")

    assert "前办完，还没有办完，很抱歉" in words_of(client.text)
    assert "预计" not in words_of(client.text)


async def test_the_office_is_warned_of_a_provisional_day_and_the_citizen_gets_no_message_yet(database: None) -> None:
    supervisor = await make_staff("supervisor", "xinxing")
    case = await accepted()
    before = len(await messages(case.person))
    to_the_day_after(case)

    assert [await rounds.tell_overdue() for _ in range(2)] == [1, 1]

    (warned,) = await messages(supervisor.id)
    assert "到了预计办完的日子" in warned.text
    assert len(await messages(case.person)) == before


async def test_the_supervisor_is_told_that_nothing_accepts_itself_on_a_provisional_day(database: None) -> None:
    supervisor = await make_staff("supervisor", "xinxing")
    case = await make_case("xx-01", "xinxing", "M03900")
    to_the_day_after(case)

    assert await rounds.accept_late() == 0
    await rounds.tell_overdue()

    (warned,) = await messages(supervisor.id)
    assert "还没有受理，请尽快受理" in warned.text
    assert (await current(case)).state == "submitted"


async def test_the_desk_reads_that_the_provisional_day_has_passed(client: Client) -> None:
    clerk = await make_staff("reviewer", "xinxing", "clerk")
    case = await accepted(acting(clerk, Role.REVIEWER))
    to_the_day_after(case)
    await client.staff_sign_in("clerk")

    await client.get("/staff/queue?view=late")
    queue = words_of(client.text)
    await client.get(f"/staff/cases/{case.number}")
    on_the_case = words_of(client.text)

    assert "过了预计的日子 1 个工作日" in queue
    assert "过了预计的日子" in on_the_case
    assert "剩 0 个工作日" not in on_the_case
    assert clock.today() - timedelta(days=9) < case.due_on < clock.today()  # type: ignore[operator]
