"""The desk: counts, the queue and its filters, claiming, handing over, and seeing what is not one's own."""

import re

import pytest

from portal.accounts.staff import Member
from portal.cases.desk import allotment, tally
from portal.cases.desk.search import PAGE
from portal.cases.life.case import Case, case_by_id, move
from portal.cases.life.moves import Role
from portal.core.store.audit import entries
from portal.core.store.database import execute, fetch_value
from portal.regions.load import REGIONS
from tests.helpers.client import Client
from tests.helpers.factories import acting, make_case, make_staff

CODES = list(REGIONS["meishan"].diseases)


async def at_the_desk(client: Client, roles: str = "reviewer", login: str = "clerk") -> Member:
    member = await make_staff(roles, login=login)
    await client.staff_sign_in(login)
    return member


async def renewed(case: Case) -> Case:
    found = await case_by_id(case.id)
    assert found
    return found


def counted(client: Client, label: str) -> str:
    found = re.search(rf"<b>(\d*)</b>{label}</a>", client.text)
    assert found, f"{label} is not counted"
    return found[1]


async def test_the_desk_counts_what_stands_where_and_shows_my_most_urgent(client: Client) -> None:
    me = await at_the_desk(client)
    first, second, _ = [await make_case(disease=code) for code in CODES[:3]]
    await allotment.claim(first, me.id)
    await execute("UPDATE cases SET due_on = '2020-01-01' WHERE id = $1", second.id)

    await client.get("/staff/")

    assert [counted(client, label) for label in ("在办", "我的", "待认领", "已逾期", "待审批")] == [
        "3",
        "1",
        "2",
        "1",
        "0",
    ]
    assert f'href="/staff/cases/{first.number}"' in client.text
    assert f'href="/staff/cases/{second.number}"' not in client.text
    assert "最近 30 天还没有办结的" in client.text


async def test_take_the_next_gives_the_most_urgent_and_says_when_there_is_none(client: Client) -> None:
    me = await at_the_desk(client)
    urgent, _ = await make_case(disease=CODES[0]), await make_case(disease=CODES[1])
    await execute("UPDATE cases SET due_on = '2020-01-01' WHERE id = $1", urgent.id)
    await client.get("/staff/")

    await client.post("/staff/queue/next")
    first = client.path
    await client.get("/staff/")
    await client.post("/staff/queue/next")
    await client.get("/staff/")
    await client.post("/staff/queue/next")

    assert first == f"/staff/cases/{urgent.number}"
    assert (await renewed(urgent)).assigned_to == me.id
    assert client.status == 409
    assert "没有还没人认领的办件了" in client.text


