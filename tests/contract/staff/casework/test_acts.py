"""What a clerk does with a reason, page by page; and what the composer shows before a notice goes out."""

import pytest

from portal.cases.life.case import Case, case_by_id, history, move
from portal.cases.life.moves import Role, State
from portal.cases.papers import corrections
from portal.cases.papers.defects import NewDefect
from portal.cases.result import decision
from portal.cases.result.decision import Proposal, Reasons
from portal.core.store.database import execute, fetch_value
from portal.letters.letter import letters
from tests.helpers.client import Client
from tests.helpers.factories import acting, citizen, make_case, make_person, make_staff, nobodys


@pytest.fixture
async def clerk(client: Client) -> Client:
    """A reviewer, an approver and a supervisor of Xinxing have accounts; the reviewer is signed in."""
    for role in ("reviewer", "approver", "supervisor"):
        await make_staff(role, "xinxing", login=role)
    await client.staff_sign_in("reviewer")
    return client


async def as_somebody_else(client: Client, login: str) -> None:
    await client.get("/staff/notices")
    await client.post("/staff/logout")
    await client.staff_sign_in(login)


async def state(case: Case) -> State:
    found = await case_by_id(case.id)
    assert found
    return found.at


async def test_an_application_is_not_accepted_with_a_reason_and_the_ways_to_object(clerk: Client) -> None:
    case = await make_case("xx-01", "xinxing", "M03900")
    await clerk.get(f"/staff/cases/{case.number}")
    assert "不予受理" in clerk.text
    home = f"/staff/cases/{case.number}/acts/non-acceptance"
    await clerk.get(home)

    await clerk.post(home, {})
    assert clerk.status == 422
    assert "请选一个理由。" in clerk.text
    await clerk.post(home, {"reason": "other"})
    assert "请写清楚理由。" in clerk.text
    await clerk.post(home, {"reason": "region", "words": "参保地是哈密市"})

    assert clerk.status == 200
    assert await state(case) is State.NOT_ACCEPTED
    letter = next(one for one in await letters(case.id) if one.kind == "L03").opened()
    assert "没有在本市参保：参保地是哈密市" in "".join(letter.body)
    assert any(part.heading == "不同意怎么办" for part in letter.lists)


async def test_a_notice_is_previewed_as_the_citizen_will_read_it(clerk: Client) -> None:
    case = await make_case("xx-01", "xinxing", "M03900")
    home = f"/staff/cases/{case.number}/corrections/new"
    await clerk.get(home)

    await clerk.post(home, {"reason-identity": "one_side", "words-identity": "缺反面", "action": "preview"})

    assert clerk.status == 200
    assert "申请人会看到" in clerk.text
    assert "只有一面，缺另一面：缺反面" in clerk.text
    assert await state(case) is State.SUBMITTED


async def test_a_notice_is_cancelled_with_a_reason(clerk: Client) -> None:
    case = await make_case("xx-01", "xinxing", "M03900")
    reviewer = acting(await make_staff(login="other", region="xinxing"), Role.REVIEWER)
    await nobodys(await corrections.ask(case, reviewer, [NewDefect("identity", "one_side", "")]))
    home = f"/staff/cases/{case.number}/acts/cancellation"
    await clerk.get(home)

    await clerk.post(home, {"words": "已经在系统里查到"})

    assert await state(case) is State.SUBMITTED
    assert "取消了要补的内容：已经在系统里查到" in clerk.text


async def test_a_supervisor_extends_and_a_reviewer_cannot(clerk: Client) -> None:
    case = await make_case("xx-01", "xinxing", "M03900")
    other = acting(await make_staff(login="other", region="xinxing"), Role.REVIEWER)
    case = await nobodys(await move(case, "accept", other))
    home = f"/staff/cases/{case.number}/acts/extension"
    await clerk.get(home)
    assert clerk.status == 409
    assert "受理，发出受理通知书" in clerk.text  # what happened last, and by whom
    await as_somebody_else(clerk, "supervisor")
    await clerk.get(home)
    assert "新的期限是" in clerk.text

    await clerk.post(home, {"words": "需要再请专家"})

    letter = next(one for one in await letters(case.id) if one.kind == "L13").opened()
    assert "需要再请专家" in "".join(letter.body)
    assert (await history(case))[-1].days == 10
    await clerk.get(home)
    assert clerk.status == 409


async def test_a_benefit_is_revoked_after_hearing_the_person(clerk: Client) -> None:
    case = await make_case("xx-01", "xinxing", "M03900")
    await approved(case)
    await as_somebody_else(clerk, "supervisor")
    home = f"/staff/cases/{case.number}/acts/revocation"
    await clerk.get(home)
    await clerk.post(home, {"words": "证明是伪造的"})
    assert clerk.status == 422

    await clerk.post(home, {"words": "证明是伪造的", "second": "11 月 3 日电话，本人承认"})

    assert await fetch_value("SELECT state FROM benefit") == "revoked"
    assert await fetch_value("SELECT why FROM audit WHERE act = 'heard_before_revoking'") == "11 月 3 日电话，本人承认"


