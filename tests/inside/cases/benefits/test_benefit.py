"""待遇: begins and ends with its days."""

from datetime import date, timedelta

import pytest

from portal.cases.benefits import benefit
from portal.cases.benefits.benefit import Benefit
from portal.cases.life.case import Case
from portal.core.store.database import fetch_value
from portal.core.tools import clock
from tests.helpers.factories import make_case

pytestmark = pytest.mark.usefixtures("database")


def day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def one(state: str = "active", start: str = "2026-11-01", end: str | None = "2027-10-31") -> Benefit:
    return Benefit("id", "case", "person", "meishan", "M01600", state, date.fromisoformat(start), day(end))


@pytest.mark.parametrize(
    ("day", "state"),
    [
        ("2026-10-31", "pending_effective"),
        ("2026-11-01", "active"),
        ("2027-10-31", "active"),
        ("2027-11-01", "expired"),
    ],
)
def test_it_holds_from_its_first_day_to_its_last(day: str, state: str) -> None:
    assert one().state_on(date.fromisoformat(day)) == state


def test_without_an_end_it_holds_for_good() -> None:
    assert one(end=None).state_on(date(2099, 1, 1)) == "active"


@pytest.mark.parametrize("state", ["suspended", "revoked", "terminated"])
def test_what_was_decided_about_it_goes_before_the_calendar(state: str) -> None:
    assert one(state).state_on(date(2026, 12, 1)) == state


async def granted(case: Case, code: str, start: int, end: int | None) -> None:
    """Grant a benefit that starts and ends so many days from now."""
    today = clock.today()
    await benefit.grant(case, code, today + timedelta(days=start), None if end is None else today + timedelta(days=end))


async def states() -> dict[str, str]:
    codes = ("M01600", "M03900", "M00500")
    return {code: await fetch_value("SELECT state FROM benefit WHERE code = $1", code) for code in codes}


async def test_the_round_lets_benefits_begin_and_end_with_their_days() -> None:
    case = await make_case()
    await granted(case, "M01600", 1, 2)
    await granted(case, "M03900", 0, 0)
    await granted(case, "M00500", 0, None)
    first = await states()

    await benefit.turn_over()
    today = await states()
    clock.shift(timedelta(days=1))
    await benefit.turn_over()
    tomorrow = await states()
    clock.shift(timedelta(days=3))
    await benefit.turn_over()
    later = await states()

    assert first == today == {"M01600": "pending_effective", "M03900": "active", "M00500": "active"}
    assert tomorrow == {"M01600": "active", "M03900": "expired", "M00500": "active"}
    assert later == {"M01600": "expired", "M03900": "expired", "M00500": "active"}


async def test_a_round_that_comes_late_catches_up_and_a_second_one_changes_nothing() -> None:
    case = await make_case()
    await granted(case, "M01600", 1, 2)
    clock.shift(timedelta(days=9))

    await benefit.turn_over()
    once = await fetch_value("SELECT state FROM benefit")
    await benefit.turn_over()

    assert once == await fetch_value("SELECT state FROM benefit") == "expired"


async def test_a_person_sees_their_benefits_in_a_city_the_latest_first() -> None:
    case = await make_case()
    await granted(case, "M01600", -30, None)
    await granted(case, "M03900", 0, None)

    assert [found.code for found in await benefit.benefits_of(case.person, "meishan")] == ["M03900", "M01600"]
    assert await benefit.benefits_of(case.person, "xinxing") == []