async def test_a_filter_is_an_address_and_pages_keep_it(client: Client) -> None:
    me = await at_the_desk(client)
    made = [
        await make_case(("ms-01", "ms-10")[n // len(CODES)], disease=CODES[n % len(CODES)]) for n in range(PAGE + 2)
    ]
    for case in made:
        await allotment.claim(case, me.id)
    await move(await renewed(made[0]), "draft_decision", acting(me, Role.REVIEWER))

    await client.get(f"/staff/queue?view=open&state=reviewing&member={me.id}")
    first = set(re.findall(r'href="/staff/cases/(\d+)"', client.text))
    further = re.search(r'href="(/staff/queue\?[^"]*after=[^"]*)"', client.text)
    assert further
    await client.get(further[1].replace("&amp;", "&"))
    second = set(re.findall(r'href="/staff/cases/(\d+)"', client.text))

    assert len(first) == PAGE
    assert len(second) == 1
    assert first | second == {case.number for case in made[1:]}
    assert 'value="reviewing" selected' in client.text


async def test_the_queue_is_narrowed_by_disease_and_takes_strange_addresses(client: Client) -> None:
    await at_the_desk(client)
    one, other = await make_case(disease=CODES[0]), await make_case(disease=CODES[1])

    await client.get(f"/staff/queue?disease={CODES[0]}")
    assert one.number in client.text
    assert other.number not in client.text

    for strange in ("view=x", "state=draft", "state=%27", "after=9.9", "after=2020-01-01.", "member=%00", "q=x"):
        await client.get(f"/staff/queue?{strange}")
        assert client.status in (200, 400), strange


async def test_of_two_clerks_who_claim_the_second_is_told_by_whom(client: Client) -> None:
    await at_the_desk(client, login="first")
    case = await make_case()
    async with Client() as other:
        await at_the_desk(other, login="second")
        await client.get(f"/staff/cases/{case.number}")
        await other.get(f"/staff/cases/{case.number}")

        await client.post(f"/staff/cases/{case.number}/claim")
        await other.post(f"/staff/cases/{case.number}/claim")

        assert client.path == f"/staff/cases/{case.number}"
        assert other.status == 409
        assert "这件现在由reviewer of meishan承办" in other.text


async def test_a_colleague_s_case_opens_only_with_a_reason_that_stays_in_the_log(client: Client) -> None:
    holder = await make_staff(login="holder")
    case = await make_case()
    await allotment.claim(case, holder.id)
    me = await at_the_desk(client)

    await client.get(f"/staff/cases/{case.number}")
    assert client.path.endswith("/access")
    await client.post(client.path, {"why": "看看"})
    assert client.status == 422
    assert "请写明原因，至少 5 个字" in client.text
    await client.post(client.path, {"why": "申请人来电询问进度"})

    assert client.path == f"/staff/cases/{case.number}"
    (row,) = await entries(act="break_glass")
    assert (row.actor, row.thing, row.about, row.why) == (me.id, f"case:{case.id}", case.person, "申请人来电询问进度")


async def test_a_reason_opens_one_case_for_one_member_for_an_hour(client: Client) -> None:
    holder = await make_staff(login="holder")
    case, other = await make_case(disease=CODES[0]), await make_case(disease=CODES[1])
    for one in (case, other):
        await allotment.claim(one, holder.id)
    await at_the_desk(client)
    await client.get(f"/staff/cases/{case.number}/access")
    await client.post(client.path, {"why": "申请人来电询问进度"})

    await client.get(f"/staff/cases/{other.number}")
    assert client.path.endswith("/access")
    await execute("UPDATE case_access SET ends_at = given_at")
    await client.get(f"/staff/cases/{case.number}")

    assert client.path.endswith("/access")


async def test_a_reason_lets_look_but_not_act(client: Client) -> None:
    holder = await make_staff(login="holder")
    case = await make_case()
    await allotment.claim(case, holder.id)
    await at_the_desk(client)
    await client.get("/staff/")

    await client.post(f"/staff/cases/{case.number}/notes", {"text": "我来办"})

    assert client.status == 409
    assert await fetch_value("SELECT count(*) FROM case_note") == 0


async def test_who_hands_a_case_over_writes_why_and_the_colleague_finds_it(client: Client) -> None:
    me = await at_the_desk(client)
    colleague = await make_staff(login="colleague")
    case = await make_case()
    await allotment.claim(case, me.id)
    address = f"/staff/cases/{case.number}/assignment"

    await client.get(address)
    await client.post(address, {})
    assert client.status == 422
    assert "请选交给谁" in client.text
    await client.post(address, {"member": colleague.id, "why": "我下周休假"})

    assert client.path == "/staff/queue"
    assert (await renewed(case)).assigned_to == colleague.id
    async with Client() as desk:
        await desk.staff_sign_in("colleague")
        await desk.get(f"/staff/cases/{case.number}/notes")
        assert "我下周休假" in desk.text


async def test_a_case_handed_over_meanwhile_is_not_handed_over_again(client: Client) -> None:
    me = await at_the_desk(client)
    colleague, third = await make_staff(login="colleague"), await make_staff(login="third")
    case = await make_case()
    await allotment.claim(case, me.id)
    address = f"/staff/cases/{case.number}/assignment"
    await client.get(address)

    await allotment.give(await renewed(case), third.id, by=third.id)
    await client.post(address, {"member": colleague.id, "why": "我下周休假"})

    assert client.status == 422  # by now one may only take it over oneself
    assert (await renewed(case)).assigned_to == third.id


async def test_a_supervisor_gives_out_what_is_ticked_and_is_told_what_has_changed(client: Client) -> None:
    await at_the_desk(client, "supervisor", "chief")
    clerk, other = await make_staff(login="clerk"), await make_staff(login="other")
    first, second = await make_case(disease=CODES[0]), await make_case(disease=CODES[1])
    await client.get("/staff/queue?view=free")

    await client.post("/staff/queue/assignment", {"member": clerk.id})
    assert "请先勾选办件" in client.text
    await allotment.claim(second, other.id)
    ticked = [f"{case.number}." for case in (first, second)]
    await client.post("/staff/queue/assignment", {"member": clerk.id, "case": ticked})

    assert client.status == 409
    assert "有 1 件刚才有了变化" in client.text
    assert (await renewed(first)).assigned_to == clerk.id
    assert (await renewed(second)).assigned_to == other.id


async def test_the_supervisor_sets_how_much_each_takes_and_gives_out_in_turn(client: Client) -> None:
    await at_the_desk(client, "supervisor", "chief")
    clerk, away = await make_staff(login="clerk"), await make_staff(login="away")
    await make_case()
    await client.get("/staff/team")

    fields = {f"capacity-{clerk.id}": "x", f"capacity-{away.id}": "10", f"away-{away.id}": "yes"}
    await client.post("/staff/team", fields)
    assert client.status == 422
    await client.post("/staff/team", {**fields, f"capacity-{clerk.id}": "3", "in_turn": "yes"})
    await client.post("/staff/team/turns")

    assert await tally.loads("meishan") == {clerk.id: 1}
    assert await allotment.by_itself("meishan")


@pytest.mark.parametrize("role", ["expert", "mail_clerk", "admin", "auditor"])
async def test_who_does_no_casework_sees_no_case_and_no_queue(client: Client, role: str) -> None:
    case = await make_case()
    await at_the_desk(client, role)

    for path in ("/staff/queue", f"/staff/cases/{case.number}", f"/staff/cases/{case.number}/notes"):
        await client.get(path)
        assert client.status == 403, path


async def test_a_case_of_another_city_looks_missing_everywhere(client: Client) -> None:
    await at_the_desk(client, "reviewer approver supervisor")
    case = await make_case("xx-01", "xinxing", "M03900")

    for tail in ("", "/assignment", "/access", "/notes", "/conversation", "/person"):
        await client.get(f"/staff/cases/{case.number}{tail}")
        assert client.status == 404, tail
