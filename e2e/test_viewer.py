"""A reviewer reads papers: page by page across materials, larger, turned, by keyboard; the file is a second act."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from e2e import papers
from e2e.chain import HIDDEN, Applicant, checked
from e2e.conftest import DESKTOP, PHONE, context_of
from e2e.people import Citizen, Clerk
from e2e.server import Server

TURNED = re.compile("turn=1$")


@pytest.fixture(scope="module")
def number(browser: Browser, server: Server) -> Iterator[str]:
    """A submitted case whose second paper is a report of four pages."""
    context = context_of(browser, PHONE)
    applicant = Applicant(Citizen(context.new_page(), server.base), "xinxing")
    applicant.sign_in("13800000011")
    home = applicant.begin()
    applicant.answer(disease="M06900", hospital="兵团第十三师医院")
    page = applicant.get(f"{home}/materials")
    report = {"name": "报告.pdf", "mimeType": "application/pdf", "buffer": papers.report()}
    sent = {"csrf": dict(HIDDEN.findall(page))["csrf"], "file": report}
    checked(applicant.request.post(f"{server.base}{home}/materials/medical_records.exam_report", multipart=sent))
    yield applicant.submit("马桂兰")
    context.close()


@pytest.fixture(params=[True, False], ids=["script", "plain"])
def reader(request: pytest.FixtureRequest, browser: Browser, server: Server) -> Iterator[Clerk]:
    """A reviewer at a desktop, with JavaScript and without."""
    context = context_of(browser, DESKTOP, script=request.param)
    made = Clerk(context.new_page(), server.base, script=request.param)
    made.sign_in("xinxing-reviewer")
    yield made
    context.close()


def test_papers_are_read_beside_the_answers_and_the_file_itself_is_a_second_act(reader: Clerk, number: str) -> None:
    reader.open(number)
    viewer = reader.page.locator(".viewer")
    expect(viewer.get_by_text("第 1 页，共 1 页")).to_be_visible()
    strip = reader.page.get_by_role("navigation", name="全部文件")
    first = strip.locator("[aria-current]").inner_text()

    while "共 4 页" not in viewer.locator("#viewer-leaf").inner_text():
        before = viewer.locator("#viewer-file").inner_text()
        viewer.get_by_role("link", name="下一页").click()
        expect(viewer.locator("#viewer-file")).not_to_have_text(before)
    assert strip.locator("[aria-current]").inner_text() != first
    viewer.get_by_role("link", name="下一页").click()
    expect(viewer.get_by_text("第 2 页，共 4 页")).to_be_visible()
    viewer.get_by_role("link", name="放大").click()
    expect(viewer.get_by_text("150%")).to_be_visible()
    viewer.get_by_role("link", name="向右转").click()
    expect(viewer.get_by_role("img", name="报告.pdf，第 2 页")).to_have_attribute("src", TURNED)
    expect(viewer.get_by_text("第 2 页，共 4 页")).to_be_visible()
    reader.check_page()

    viewer.get_by_role("link", name="下载原文件").click()
    reader.heading("下载原文件：报告.pdf")
    reader.press("下载")
    reader.sees("请选一个下载的原因。")
    reader.check_page()
    reader.page.get_by_role("radio", name="图片看不清，要看原文件").check()
    with reader.page.expect_download() as download:
        reader.press("下载")
    assert download.value.path().read_bytes().startswith(b"%PDF-")


def test_keys_turn_the_pages_and_the_place_is_said(clerk: Clerk, number: str) -> None:
    clerk.sign_in("xinxing-reviewer")
    clerk.open(number)
    paper = clerk.page.get_by_role("region", name="文件内容")
    status = clerk.page.get_by_role("status")
    name = clerk.page.locator("#viewer-file").inner_text()

    paper.press("ArrowRight")

    expect(clerk.page.locator("#viewer-file")).not_to_have_text(name)
    expect(paper).to_be_focused()
    expect(status).to_contain_text("第 1 页，共")
    paper.press("+")
    expect(clerk.page.locator(".viewer").get_by_text("150%")).to_be_visible()
    paper.press("r")
    expect(clerk.page.locator(".viewer img")).to_have_attribute("src", TURNED)
    paper.press("ArrowLeft")
    expect(clerk.page.locator("#viewer-file")).to_have_text(name)
    expect(paper).to_be_focused()