async def approved(case: Case) -> None:
    """Have the case approved without experts, as its tables would say."""
    await execute("UPDATE cases SET state = 'deciding' WHERE id = $1", case.id)
    await execute("UPDATE case_disease SET decision = 'passed', drafted_by = 'x' WHERE case_id = $1", case.id)
    found = await case_by_id(case.id)
    assert found
    approver = await make_staff("approver", "xinxing", login="another approver")
    await decision.decide(found, acting(approver, Role.APPROVER))


async def test_in_meishan_a_second_notice_is_refused_until_a_supervisor_allows_it(client: Client) -> None:
    for role in ("reviewer", "supervisor"):
        await make_staff(role, login=role)
    case = await make_case()
    case = await corrections.ask(
        case, acting(await make_staff(login="x"), Role.REVIEWER), [NewDefect("identity", "one_side", "")]
    )
    notice = await corrections.open_correction(case)
    assert notice
    case = await nobodys(await corrections.answer(case, citizen(await make_person()), notice))
    await client.staff_sign_in("reviewer")
    home = f"/staff/cases/{case.number}"
    await client.get(f"{home}/corrections/new")
    assert client.status == 409
    await client.get(f"{home}/acts/permission")
    assert client.status == 409

    await as_somebody_else(client, "supervisor")
    await client.get(home)
    assert "允许再告知一次补正" in client.text
    await client.get(f"{home}/acts/permission")
    await client.post(f"{home}/acts/permission", {"words": "身份证过期"})

    await as_somebody_else(client, "reviewer")
    await client.get(f"{home}/corrections/new")
    assert client.status == 200


async def test_each_unmet_criterion_becomes_a_reason_of_the_refusal(client: Client) -> None:
    reviewer, approver = await make_staff("reviewer", login="reviewer"), await make_staff("approver", login="approver")
    case = await make_case()
    (disease,) = await decision.diseases(case)
    await client.staff_sign_in(reviewer.login)
    home = f"/staff/cases/{case.number}/decision"
    await client.get(home)

    await client.post(
        home,
        {
            f"verdict-{disease.id}": "failed",
            f"finding-{disease.id}-2": "unmet",
            f"finding-{disease.id}-3": "unmet",
            f"months-{disease.id}": "0",
        },
    )
    found = await case_by_id(case.id)
    assert found
    ended = await decision.decide(found, acting(approver, Role.APPROVER))

    letter = next(one for one in await letters(ended.id) if one.kind == "L11").opened()
    reasons = next(part.items for part in letter.lists if part.heading == "理由")
    assert reasons == [f"没有达到这一条：{text}" for text in case.city.diseases["M01600"].evidence_zh[1:]]


async def test_who_comes_second_reads_what_changed_and_by_whom(clerk: Client) -> None:
    case = await make_case("xx-01", "xinxing", "M03900")
    await clerk.get(f"/staff/cases/{case.number}/acts/non-acceptance")
    await move(case, "withdraw", citizen(await make_person("xx-01")))

    await clerk.post(f"/staff/cases/{case.number}/acts/non-acceptance", {"reason": "region"})

    assert clerk.status == 409
    assert "撤回了申请" in clerk.text


async def test_an_unknown_act_is_not_found(clerk: Client) -> None:
    case = await make_case("xx-01", "xinxing", "M03900")

    await clerk.get(f"/staff/cases/{case.number}/acts/dance")

    assert clerk.status == 404


async def test_an_objection_is_recorded_only_by_a_reviewer_during_the_display(clerk: Client) -> None:
    case = await make_case("xx-01", "xinxing", "M03900")
    await clerk.get(f"/staff/cases/{case.number}")
    csrf = clerk.hidden

    await clerk.post(f"/staff/cases/{case.number}/acts/objection", {**csrf, "words": "不同意"})

    assert clerk.status == 409
    assert await fetch_value("SELECT count(*) FROM objection") == 0


async def test_a_proposal_with_no_reason_at_all_is_refused_by_the_page(client: Client) -> None:
    await make_staff("reviewer", login="reviewer")
    case = await make_case()
    (disease,) = await decision.diseases(case)
    await client.staff_sign_in("reviewer")
    await client.get(f"/staff/cases/{case.number}/decision")

    await client.post(f"/staff/cases/{case.number}/decision", {f"verdict-{disease.id}": "failed"})

    assert client.status == 422
    assert Proposal(disease.id, False, 0, Reasons()).reasons.sentences() == []
