"""An admin switches somebody off: what they had in hand goes back to the office at once, and everybody is told."""

import asyncio

import pytest

from portal.accounts import users
from portal.accounts.staff import Member, member
from portal.accounts.users import User
from portal.cases.desk import allotment, tally
from portal.cases.desk.leaving import Held, held
from portal.cases.experts import panel
from portal.cases.experts.seats import seats
from portal.cases.life.case import Case, history, move
from portal.cases.life.moves import Role, State
from portal.cases.result import opinion
from portal.core.store import audit
from portal.core.store.database import fetch_value, transaction
from portal.notices.inbox import messages
from portal.regions.load import REGIONS
from tests.helpers.client import Client
from tests.helpers.factories import acting, citizen, current, make_case, make_expert, make_person, make_staff

pytestmark = pytest.mark.usefixtures("database")
HOME = "/staff/users"
CODES = list(REGIONS["meishan"].diseases)
LEFT = "承办人的账号停用了"


async def known(who: Member) -> User:
    found = await users.user_in(who.id, who.region)
    assert found
    return found


async def cases_of(who: Member, count: int) -> list[Case]:
    """Return so many open cases of *who*."""
    made = [await make_case(disease=CODES[n]) for n in range(count)]
    for case in made:
        assert await allotment.claim(case, who.id)
    return [await current(case) for case in made]


async def noted(case: Case) -> list[tuple[str, str, str]]:
    """Return the last thing done to *case* at the desk: by whom, what and why."""
    return [(row.actor, row.act, row.why) for row in await audit.done_to(f"case:{case.id}") if row.role == "staff"][-1:]


async def switch_off(who: Member, by: Member) -> bool:
    return await users.switch(await known(who), by, on=False)


async def test_the_open_cases_of_who_is_switched_off_can_be_claimed_by_anybody() -> None:
    gone, admin = await make_staff(login="gone"), await make_staff("admin")
    office, waiting, over = await cases_of(gone, 3)
    waiting = await move(waiting, "ask_correction", acting(gone, Role.REVIEWER))
    over = await move(over, "withdraw", citizen(await make_person()))

    await switch_off(gone, admin)

    assert (await current(office)).assigned_to == (await current(waiting)).assigned_to == ""
    assert await noted(office) == await noted(waiting) == [(admin.id, "put_back", LEFT)]
    assert (await current(over)).assigned_to == gone.id  # who had it when it ended stays on record
    colleague = await make_staff(login="colleague")
    assert await allotment.claim(await current(office), colleague.id)


async def test_in_a_city_that_gives_out_in_turn_they_go_to_those_with_room_and_the_rest_waits() -> None:
    gone, one, other = [await make_staff(login=login) for login in ("gone", "one", "other")]
    away, admin = await make_staff(login="away"), await make_staff("admin")
    await allotment.keep_seat(one.id, 1, away=False)
    await allotment.keep_seat(other.id, 2, away=False)
    await allotment.keep_seat(away.id, 9, away=True)
    await allotment.keep_by_itself("meishan", True)
    made = await cases_of(gone, 4)

    await switch_off(gone, admin)

    loads = await tally.loads("meishan")
    assert {who: count for who, count in loads.items() if count} == {one.id: 1, other.id: 2}
    last = [note for case in made for note in await noted(case)]
    assert sorted(last) == sorted([(admin.id, "in_turn", LEFT)] * 3 + [(admin.id, "put_back", LEFT)])


async def test_cases_of_colleagues_and_of_other_cities_stay_where_they_are() -> None:
    gone, colleague, admin = await make_staff(login="gone"), await make_staff(login="stays"), await make_staff("admin")
    (theirs,) = await cases_of(colleague, 1)
    far = await make_case("xx-01", "xinxing", "M03900")

    await switch_off(gone, admin)

    assert (await current(theirs)).assigned_to == colleague.id
    assert (await current(far)).assigned_to == ""
    assert await noted(far) == []


async def test_switching_on_again_brings_no_case_back_and_switching_off_twice_counts_once() -> None:
    gone, admin = await make_staff(login="gone"), await make_staff("admin")
    (case,) = await cases_of(gone, 1)
    seen = await known(gone)

    assert await users.switch(seen, admin, on=False)
    assert not await users.switch(seen, admin, on=False)
    assert await users.switch(seen, admin, on=True)

    assert (await current(case)).assigned_to == ""
    rows = [row.act for row in await audit.done_to(f"case:{case.id}") if row.role == "staff"]
    assert rows == ["claim", "put_back"]


async def test_when_the_switching_off_fails_nothing_has_moved(monkeypatch: pytest.MonkeyPatch) -> None:
    gone, admin = await make_staff(login="gone"), await make_staff("admin")
    (case,) = await cases_of(gone, 1)

    async def fails(*_: object) -> None:
        raise OSError("the power is gone")

    monkeypatch.setattr(users.SWITCHED_OFF, "listeners", (*users.SWITCHED_OFF.listeners, fails))
    with pytest.raises(OSError, match="power"):
        await switch_off(gone, admin)

    assert await member(gone.id)
    assert (await current(case)).assigned_to == gone.id
    assert [act for _, act, _ in await noted(case)] == ["claim"]


async def test_a_colleague_who_is_amid_one_of_the_cases_finishes_first_and_neither_waits_for_ever() -> None:
    gone, admin = await make_staff(login="gone"), await make_staff("admin")
    made = await cases_of(gone, 3)
    last, amid = max(made, key=lambda case: case.id), asyncio.Event()

    async def works() -> None:
        async with transaction():
            await panel.locked(last.id)
            amid.set()
            await asyncio.sleep(0.2)  # time for the admin to come to this case
            await audit.note(actor="a colleague", role="staff", act="assign", thing=f"case:{last.id}")

    async def switches_off() -> bool:
        await amid.wait()
        return await switch_off(gone, admin)

    await asyncio.gather(works(), switches_off())

    assert [(await current(case)).assigned_to for case in made] == ["", "", ""]
    rows = [row.act for row in await audit.done_to(f"case:{last.id}") if row.role == "staff"]
    assert rows == ["claim", "assign", "put_back"]


