"""After submitting: progress, taking back, withdrawing, corrections, messages, files; all without script."""

import re

import pytest

from portal.cases.life.case import case_by_id
from portal.cases.life.moves import Role, State
from portal.cases.papers import corrections
from portal.cases.papers.defects import NewDefect
from portal.documents import keep
from tests.helpers import walk
from tests.helpers.client import Client
from tests.helpers.factories import acting, backdate, make_case, make_draft, make_staff
from tests.helpers.seen import errors, heading
from tests.helpers.world import make_world

MOBILE = "13800000101"


async def test_the_progress_says_whose_turn_it_is_and_its_fragment_is_the_same_part(client: Client) -> None:
    case = await make_case()
    await client.sign_in(MOBILE)
    address = walk.case_address(case)
    await client.get(address)
    assert heading(client) == "办理进度"
    assert "等经办机构处理" in client.text
    assert f'href="{address}">刷新' in client.text

    await client.get(f"{address}/progress?seen=0")
    assert client.text.count('id="progress"') == 1
    assert "<html" not in client.text
    await client.get(f"{address}/progress?seen={case.told}")

    assert (client.status, client.text) == (204, "")


async def test_within_ten_minutes_it_is_taken_back_to_a_draft_and_its_address_leads_there(client: Client) -> None:
    case = await make_case()
    await client.sign_in(MOBILE)
    await client.get(f"{walk.case_address(case)}/take-back")

    await client.post(f"{walk.case_address(case)}/take-back")

    assert client.path == walk.home_of(case)
    await client.get(walk.case_address(case))
    assert client.path == walk.home_of(case)


async def test_later_it_is_not(client: Client) -> None:
    case = await make_case()
    await backdate(case, 11)
    await client.sign_in(MOBILE)
    await client.get(f"{walk.case_address(case)}/take-back")
    assert heading(client) == "现在不能改了"

    await client.get("/meishan/logout")
    await client.post(f"{walk.case_address(case)}/take-back")

    assert client.status == 409


async def test_a_case_is_withdrawn_once_after_a_question(client: Client) -> None:
    case = await make_case()
    await client.sign_in(MOBILE)
    page = f"{walk.case_address(case)}/withdrawal"
    await client.get(page)
    assert heading(client) == "真的不办了吗？"

    await client.post(page)

    assert "已撤回，不再办理" in client.text
    await client.get(page)
    assert client.status == 409
    found = await case_by_id(case.id)
    assert found
    assert found.at is State.WITHDRAWN


async def test_a_notice_is_answered_item_by_item_and_what_is_missing_is_said(client: Client) -> None:
    clerk = await make_staff()
    defects = [NewDefect("identity", "one_side", ""), NewDefect("medical_records.exam_report", "missing", "")]
    case = await corrections.ask(await make_case(), acting(clerk, Role.REVIEWER), defects)
    notice = await corrections.open_correction(case)
    assert notice
    first, second = await corrections.defects(notice, ())
    await client.sign_in(MOBILE)
    page = f"{walk.case_address(case)}/corrections/1"
    await client.get(page)

    await client.upload(f"{page}/defects/{first.id}", ("背面.jpg", walk.photo(1), "image/jpeg"))
    assert "2 样里补了 1 样" in client.text
    await client.post(page)
    assert errors(client) == {f"pick-defect-{second.id}": "第 2 项还没有补。请传文件，或者写一句说明。"}
    await client.upload(f"{page}/defects/{second.id}", ("信.docx", b"PK", "application/octet-stream"))
    assert client.status == 422
    assert "请另存为 PDF" in client.text
    await client.post(page, {f"words-{second.id}": "医院下周才出报告"})

    assert client.path == walk.case_address(case)
    assert "等经办机构处理" in client.text
    await client.get(page)
    assert "不用再补" in client.text


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (("照片.jpg", b"", "image/jpeg"), "是空的"),
        (("照片.jpg", b"not a photo", "image/jpeg"), "名字和内容不一样"),
        (("片子.mp4", b"\x00\x00", "video/mp4"), "是视频"),
        (("a.exe", b"MZ", "application/x-msdownload"), "这种文件我们打不开"),
    ],
)
async def test_a_file_that_cannot_be_taken_is_said_with_what_to_do(
    client: Client, file: tuple[str, bytes, str], said: str
) -> None:
    case = await make_draft()
    await client.sign_in(MOBILE)
    await client.get(f"{walk.home_of(case)}/materials")

    await client.upload(f"{walk.home_of(case)}/materials/identity", file)

    assert client.status == 422
    assert said in client.text
    assert errors(client)
    assert await keep.documents(case.id) == []


async def test_a_file_is_looked_at_and_removed_after_a_question(client: Client) -> None:
    case = await make_draft()
    home = walk.home_of(case)
    await client.sign_in(MOBILE)
    await walk.upload(client, home, "identity", walk.photo())
    (file,) = await keep.documents(case.id)
    await client.get(f"/meishan/files/{file.id}")
    assert client.page.headers["content-type"] == "image/jpeg"
    await walk.upload(client, home, "identity", walk.photo())
    assert "已经传过了" in client.text

    await client.get(f"/meishan/files/{file.id}/removal")
    await client.post(f"/meishan/files/{file.id}/removal")

    assert await keep.documents(case.id) == []
    await client.get(f"/meishan/files/{file.id}")
    assert client.status == 404


async def test_messages_are_new_until_they_were_read(client: Client) -> None:
    await make_case()
    await client.sign_in(MOBILE)
    assert re.search(r"有 \d+ 条新消息", client.text)
    await client.get("/meishan/notices")

    await client.post("/meishan/notices")

    assert 'tag--now">新' not in client.text
    await client.get("/meishan/me")
    assert "条新消息" not in client.text


async def test_my_cases_begin_with_what_waits_for_me_and_show_the_benefit(client: Client) -> None:
    world = await make_world()
    await client.sign_in(MOBILE)

    await client.get("/meishan/me")

    waiting, decided = client.text.index(world.waiting.number), client.text.index(world.decided.number)
    assert waiting < decided
    assert "我的待遇" in client.text
    await client.get(f"{walk.case_address(world.decided)}/decision")
    assert "糖尿病，通过了，待遇还没开始" in client.text
