"""Messages with files: chosen on a phone, at a desktop and without script, read at the desk, answered with a file."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, FilePayload, expect

from e2e.applying import WAYS, Applying, jpeg, three_ways
from e2e.chain import Desk
from e2e.people import Clerk
from e2e.server import Server

PLACE = "照片或文件（选填）"


@pytest.fixture(scope="module")
def people(browser: Browser, server: Server) -> Iterator[dict[str, Applying]]:
    """One citizen with a case, at three browsers."""

    def apply(citizen: Applying) -> None:
        citizen.applicant.throw_away()
        citizen.applicant.home = f"/meishan/cases/{citizen.applicant.apply('吴刚', disease='M04600')}"

    with three_ways(browser, server, "13800000104", apply) as made:
        yield made


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest, people: dict[str, Applying]) -> Iterator[Applying]:
    """The citizen on a phone, at a desktop, and on a phone with JavaScript off."""
    yield people[request.param]
    complaints: list[str] = people[request.param].page.complaints  # type: ignore[attr-defined]
    assert not complaints, complaints


def choose(way: Applying, *files: FilePayload) -> None:
    """Choose files for the message."""
    way.choose_files(PLACE, *files, named="照片或文件")


def test_a_message_goes_out_with_its_files_and_words_stay_when_one_is_refused(
    way: Applying, people: dict[str, Applying]
) -> None:
    who = next(name for name, one in people.items() if one is way)
    bad: FilePayload = {"name": "小结.docx", "mimeType": "", "buffer": b"PK"}
    said = "“小结.docx”是文档文件，我们打不开。请另存为 PDF，或者拍照上传。"
    way.go(f"{way.applicant.home}/conversation")
    way.heading("留言")
    way.fill("您想问什么？", f"{who}：这样拍可以吗？")

    choose(way, jpeg(who), bad)
    if not way.script:
        way.press("发出留言")
    way.is_refused(PLACE, [said])
    if way.script:
        way.hears(f"选好了 {who}.jpg", f"{who}.jpg 已传 100%，正在检查", f"{who}.jpg 已上传")
    way.holds(PLACE, f"{who}.jpg", *([] if way.script else ["小结.docx"]))
    way.check_page()
    expect(way.page.get_by_label("您想问什么？")).to_have_value(f"{who}：这样拍可以吗？")
    way.press("发出留言")

    sent = way.page.get_by_role("listitem").filter(has_text=f"{who}：这样拍可以吗？")
    expect(sent.get_by_role("link", name=f"查看 {who}.jpg")).to_be_visible()
    expect(way.page.get_by_label("您想问什么？")).to_have_value("")
    way.check_page()


def test_the_desk_opens_the_file_marked_and_answers_with_one(
    people: dict[str, Applying], clerk: Clerk, server: Server
) -> None:
    citizen = people["phone"]
    number = citizen.applicant.home.rpartition("/")[2]
    citizen.applicant.post(f"{citizen.applicant.home}/conversation", {"text": "还有一句"})
    Desk(clerk).sign_in("meishan-reviewer")
    at_desk = Applying(clerk.page, server.base)
    at_desk.go(f"/staff/cases/{number}/conversation")
    at_desk.heading("沟通")

    choose(at_desk, jpeg("样张"), jpeg("放错的"))
    at_desk.holds(PLACE, "样张.jpg", "放错的.jpg")
    at_desk.check_page()
    at_desk.press("删除 放错的.jpg")
    at_desk.hears("已删除 放错的.jpg")
    at_desk.holds(PLACE, "样张.jpg")
    at_desk.focus_is_kept()
    at_desk.fill("回复申请人", "请照样张拍。")
    at_desk.press("发出回复")
    expect(at_desk.page.get_by_role("listitem").filter(has_text="请照样张拍。").get_by_role("link")).to_be_visible()

    at_desk.follow("查看 样张.jpg")
    at_desk.sees("经办机构的留言：样张.jpg")
    expect(at_desk.page.get_by_role("img", name="样张.jpg，第 1 页")).to_have_js_property("complete", True)
    citizen.go(f"{citizen.applicant.home}/conversation")
    answer = citizen.page.get_by_role("listitem").filter(has_text="请照样张拍。")
    expect(answer.get_by_role("link", name="查看 样张.jpg")).to_be_visible()
