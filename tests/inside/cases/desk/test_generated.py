"""Many made-up cases: they come past the checks of ours, yet the desk counts them and pages open them."""

from datetime import timedelta

import pytest

from portal.accounts.person import known_as
from portal.cases.desk import tally
from portal.cases.desk.search import OFFICE, Wanted, in_state, queue
from portal.cases.figures import measures
from portal.cases.life.case import answers_of, cases_of
from portal.core.store.database import fetch_value
from portal.core.tools import clock
from portal.regions.load import REGIONS
from tests.bench.generate import generate, number_of, person_id

pytestmark = pytest.mark.usefixtures("database")


async def test_the_desk_counts_generated_cases_like_any_others() -> None:
    await generate(400, ["me", "another"])

    counted = await tally.counts("meishan", "me", clock.today())

    open_ = await fetch_value(f"SELECT count(*) FROM cases WHERE region = 'meishan' AND {in_state(OFFICE)}")
    free = await fetch_value(
        f"SELECT count(*) FROM cases WHERE region = 'meishan' AND {in_state(OFFICE)} AND assigned_to = ''"
    )
    assert (counted["open"], counted["free"]) == (open_, free)
    assert counted["today"] > 0


async def test_a_generated_case_is_found_and_opened_like_any_other() -> None:
    await generate(400, ["me"])
    person = await known_as(f"9{7:017d}")
    assert person and person.id == person_id(7)
    mine = [case for region in REGIONS for case in await cases_of(person.id, region)]

    found = [await queue(Wanted(case.region, "open", "me", clock.today(), number=case.number)) for case in mine]

    assert {case.number for case in mine} == {number_of(21), number_of(22), number_of(23)}
    assert [one.id for [one] in found] == [case.id for case in mine]
    assert all(answers_of(case)["disease"] in case.city.diseases for case in mine)


async def test_what_has_ended_lately_stands_in_the_reports() -> None:
    await generate(400, ["me"])

    since = clock.today() - timedelta(days=90)
    report = await measures.report("meishan", since, clock.today())

    assert report.ended == report.whole[0].count > 0
    assert await measures.on_time("meishan", since) == report.share
