"""The staff queue: a city's cases by due date, view by view, page by page."""

from datetime import date, timedelta

import pytest

from portal.cases.desk import search
from portal.cases.desk.allotment import claim
from portal.cases.desk.search import PAGE, Wanted, queue
from portal.cases.desk.tally import counts
from portal.cases.life.case import Actor, Case, move
from portal.cases.life.moves import Role
from portal.cases.papers import corrections
from portal.cases.papers.defects import NewDefect
from portal.core.store.database import execute
from portal.core.tools import clock
from portal.regions.load import REGIONS
from tests.helpers.factories import citizen, make_case, make_draft, make_person

pytestmark = pytest.mark.usefixtures("database")
CODES = list(REGIONS["meishan"].diseases)
REVIEWER = Actor("me", Role.REVIEWER)


async def many_cases(count: int, region: str = "meishan") -> list[Case]:
    """Return so many submitted cases, each due a day after the one before."""
    people = ("ms-01", "ms-10") if region == "meishan" else ("xx-01", "xx-10")
    made = [await make_case(people[n // len(CODES)], region, CODES[n % len(CODES)]) for n in range(count)]
    for number, case in enumerate(made):
        due = clock.today() + timedelta(days=number)
        await execute("UPDATE cases SET due_on = $2 WHERE id = $1", case.id, due)
    return made


def wanted(view: str = "open", **more: object) -> Wanted:
    given = {"region": "meishan", "view": view, "me": "me", "today": clock.today(), **more}
    return Wanted(**given)  # type: ignore[arg-type]


async def pages(view: str) -> list[list[Case]]:
    """Turn the pages of a view to its end."""
    found, after = [], None
    while True:
        rows = await queue(wanted(view, after=after))
        found.append(rows[:PAGE])
        if len(rows) <= PAGE:
            return found
        after = search.place(rows[PAGE - 1])


async def test_the_most_urgent_comes_first_and_every_case_once() -> None:
    made = await many_cases(PAGE * 2 - 2)

    first, second = await pages("open")

    assert [case.id for case in [*first, *second]] == [case.id for case in made]
    assert len(first) == PAGE


async def test_cases_due_on_one_day_are_not_lost_between_two_pages() -> None:
    made = await many_cases(PAGE + 5)
    await execute("UPDATE cases SET due_on = $1", clock.today())

    shown = [case.id for page in await pages("open") for case in page]

    assert sorted(shown) == sorted(case.id for case in made)
    assert len(shown) == len(set(shown))


async def test_cases_without_a_due_date_can_be_turned_through_too() -> None:
    made = await many_cases(PAGE + 5)
    for case in made:
        await corrections.ask(case, REVIEWER, [NewDefect("identity", "one_side", "")])

    shown = [case.id for page in await pages("correction") for case in page]

    assert sorted(shown) == sorted(case.id for case in made)


async def test_ended_cases_with_and_without_a_due_date_can_be_turned_through() -> None:
    made = await many_cases(PAGE + 5)
    for number, case in enumerate(made):
        if number % 2:
            case = await corrections.ask(case, REVIEWER, [NewDefect("identity", "one_side", "")])  # noqa: PLW2901
        await move(case, "withdraw", Actor(case.person, Role.INSURED_PERSON))

    shown = [case.id for page in await pages("ended") for case in page]

    assert sorted(shown) == sorted(case.id for case in made)


async def test_a_desk_sees_the_cases_of_its_own_city_and_no_drafts() -> None:
    mine, _ = await make_case(), await make_case("xx-01", "xinxing", "M03900")
    await make_draft("ms-10")

    assert [case.id for case in await queue(wanted())] == [mine.id]


async def test_a_case_is_found_by_its_number_however_it_is_typed() -> None:
    case, *_ = await many_cases(3)
    grouped = f" {case.number[:4]}-{case.number[4:8]} {case.number[8:]}"

    assert [found.id for found in await queue(wanted(number=grouped))] == [case.id]
    for wrong in ("123", "482109375565", "' OR 1=1 --", "\x00"):
        assert await queue(wanted(number=wrong)) == []


async def test_views_by_whose_and_when() -> None:
    first, second, third = await many_cases(3)
    await claim(first, "me")
    await claim(second, "somebody else")
    await execute("UPDATE cases SET due_on = $2 WHERE id = $1", third.id, clock.today() - timedelta(days=1))

    views = ("open", "mine", "free", "today", "late")
    shown = {view: {case.id for case in await queue(wanted(view))} for view in views}

    assert shown == {
        "open": {first.id, second.id, third.id},
        "mine": {first.id},
        "free": {third.id},
        "today": {first.id},
        "late": {third.id},
    }


async def test_views_by_state() -> None:
    asked, _, ended = await many_cases(3)
    await corrections.ask(asked, REVIEWER, [NewDefect("identity", "one_side", "")])
    await move(ended, "withdraw", citizen(await make_person()))

    assert [case.id for case in await queue(wanted("correction"))] == [asked.id]
    assert [case.id for case in await queue(wanted("ended"))] == [ended.id]
    assert await queue(wanted("approval")) == []


async def test_the_counts_are_those_of_the_views() -> None:
    first, second, third, fourth = await many_cases(4)
    await claim(first, "me")
    await execute("UPDATE cases SET due_on = $2 WHERE id = $1", second.id, clock.today() - timedelta(days=1))
    await corrections.ask(third, REVIEWER, [NewDefect("identity", "one_side", "")])
    await move(fourth, "withdraw", citizen(await make_person()))
    await make_case("xx-01", "xinxing", "M03900")

    found = await counts("meishan", "me", clock.today())

    assert found == {view: len(await queue(wanted(view))) for view in found}
    assert found["open"] == 2
    assert found["correction"] == 1


async def test_an_empty_desk_counts_nothing() -> None:
    assert set((await counts("meishan", "me", date(2026, 11, 20))).values()) == {0}


async def test_of_two_who_claim_a_case_one_has_it() -> None:
    (case,) = await many_cases(1)

    assert await claim(case, "me")
    assert not await claim(case, "somebody else")
