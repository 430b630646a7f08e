"""The pages of 专家鉴定: the reviewer asks, the expert sees medical papers and criteria only, and gives an opinion."""

import pytest

from portal.cases.experts import panel
from portal.cases.experts.seats import Seat, seats
from portal.cases.life.case import Case, case_by_id, move
from portal.cases.life.moves import State
from portal.core.store.database import execute, fetch_value
from tests.helpers.client import Client
from tests.helpers.factories import REVIEWER, add_document, make_case, make_expert, make_staff, nobodys

OPINION = {
    "finding-M03900-1": "met",
    "finding-M03900-2": "met",
    "finding-M03900-3": "met",
    "verdict-M03900": "passed",
    "independent": "yes",
}


async def accepted() -> Case:
    case = await make_case("xx-01", "xinxing", "M03900")
    for slot in ("identity", "medical_records.exam_report"):
        await add_document(case, slot)
    return await nobodys(await move(case, "accept", REVIEWER))


@pytest.fixture
async def asked(client: Client) -> tuple[Case, Seat]:
    """A case with two experts, of whom the first is signed in."""
    one, other = await make_expert("one", hospital="甲"), await make_expert("other", hospital="乙")
    case = await nobodys(await panel.invite(await accepted(), REVIEWER, [one.id, other.id]))
    await client.staff_sign_in("one")
    return case, next(seat for seat in await seats(case.id) if seat.expert == one.id)


async def test_a_reviewer_asks_two_experts(client: Client) -> None:
    one, other = await make_expert("one", hospital="甲"), await make_expert("other", hospital="乙")
    await make_staff("reviewer", "xinxing", login="clerk")
    case = await accepted()
    await client.staff_sign_in("clerk")
    await client.get(f"/staff/cases/{case.number}")
    assert "请专家鉴定" in client.text
    await client.get(f"/staff/cases/{case.number}/appraisals")

    await client.post(client.path, {"expert": [one.id]})
    assert client.status == 422
    assert "请的专家不够" in client.text
    await client.post(client.path, {"expert": [one.id, other.id]})

    assert client.status == 200
    assert "收到意见 0/2。" in client.text
    assert (await case_by_id(case.id) or case).at is State.APPRAISING


async def test_an_expert_with_a_conflict_is_shown_with_the_reason_and_refused(client: Client) -> None:
    one, own = await make_expert("one", hospital="甲"), await make_expert("own", hospital="眉山市人民医院")
    await make_staff("reviewer", "xinxing", login="clerk")
    case = await accepted()
    await client.staff_sign_in("clerk")
    await client.get(f"/staff/cases/{case.number}/appraisals")
    assert "不能请：和确诊医院是同一家" in client.text

    await client.post(client.path, {"expert": [one.id, own.id]})

    assert client.status == 422
    assert "和确诊医院是同一家" in client.text


async def test_an_expert_lands_on_the_list_and_never_reads_who_the_person_is(
    client: Client, asked: tuple[Case, Seat]
) -> None:
    case, seat = asked

    assert client.path == "/staff/opinions"
    for path in ("/staff/opinions", f"/staff/opinions/{seat.id}", "/staff/notices"):
        await client.get(path)
        assert client.status == 200
        for secret in ("王建国", "王*国", case.number, "138", "照片.jpg", "身份材料"):
            assert secret not in client.text, (path, secret)
    await client.get(f"/staff/opinions/{seat.id}")
    assert "检查报告" in client.text
    assert "第 1、2、3 条都要符合。" in client.text


async def test_an_expert_cannot_open_the_case_nor_another_s_place(client: Client, asked: tuple[Case, Seat]) -> None:
    case, seat = asked
    other = next(one for one in await seats(case.id) if one.id != seat.id)

    await client.get(f"/staff/cases/{case.number}")
    assert client.status == 403
    await client.get(f"/staff/opinions/{other.id}")
    assert client.status == 404
    await client.get(f"/staff/opinions/{seat.id}/files/2/pages/1")
    assert client.status == 404


