"""Versions of policy: what holds on a day, two people, texts that cannot be used, what was released stays."""

import asyncio
from datetime import timedelta

import pytest

from portal.core.store import audit
from portal.core.store.database import fetch_value
from portal.core.tools import clock
from portal.core.tools.errors import Stale
from portal.policy import fresh, holding, versions
from portal.regions.catalogue import BadFile
from portal.regions.load import REGIONS
from tests.helpers.policy_desk import MAKER, SECOND, again, proposed, released

pytestmark = pytest.mark.usefixtures("desk")

FILE = "region.toml"
DAY = timedelta(days=1)


def minutes(count: int) -> str:
    """Return the rules of Meishan with another time for taking back."""
    return holding.SHIPPED["meishan"][FILE].replace("\nminutes = 10\n", f"\nminutes = {count}\n")


def now() -> int:
    """Return for how long an application of Meishan can be taken back, in this process."""
    return REGIONS["meishan"].rules.take_back.minutes


async def on(days: int) -> int:
    """Return the same as it will be in *days*."""
    return (await holding.city("meishan", clock.today() + days * DAY)).rules.take_back.minutes


async def test_before_any_release_the_shipped_files_hold() -> None:
    assert await holding.texts("meishan", clock.today()) == REGIONS["meishan"].texts
    assert await versions.newest("meishan", FILE) == 0


async def test_a_version_holds_from_its_day_on_and_the_next_one_from_its_own() -> None:
    await released("meishan", FILE, minutes(20))
    assert now() == 20
    await released("meishan", FILE, minutes(30), clock.today() + 5 * DAY)

    assert (now(), await on(4), await on(5), await on(500)) == (20, 20, 30, 30)


async def test_of_two_for_one_day_the_later_holds() -> None:
    await released("meishan", FILE, minutes(20))
    await released("meishan", FILE, minutes(30))

    assert now() == 30


async def test_a_process_that_looks_after_midnight_goes_by_what_holds_then() -> None:
    await released("meishan", FILE, minutes(20), clock.today() + DAY)
    assert now() == 10
    clock.shift(DAY)

    assert await fresh.refresh()
    assert now() == 20
    assert not await fresh.refresh()


async def test_a_draft_and_a_proposal_change_nothing_yet() -> None:
    made = await versions.begin("meishan", FILE, minutes(20), MAKER)
    await versions.propose(made, MAKER, clock.today(), "通知")

    assert not await fresh.refresh()
    assert now() == 10


async def test_who_made_a_version_does_not_release_it() -> None:
    made = await proposed("meishan", FILE, minutes(20))

    with pytest.raises(versions.SamePerson):
        await versions.release(made, MAKER)
    assert (await again(made)).state == "proposed"


async def test_of_two_who_release_at_once_one_does() -> None:
    made = await proposed("meishan", FILE, minutes(20))

    done = await asyncio.gather(*(versions.release(made, who) for who in (SECOND, "a third")), return_exceptions=True)

    assert sorted(type(one).__name__ for one in done) == ["NoneType", "Stale"]


async def test_what_was_released_is_never_changed() -> None:
    made = await released("meishan", FILE, minutes(20))

    for act in (
        versions.change(made, minutes(40), MAKER),
        versions.propose(made, MAKER, clock.today(), ""),
        versions.give_back(made, SECOND, ""),
        versions.withdraw(made, SECOND, "错了"),
    ):
        with pytest.raises((Stale, AssertionError)):
            await act
    assert await again(made) == made


async def test_a_planned_version_can_be_withdrawn_and_the_earlier_one_goes_on() -> None:
    made = await released("meishan", FILE, minutes(20), clock.today() + DAY)

    await versions.withdraw(made, SECOND, "推迟")

    assert await on(1) == 10


async def test_only_its_maker_changes_a_draft_and_not_from_an_old_page() -> None:
    made = await versions.begin("meishan", FILE, minutes(20), MAKER)
    with pytest.raises(Stale):
        await versions.change(made, minutes(30), SECOND)
    await versions.change(made, minutes(30), MAKER)

    with pytest.raises(Stale):
        await versions.change(made, minutes(40), MAKER)
    assert "minutes = 30" in (await again(made)).text