# -- experts -------------------------------------------------------------------------------------


async def asked() -> tuple[Case, Member, list[Member]]:
    """Return a case with a panel of two, the clerk who has it, and the experts."""
    clerk = await make_staff("reviewer", "xinxing", login="clerk")
    experts = [await make_expert(name, hospital=f"{name} 的医院") for name in ("one", "other")]
    case = await move(await make_case("xx-01", "xinxing", "M03900"), "accept", acting(clerk, Role.REVIEWER))
    case = await panel.invite(case, acting(clerk, Role.REVIEWER), [one.id for one in experts])
    return case, clerk, experts


async def test_an_opinion_that_is_owed_is_waited_for_no_more_and_who_has_the_case_is_told_to_ask_another(
    client: Client,
) -> None:
    case, clerk, (gone, stays) = await asked()
    admin = await make_staff("admin", "xinxing", login="admin")

    await switch_off(gone, admin)

    assert {seat.expert: (seat.state, seat.reason) for seat in await seats(case.id)} == {
        gone.id: ("revoked", "账号停用了"),
        stays.id: ("invited", ""),
    }
    last = (await history(case))[-1]
    assert (last.action, last.actor, last.note) == ("change_panel", admin.id, "一位专家的账号停用了，请另请一位专家")
    rows = [(row.actor, row.act) for row in await audit.done_to(f"case:{case.id}")]
    assert (admin.id, "change_panel") in rows
    told = f"办件尾号{case.number[-4:]}的一位专家账号停用了，请另请一位专家。"
    assert told in [one.text for one in await messages(clerk.id)]
    await client.staff_sign_in("clerk")
    await client.get(f"/staff/cases/{case.number}/appraisals")
    assert "专家不够，请再请一位。" in client.text


async def test_the_clerk_asks_another_in_their_place_and_the_page_stops_asking(client: Client) -> None:
    case, _, (gone, _) = await asked()
    new, admin = await make_expert("new", hospital="丙"), await make_staff("admin", "xinxing", login="admin")
    await switch_off(gone, admin)
    await client.staff_sign_in("clerk")
    await client.get(f"/staff/cases/{case.number}/appraisals")

    await client.post(client.path, {"expert": new.id})

    assert client.status == 200
    assert "专家不够" not in client.text
    assert [seat.expert for seat in await seats(case.id) if seat.open][-1] == new.id


async def test_of_a_case_nobody_has_the_supervisors_are_told() -> None:
    case, clerk, (gone, _) = await asked()
    boss, admin = await make_staff("supervisor", "xinxing"), await make_staff("admin", "xinxing", login="admin")
    assert await allotment.give(await current(case), "", by=clerk.id, act="put_back")

    await switch_off(gone, admin)

    assert [one.text.partition("的")[2] for one in await messages(boss.id)] == ["一位专家账号停用了，请另请一位专家。"]
    assert "停用" not in "".join(one.text for one in await messages(clerk.id))


async def test_an_opinion_that_was_given_still_counts() -> None:
    case, _, (gone, _) = await asked()
    admin = await make_staff("admin", "xinxing", login="admin")
    (place,) = [seat for seat in await seats(case.id) if seat.expert == gone.id]
    await opinion.give(place, gone.id, {"M03900": opinion.Opinion({1: "met", 2: "met", 3: "met"}, "passed")})

    await switch_off(gone, admin)

    assert next(seat for seat in await seats(case.id) if seat.expert == gone.id).state == "given"
    assert (await current(case)).at is State.APPRAISING


# -- the page ------------------------------------------------------------------------------------


async def test_the_page_says_beforehand_what_it_concerns_and_the_member_is_out_at_once(client: Client) -> None:
    gone = await make_staff("reviewer expert", login="gone")
    await make_staff("admin", login="admin")
    (case, _) = await cases_of(gone, 2)
    inside = Client()
    await inside.staff_sign_in("gone")
    await client.staff_sign_in("admin")
    await client.get(f"{HOME}/{gone.id}")
    assert "手上的 2 件办件会放回待认领。" in client.text
    assert "专家意见不再等" not in client.text
    await allotment.keep_by_itself("meishan", True)
    await client.get(f"{HOME}/{gone.id}")
    assert "手上的 2 件办件会轮流分派给别人" in client.text

    await client.post(f"{HOME}/{gone.id}", {"action": "off"})

    assert "已停用" in client.text
    assert (await current(case)).assigned_to == ""
    await inside.get(f"/staff/cases/{case.number}")
    assert inside.path == "/staff/login"
    assert await fetch_value("SELECT count(*) FROM session WHERE subject = $1", gone.id) == 0


async def test_the_page_counts_the_opinions_that_are_owed_and_says_when_nothing_is_in_hand(client: Client) -> None:
    _, _, (gone, _) = await asked()
    await make_staff("admin", "xinxing", login="admin")
    idle = await make_staff("reviewer", "xinxing", login="idle")
    await client.staff_sign_in("admin")

    await client.get(f"{HOME}/{gone.id}")
    assert "还没交的 1 份专家意见不再等，会告诉承办人另请专家。" in client.text
    await client.get(f"{HOME}/{idle.id}")

    assert "手上没有办件。" in client.text
    assert await held(await known(idle)) == Held(cases=0, invitations=0, in_turn=False)
