"""Who works on what: of several who want a case one gets it; giving out in turn is fair and keeps to the room."""

import asyncio

import pytest

from portal.accounts.staff import Member
from portal.cases.desk import allotment, tally
from portal.cases.desk.allotment import claim, give, in_turn, keep_seat, take_next
from portal.cases.life.case import Case, case_by_id, move
from portal.cases.life.moves import Role
from portal.core.store.database import fetch_all, fetch_value
from portal.regions.load import REGIONS
from tests.helpers.factories import acting, citizen, make_case, make_person, make_staff

pytestmark = pytest.mark.usefixtures("database")
CODES = list(REGIONS["meishan"].diseases)


async def cases(count: int) -> list[Case]:
    return [await make_case(disease=CODES[n]) for n in range(count)]


async def holder(case: Case) -> str:
    return str(await fetch_value("SELECT assigned_to FROM cases WHERE id = $1", case.id))


async def acts(case: Case) -> list[str]:
    """Return what the audit log says was done to a case at the desk."""
    rows = await fetch_all(
        allotment.Found,
        "SELECT act AS id FROM audit WHERE thing = $1 AND role = 'staff' ORDER BY id",
        f"case:{case.id}",
    )
    return [row.id for row in rows]


async def test_of_twenty_who_claim_a_case_at_once_one_has_it_and_the_log_names_only_them() -> None:
    (case,) = await cases(1)

    won = await asyncio.gather(*(claim(case, f"clerk-{n}") for n in range(20)))

    assert sum(won) == 1
    assert await holder(case) == f"clerk-{won.index(True)}"
    assert await acts(case) == ["claim"]


async def test_twenty_who_want_the_next_case_get_twenty_different_ones_or_none() -> None:
    made = await cases(8)

    taken = await asyncio.gather(*(take_next("meishan", f"clerk-{n}") for n in range(20)))

    got = [case.id for case in taken if case]
    assert sorted(got) == sorted(case.id for case in made)
    assert taken.count(None) == 12


async def test_a_case_that_is_over_is_given_to_nobody() -> None:
    (case,) = await cases(1)
    ended = await move(case, "withdraw", citizen(await make_person()))

    assert not await claim(ended, "me")


async def test_who_hands_over_what_a_colleague_took_meanwhile_is_told() -> None:
    (seen,) = await cases(1)
    await claim(seen, "me")
    mine = await case_by_id(seen.id)
    assert mine

    assert await give(mine, "a colleague", by="me", why="要出差了")
    assert not await give(mine, "somebody else", by="me", why="要出差了")
    assert await holder(seen) == "a colleague"


async def test_the_reviewer_who_works_on_a_case_nobody_had_has_it() -> None:
    (case,) = await cases(1)
    clerk, colleague = await make_staff(), await make_staff(login="second")

    await move(case, "draft_decision", acting(clerk, Role.REVIEWER))

    assert await holder(case) == clerk.id
    assert not await claim(case, colleague.id)


async def team(*capacities: int) -> list[Member]:
    members = [await make_staff(login=f"clerk-{n}") for n in range(len(capacities))]
    for member, capacity in zip(members, capacities, strict=True):
        await keep_seat(member.id, capacity, away=False)
    return members


async def test_cases_are_given_out_in_turn_and_nobody_gets_more_than_they_take() -> None:
    first, second, third = await team(1, 5, 2)
    await cases(7)

    assert await in_turn("meishan") == 7

    loads = await tally.loads("meishan")
    assert (loads[first.id], loads[second.id], loads[third.id]) == (1, 4, 2)


async def test_when_everybody_is_full_or_away_cases_wait_and_the_next_turn_goes_on_where_it_stopped() -> None:
    first, second = await team(1, 1)
    await keep_seat(second.id, 1, away=True)
    made = await cases(3)

    assert await in_turn("meishan") == 1
    assert await in_turn("meishan") == 0
    await keep_seat(second.id, 1, away=False)
    assert await in_turn("meishan") == 1

    held = {await holder(case) for case in made}
    assert held == {first.id, second.id, ""}


async def test_two_who_give_out_at_the_same_time_give_each_case_once() -> None:
    await team(20, 20)
    made = await cases(9)

    given = await asyncio.gather(in_turn("meishan"), in_turn("meishan"))

    assert sum(given) == 9
    for case in made:
        assert await acts(case) == ["in_turn"]


async def test_a_city_that_wants_it_has_new_cases_given_out_by_themselves() -> None:
    (member,) = await team(5)
    await make_staff(region="xinxing")
    await cases(2)
    other = await make_case("xx-01", "xinxing", "M03900")
    await allotment.keep_by_itself("meishan", True)

    await allotment.give_out()

    assert (await tally.loads("meishan")) == {member.id: 2}
    assert await holder(other) == ""


async def test_counts_survive_being_summed_up_while_people_work() -> None:
    made = await cases(6)
    before = await tally.counts("meishan", "me", made[0].made_at.date())

    await asyncio.gather(*(claim(case, "me") for case in made[:3]), tally.fold(), tally.fold())
    await tally.fold()
    after = await tally.counts("meishan", "me", made[0].made_at.date())

    assert (before["free"], before["mine"], before["open"]) == (6, 0, 6)
    assert (after["free"], after["mine"], after["open"]) == (3, 3, 6)
    assert await fetch_value("SELECT count(*) FROM desk_tally") <= 6
