"""What a citizen does while the case is open: add material, ask for more time, apply again; and who came first."""

from portal.cases.life.case import Actor, Case, history, move
from portal.cases.life.moves import Role, State
from portal.cases.papers import corrections, supplement
from portal.cases.papers.defects import NewDefect
from portal.core.store.database import execute, fetch_value
from portal.documents import keep
from portal.notices.inbox import messages
from tests.helpers.client import Client
from tests.helpers.factories import REVIEWER, citizen, current, make_case, make_person, make_staff
from tests.helpers.walk import photo


async def signed_in(client: Client) -> tuple[Case, str]:
    case = await make_case()
    await client.sign_in("13800000101")
    return case, f"/meishan/cases/{case.number}"


async def test_material_is_added_at_any_open_moment_and_the_reviewer_hears_of_it(client: Client) -> None:
    case, home = await signed_in(client)
    reviewer = await make_staff()
    await execute("UPDATE cases SET assigned_to = $2 WHERE id = $1", case.id, reviewer.id)
    await client.get(home)
    assert "补充材料" in client.text
    await client.get(f"{home}/supplements")
    await client.post(f"{home}/supplements", {})
    assert client.status == 422
    assert "还没有传文件。" in client.text

    await client.upload(f"{home}/supplements/medical_records.exam_report", ("new.jpg", photo(1), "image/jpeg"))
    assert client.status == 200
    assert "要提交的有 1 份" in client.text
    await client.post(f"{home}/supplements", {})

    assert client.path == home
    assert (await current(case)).at is State.REVIEWING
    assert [event.action for event in await history(case)][-1] == "supplement"
    assert [one.text for one in await messages(reviewer.id)] == [f"办件尾号{case.number[-4:]}补充了1份材料，请查看。"]
    assert await supplement.unsent(case) == []
    (file,) = await supplement.added(case)
    assert file.slot == "supplement:medical_records.exam_report"


async def test_an_addition_can_be_taken_away_until_it_is_sent(client: Client) -> None:
    case, home = await signed_in(client)
    await client.get(f"{home}/supplements")
    await client.upload(f"{home}/supplements/identity", ("new.jpg", photo(1), "image/jpeg"))
    (file,) = await supplement.unsent(case)

    await client.post(f"/meishan/files/{file.id}/removal")
    assert await keep.documents(case.id) == []
    await client.post(f"/meishan/files/{file.id}/removal")

    assert client.status == 404


async def test_nothing_is_added_to_a_case_that_waits_for_corrections(client: Client) -> None:
    case, home = await signed_in(client)
    await client.get(f"{home}/supplements")
    await corrections.ask(case, REVIEWER, [NewDefect("identity", "one_side", "")])

    token = client.hidden
    await client.upload(f"{home}/supplements/identity", ("new.jpg", photo(1), "image/jpeg"))
    assert client.status == 409
    assert await keep.documents(case.id) == []
    await client.post(f"{home}/supplements", token)

    assert client.status == 409
    assert "经办机构告知要补的材料、要改正的内容" in client.text


async def test_more_time_is_given_once_from_the_page_of_the_notice(client: Client) -> None:
    case, home = await signed_in(client)
    await corrections.ask(case, REVIEWER, [NewDefect("identity", "one_side", "")])
    await client.get(f"{home}/corrections/1")
    assert "来不及？可以延长一次" in client.text
    await client.get(f"{home}/corrections/1/extension")
    assert "只能延这一次" in client.text

    await client.post(f"{home}/corrections/1/extension")
    assert "来不及？可以延长一次" not in client.text
    await client.post(f"{home}/corrections/1/extension")

    assert client.status == 409
    assert "多要了几天来补" in client.text


async def test_who_withdrew_applies_again_with_the_answers_and_the_files(client: Client) -> None:
    case, home = await signed_in(client)
    await client.get(f"{home}/supplements")
    await client.upload(f"{home}/supplements/identity", ("new.jpg", photo(1), "image/jpeg"))
    await move(case, "withdraw", citizen(await make_person()))
    await client.get(home)
    assert "再次申请" in client.text
    await client.get(f"{home}/again")

    await client.post(f"{home}/again")

    assert client.path.startswith("/meishan/apply/")
    key = client.path.rpartition("/")[2]
    assert [file.slot for file in await keep.documents(key)] == ["identity"]
    assert await fetch_value("SELECT count(*) FROM cases") == 2


async def test_an_open_case_cannot_be_begun_again(client: Client) -> None:
    _, home = await signed_in(client)
    await client.get(home)

    await client.get(f"{home}/again")

    assert client.status == 409


async def test_whoever_withdraws_second_reads_what_the_office_did_first(client: Client) -> None:
    case, home = await signed_in(client)
    await client.get(f"{home}/withdrawal")
    await move(case, "withdraw", citizen(await make_person()))

    await client.post(f"{home}/withdrawal")

    assert client.status == 409
    assert "申请人撤回了申请" in client.text


async def test_what_is_late_is_said_honestly(client: Client) -> None:
    case, home = await signed_in(client)
    await execute("UPDATE case_event SET at = '2026-03-02T04:00:00+00:00' WHERE case_id = $1", case.id)

    await client.get(home)

    assert "到期还没有办完，很抱歉。" in client.text
    assert "应在这天前办完" in client.text


async def test_an_extension_is_shown_with_its_reason(client: Client) -> None:
    case = await make_case("xx-01", "xinxing", "M03900")
    case = await move(case, "accept", REVIEWER)
    await move(case, "extend_deadline", Actor("s", Role.SUPERVISOR), note="专家出差", days=10)
    await client.sign_in("13800000001", "xinxing")

    await client.get(f"/xinxing/cases/{case.number}")

    assert "办理时间延长了 10 个工作日。原因：专家出差" in client.text
    assert "延期告知书" in client.text
