"""Further material while a case is open: added, looked over, taken off again and sent, with script and without."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from e2e import papers
from e2e.applying import Applying, applying, jpeg
from e2e.conftest import DEVICES, context_of
from e2e.server import Server

# device: the phone and the name of who has applied, what for, whether scripts run
PEOPLE = {
    "phone": ("13800000112", "罗淑芬", "M03900", True),
    "desktop": ("13800000101", "张丽", "M04600", True),
    "plain": ("13800000110", "陈嘉欣", "M03900", False),
}


@pytest.fixture(params=PEOPLE)
def citizen(request: pytest.FixtureRequest, browser: Browser, server: Server) -> Iterator[Applying]:
    """A citizen who has applied, at the progress of the case."""
    mobile, name, disease, script = PEOPLE[request.param]
    context = context_of(browser, DEVICES.get(request.param, DEVICES["phone"]), script=script)
    made = applying(context, server.base, mobile, script=script)
    made.applicant.throw_away()
    number = made.applicant.apply(name, disease=disease)
    made.go(f"/meishan/cases/{number}")
    yield made
    complaints: list[str] = made.page.complaints  # type: ignore[attr-defined]
    assert not complaints, complaints
    context.close()


def test_further_material_is_added_taken_off_again_and_sent(citizen: Applying) -> None:
    citizen.heading("办理进度")
    case = citizen.page.url.removeprefix(citizen.base)
    citizen.follow("补充材料")
    citizen.heading("补充材料")
    citizen.sees("要提交的有 0 份。")
    citizen.press("提交补充材料")
    expect(citizen.page.locator("#error-summary").get_by_role("link")).to_have_text(
        ["还没有传文件。请先传要补充的材料。"]
    )
    citizen.check_page()

    citizen.choose_files("检查报告", jpeg("甲"), jpeg("乙"))
    citizen.holds("检查报告", "甲.jpg", "乙.jpg")
    citizen.choose_files("有效身份证件", papers.file("证件.pdf", "application/pdf", papers.report(2)))
    citizen.holds("有效身份证件", "证件.pdf")
    citizen.sees("要提交的有 3 份。")
    expect(citizen.material("有效身份证件").get_by_text("已传 1 份，共 2 页")).to_be_visible()
    citizen.check_page()

    citizen.choose_files("检查报告", papers.file("加密.pdf", "application/pdf", papers.locked_pdf()))
    citizen.is_refused("检查报告", ["“加密.pdf”有密码，我们打不开。请去掉密码再传，或者直接拍照上传。"])
    if citizen.script:
        citizen.hears("甲.jpg 已传 100%，正在检查", "甲.jpg 已上传", "证件.pdf 已上传")
    citizen.page.get_by_role("link", name="删除 甲.jpg").click()
    citizen.press("删除 甲.jpg")
    citizen.holds("检查报告", "乙.jpg")
    citizen.sees("要提交的有 2 份。")
    if citizen.script:
        citizen.hears("已删除 甲.jpg")
        citizen.focus_is_kept()

    citizen.press("提交补充材料")
    citizen.heading("办理进度")
    citizen.sees("补充了材料")
    citizen.go(f"{case}/supplements")
    citizen.heading("补充材料")
    citizen.sees("要提交的有 0 份。")
    expect(citizen.page.get_by_role("link", name=re.compile("^删除"))).to_have_count(0)