async def test_a_draft_begun_before_a_release_is_compared_anew_first() -> None:
    mine = await versions.begin("meishan", FILE, minutes(20), MAKER)
    await released("meishan", FILE, minutes(30))

    with pytest.raises(Stale, match=r"region\.toml"):
        await versions.propose(mine, MAKER, clock.today(), "通知")
    await versions.rebase(mine, MAKER)
    await versions.propose(await again(mine), MAKER, clock.today(), "通知")
    await versions.release(await again(mine), SECOND)
    await fresh.refresh()

    assert now() == 20


async def test_no_version_holds_from_a_day_that_is_over_or_before_a_planned_one() -> None:
    made = await versions.begin("meishan", FILE, minutes(20), MAKER)
    with pytest.raises(versions.TooEarly):
        await versions.propose(made, MAKER, clock.today() - DAY, "通知")
    await released("meishan", FILE, minutes(30), clock.today() + 9 * DAY)
    await versions.rebase(made, MAKER)

    with pytest.raises(versions.TooEarly):
        await versions.propose(await again(made), MAKER, clock.today() + DAY, "通知")


async def test_a_proposal_released_after_its_day_holds_from_the_day_of_release() -> None:
    made = await proposed("meishan", FILE, minutes(20))
    clock.shift(3 * DAY)

    await versions.release(made, SECOND)

    assert (await again(made)).effective_from == clock.today()


BAD = {
    "a misspelt key": (FILE, ("hotline = ", "hotlin = "), "region.toml.*hotlin"),
    "a value without a mark": (FILE, ('"take_back" = "assumed"\n', ""), r"region.toml.*take_back.minutes has no mark"),
    "months that are no number": ("diseases.csv", (",II,0,0,", ",II,soon,0,"), "diseases.csv:2:.*validity_months"),
    "a disease the criteria name": ("diseases.csv", ("M04600,", "M04699,"), "criteria.toml: M04600"),
    "no reason called other": ("reasons.toml", ("[correction.other]", "[correction.others]"), "reasons.toml.*other"),
}


@pytest.mark.parametrize("mistake", BAD)
async def test_a_text_that_cannot_be_used_is_refused_with_file_and_key(mistake: str) -> None:
    file, (old, new), said = BAD[mistake]
    text = REGIONS["meishan"].texts[file].replace(old, new, 1)

    with pytest.raises(BadFile, match=said):
        await versions.begin("meishan", file, text, MAKER)
    assert await fetch_value("SELECT count(*) FROM policy_version") == 0


async def test_of_two_files_that_do_not_go_together_the_second_is_refused() -> None:
    texts = holding.SHIPPED["meishan"]
    rule = '\n[M01600]\nrule = { all = [1, 2, 3] }\nsource = "sample"\n'
    fewer = texts["diseases.csv"].replace("近1年用药的门诊或住院记录；并发症检查报告", "近1年用药的门诊或住院记录")
    criteria = await proposed("meishan", "criteria.toml", texts["criteria.toml"] + rule)
    diseases = await proposed("meishan", "diseases.csv", fewer)

    await versions.release(criteria, SECOND)

    with pytest.raises(BadFile, match=r"criteria\.toml: M01600"):
        await versions.release(diseases, SECOND)


async def test_a_calendar_is_tried_with_every_city() -> None:
    text = holding.SHIPPED["calendar"]["calendar.toml"].replace("xinjiang-regional", "xinjiang")

    with pytest.raises(BadFile, match=r"region\.calendars names 'xinjiang-regional'"):
        await versions.begin("calendar", "calendar.toml", text, MAKER)


async def test_every_act_is_in_the_log() -> None:
    made = await released("meishan", FILE, minutes(20), clock.today() + DAY)
    await versions.withdraw(made, SECOND, "推迟")

    rows = await audit.done_to(made.thing)
    assert [(row.act, row.actor) for row in rows] == [
        ("policy_draft", MAKER),
        ("policy_propose", MAKER),
        ("policy_release", SECOND),
        ("policy_withdraw", SECOND),
    ]
    assert rows[1].why == "通知第 1 号"
