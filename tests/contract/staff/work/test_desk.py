"""The desk: signing in, the queue, a case with its papers, asking for a correction, deciding by two people."""

import re

import pytest

from portal.cases.life.case import Case, case_by_id
from portal.cases.life.moves import State
from portal.cases.result import decision
from tests.helpers.client import Client
from tests.helpers.factories import make_case, make_staff
from tests.helpers.seen import errors, heading

WRONG = "账号或密码不对。请再检查一次。"


async def at(case: Case) -> State:
    found = await case_by_id(case.id)
    assert found
    return found.at


@pytest.mark.parametrize(
    ("login", "password", "said"),
    [
        ("", "", {"login": "请填写账号。", "password": "请填写密码。"}),
        ("meishan-reviewer", "wrong", {"login": WRONG}),
        ("nobody", "long enough", {"login": WRONG}),
    ],
)
async def test_who_does_not_know_the_password_stays_outside(
    client: Client, login: str, password: str, said: dict[str, str]
) -> None:
    await make_staff()

    await client.staff_sign_in(login, password)

    assert (client.status, errors(client)) == (422, said)
    await client.get("/staff/")
    assert client.path == "/staff/login"


async def test_the_queue_shows_the_cases_of_ones_own_city_only(client: Client) -> None:
    mine, other = await make_case(), await make_case("xx-01", "xinxing")
    await client.staff_sign_in((await make_staff()).login)

    assert heading(client) == "工作台"
    await client.get("/staff/queue")
    assert heading(client) == "办件队列"
    assert f'href="/staff/cases/{mine.number}"' in client.text
    assert other.number not in client.text
    await client.get(f"/staff/queue?q={mine.number}")
    assert mine.number in client.text
    await client.get("/staff/queue?view=ended")
    assert "这里没有办件" in client.text


async def test_a_case_is_claimed_once(client: Client) -> None:
    case = await make_case()
    await make_staff(login="first")
    await make_staff(login="second")
    await client.staff_sign_in("first")
    await client.post(f"/staff/cases/{case.number}/claim")
    assert client.path == f"/staff/cases/{case.number}"
    await client.post(f"/staff/cases/{case.number}/claim")
    assert client.status == 200

    async with Client() as second:
        await second.staff_sign_in("second")
        await second.post(f"/staff/cases/{case.number}/claim")

        assert second.status == 409
        assert "这件现在由reviewer of meishan承办" in second.text


async def test_the_page_of_a_case_offers_only_what_may_be_done_now(client: Client) -> None:
    case = await make_case()
    await make_staff("approver")
    await client.staff_sign_in((await make_staff()).login)

    await client.get(f"/staff/cases/{case.number}")

    links = re.findall(rf'href="/staff/cases/{case.number}/([\w/]+)"', client.text)
    assert {"decision", "corrections/new"} <= set(links)
    assert "approval" not in links
    assert "511400197102140026" not in client.text
    await client.get(f"/staff/cases/{case.number}/files/nothing/pages/1")
    assert client.status == 404


@pytest.mark.parametrize(
    ("sent", "place"),
    [
        ({}, "reason-medical_records.exam_report"),
        ({"reason-identity": "other", "words-identity": " "}, "words-identity"),
    ],
)
async def test_a_notice_needs_a_defect_and_other_needs_words(client: Client, sent: dict[str, str], place: str) -> None:
    case = await make_case()
    await client.staff_sign_in((await make_staff()).login)
    await client.get(f"/staff/cases/{case.number}/corrections/new")

    await client.post(f"/staff/cases/{case.number}/corrections/new", sent)

    assert (client.status, list(errors(client))) == (422, [place])
    assert await at(case) is State.REVIEWING


async def test_the_second_of_two_clerks_is_told_that_the_case_has_moved_on_and_by_whom(client: Client) -> None:
    case = await make_case()
    await make_staff(login="first")
    await make_staff(login="second")
    page = f"/staff/cases/{case.number}/corrections/new"
    async with Client() as second:
        await second.staff_sign_in("second")
        await second.get(page)
        await client.staff_sign_in("first")
        await client.get(page)
        await client.post(page, {"reason-identity": "one_side"})
        assert client.path == f"/staff/cases/{case.number}"

        await second.post(page, {"reason-identity": "unreadable"})
        assert second.status == 409

    assert "这件现在由reviewer of meishan承办" in second.text
    assert await at(case) is State.CORRECTION


async def test_one_drafts_and_another_decides_never_the_same(client: Client) -> None:
    case = await make_case()
    (disease,) = await decision.diseases(case)
    await make_staff("reviewer approver", login="both")
    await make_staff("approver", login="other")
    await client.staff_sign_in("both")
    await client.get(f"/staff/cases/{case.number}/decision")
    await client.post(f"/staff/cases/{case.number}/decision", {f"verdict-{disease.id}": "passed"})
    await client.get(f"/staff/cases/{case.number}/approval")
    await client.post(f"/staff/cases/{case.number}/approval", {"action": "agree"})
    assert (client.status, list(errors(client))) == (422, ["comment"])

    async with Client() as other:
        await other.staff_sign_in("other")
        page = f"/staff/cases/{case.number}/approval"
        await other.get(page)
        await other.post(page, {"action": "back"})
        assert errors(other) == {"comment": "退回要写明原因。"}
        await other.post(page, {"action": "agree"})

    assert await at(case) is State.APPROVED


@pytest.mark.parametrize(
    ("sent", "place"),
    [
        ({}, "verdict"),
        ({"verdict": "maybe"}, "verdict"),
        ({"verdict": "passed", "months": "many"}, "months"),
        ({"verdict": "passed", "months": "601"}, "months"),
        ({"verdict": "failed"}, "words"),
        ({"verdict": "failed", "reason": "other"}, "words"),
    ],
)
async def test_a_proposal_that_is_not_whole_comes_back(client: Client, sent: dict[str, str], place: str) -> None:
    case = await make_case()
    (disease,) = await decision.diseases(case)
    await client.staff_sign_in((await make_staff()).login)
    page = f"/staff/cases/{case.number}/decision"
    await client.get(page)

    await client.post(page, {f"{name}-{disease.id}": text for name, text in sent.items()})

    assert (client.status, list(errors(client))) == (422, [f"{place}-{disease.id}"])
    assert await at(case) is State.REVIEWING