async def test_an_opinion_is_checked_kept_and_shown_again(client: Client, asked: tuple[Case, Seat]) -> None:
    _, seat = asked
    home = f"/staff/opinions/{seat.id}"
    await client.get(home)
    await client.post(home, {})
    assert client.status == 422
    assert client.text.count("请选这一条符合、不符合还是材料不足。") == 6

    await client.post(home, {**OPINION, "verdict-M03900": "failed"})
    assert "总的意见和各条对不上，请写明为什么。" in client.text
    assert 'value="failed" id="verdict-M03900"' in client.text or 'value="failed" checked' in client.text
    await client.post(home, OPINION)

    assert client.status == 200
    assert "：您的意见" in client.text
    assert await fetch_value("SELECT verdict FROM appraisal WHERE id = $1", seat.id) == "passed"
    page_before = client.text
    await client.post(home, {**OPINION, "csrf": client.hidden["csrf"]})
    assert client.status == 409
    assert "这份鉴定已经交了" in client.text
    assert "交意见" not in page_before


async def test_an_opinion_that_is_not_needed_any_more_can_still_be_copied(
    client: Client, asked: tuple[Case, Seat]
) -> None:
    case, seat = asked
    await client.get(f"/staff/opinions/{seat.id}")
    await execute("UPDATE cases SET state = 'correction', return_to = 'appraising' WHERE id = $1", case.id)

    await client.post(client.path, {**OPINION, "words-M03900": "心功能分级没有写"})

    assert client.status == 409
    assert "这份鉴定已经交了，或者不再需要。" in client.text
    assert '<p class="said">心功能分级没有写</p>' in client.text


async def test_an_expert_steps_back_and_the_reviewer_reads_why(client: Client, asked: tuple[Case, Seat]) -> None:
    case, seat = asked
    await client.get(f"/staff/opinions/{seat.id}")
    await client.post(f"/staff/opinions/{seat.id}/recusal", {"reason": "relation"})
    assert client.path == "/staff/opinions"
    assert "现在没有等您鉴定的。" in client.text

    await make_staff("reviewer", "xinxing", login="clerk")
    await client.post("/staff/logout")
    await client.staff_sign_in("clerk")
    await client.get(f"/staff/cases/{case.number}/appraisals")

    assert "和申请人有亲属或其他关系" in client.text
    assert "回避了" in client.text


async def test_a_reviewer_replaces_who_is_late_and_reminds_the_other(client: Client, asked: tuple[Case, Seat]) -> None:
    case, seat = asked
    new = await make_expert("new", hospital="丙")
    await make_staff("reviewer", "xinxing", login="clerk")
    await client.post("/staff/logout")
    await client.staff_sign_in("clerk")
    home = f"/staff/cases/{case.number}/appraisals"
    await client.get(home)

    await client.post(f"{home}/{seat.id}", {"action": "replace", "expert": new.id})
    assert client.status == 200
    other = next(one for one in await seats(case.id) if one.open and one.expert != new.id)
    await client.post(f"{home}/{other.id}", {"action": "remind"})

    assert "提醒过：" in client.text
    assert [one.state for one in await seats(case.id)].count("replaced") == 1
    await client.post(f"{home}/{seat.id}", {"action": "remind"})
    assert client.status == 409


async def test_the_citizen_sees_how_many_opinions_are_in(client: Client, asked: tuple[Case, Seat]) -> None:
    case, seat = asked
    await client.get(f"/staff/opinions/{seat.id}")
    await client.post(f"/staff/opinions/{seat.id}", OPINION)
    await client.post("/staff/logout")

    await client.sign_in("13800000001", "xinxing")
    await client.get(f"/xinxing/cases/{case.number}")

    assert "已收到专家意见 1/2 份。" in client.text
    assert "专家正在鉴定，您不用做什么" in client.text


async def test_the_reviewer_hears_in_the_portal(client: Client) -> None:
    await make_staff("reviewer", "xinxing", login="clerk")
    await client.staff_sign_in("clerk")
    await client.get("/staff/notices")

    assert "还没有消息。" in client.text
