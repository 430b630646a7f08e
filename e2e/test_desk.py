"""The desk for everybody who works there: by keyboard alone, on a narrow screen, without JavaScript."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from e2e.chain import Applicant
from e2e.conftest import DESKTOP, PHONE, context_of, watched
from e2e.people import Citizen, Clerk
from e2e.server import Server, sql

FOCUSED = """() => {
  const it = document.activeElement;
  const label = it.labels && it.labels.length ? it.labels[0].innerText : "";
  return (label || it.getAttribute("aria-label") || it.innerText || "").trim();
}"""


class Keys(Clerk):
    """A clerk who has no mouse."""

    def tab_to(self, name: str) -> None:
        """Press Tab until what is called *name* has the focus, and see that it can be seen."""
        for _ in range(150):
            self.page.keyboard.press("Tab")
            if self.page.evaluate(FOCUSED).startswith(name):
                expect(self.page.locator(":focus")).to_be_visible()
                return
        raise AssertionError(f"{name} is not reached by the keyboard on {self.page.url}")

    def enter(self, name: str) -> None:
        """Go to *name* and press Enter."""
        self.tab_to(name)
        self.page.keyboard.press("Enter")

    def type(self, name: str, text: str) -> None:
        """Go to the field *name* and type."""
        self.tab_to(name)
        self.page.keyboard.type(text)

    def sign_in(self, login: str, first: str = "工作台") -> None:
        """Sign in with keys."""
        self.go("/staff/login")
        self.heading("工作人员登录")
        self.type("账号", login)
        self.type("密码", self.PASSWORD)
        self.page.keyboard.press("Enter")
        self.heading("动态验证码")
        self.type("动态验证码", self.page.locator("#demo-code").inner_text())
        self.page.keyboard.press("Enter")
        self.heading(first)


@pytest.fixture(scope="module")
def number(browser: Browser, server: Server) -> Iterator[str]:
    """A case that has been submitted."""
    context = context_of(browser, PHONE)
    applicant = Applicant(Citizen(context.new_page(), server.base))
    applicant.sign_in("13800000111")
    yield applicant.apply("梁志豪", disease="M07801")
    context.close()


@pytest.fixture
def keys(browser: Browser, server: Server) -> Iterator[Keys]:
    """A clerk at a desktop without a mouse."""
    context = context_of(browser, DESKTOP)
    page = watched(context.new_page())
    yield Keys(page, server.base)
    assert not page.complaints, page.complaints  # type: ignore[attr-defined]
    context.close()


def spaced(number: str) -> str:
    return f"{number[:4]} {number[4:8]} {number[8:]}"


def test_a_clerk_without_a_mouse_works_a_case_from_sign_in_to_handing_it_over(keys: Keys, number: str) -> None:
    keys.sign_in("meishan-reviewer")
    keys.enter("办件队列")
    keys.heading("办件队列")
    keys.type("办件编号", number)
    keys.page.keyboard.press("Enter")
    keys.page.wait_for_url(f"**q={number}**")
    keys.enter(spaced(number))
    keys.heading(f"办件 {spaced(number)}")
    keys.enter("认领这件")
    keys.sees("承办：李审核")

    keys.enter("备注（")
    keys.heading("备注")
    keys.type("新备注", "已核对住院日期")
    keys.enter("记下来")
    keys.sees("已核对住院日期")

    keys.go(f"/staff/cases/{number}")
    keys.enter("交给别人")
    keys.heading("分派")
    keys.tab_to("放回待认领")
    keys.page.keyboard.press("Space")
    keys.type("原因", "明天起休假，请同事接着办")
    keys.enter("交出去")
    keys.heading("办件队列")

    keys.go(f"/staff/cases/{number}")
    keys.sees("明天起休假，请同事接着办")
    keys.enter("拟定认定意见")
    keys.heading("拟定认定意见")
    keys.tab_to("通过")
    keys.page.keyboard.press("Space")
    keys.enter("送审批")
    keys.heading(f"办件 {spaced(number)}")
    keys.sees("现在没有您要办的。")


def test_whom_no_message_reached_is_called_and_that_is_written_down(keys: Keys, server: Server, number: str) -> None:
    sql(
        server,
        "INSERT INTO call_task (id, region, case_id, why, opened_at, member, outcome) "
        "SELECT 'lost', region, id, 'failed', submitted_at, '', '' FROM cases WHERE application_no = ?",
        number,
    )
    keys.sign_in("meishan-reviewer")
    keys.enter(keys.page.get_by_role("link", name="待打电话").inner_text())  # how many wait, then the words
    keys.heading("待打电话")
    keys.enter(spaced(number))
    keys.heading("打电话")
    keys.enter("记下来")
    keys.sees("请选打通了没有。")
    keys.check_page()
    keys.tab_to("打通了，说清楚了")
    keys.page.keyboard.press("Space")
    keys.enter("记下来")
    keys.heading("待打电话")
    expect(keys.page.get_by_role("link", name=spaced(number))).to_have_count(0)


def test_the_citizen_asks_and_reads_the_answer_without_javascript(browser: Browser, server: Server) -> None:
    phone, desk = context_of(browser, PHONE, script=False), context_of(browser, DESKTOP, script=False)
    citizen = Citizen(phone.new_page(), server.base, script=False)
    clerk = Clerk(desk.new_page(), server.base, script=False)
    applicant = Applicant(citizen)
    applicant.sign_in("13800000111")
    number = applicant.apply("梁志豪", disease="M08300")
    citizen.go(f"/meishan/cases/{number}")
    citizen.follow("给经办机构留言")
    citizen.heading("留言")
    citizen.press("发出留言")
    citizen.sees("请写您想问的话。")
    citizen.fill("您想问什么？", "报告下周才出，可以先办吗？")
    citizen.press("发出留言")

    clerk.sign_in("meishan-reviewer")
    clerk.follow(spaced(number))
    clerk.heading("沟通")
    clerk.sees("报告下周才出，可以先办吗？")
    clerk.fill("回复申请人", "可以，报告出来再传。")
    clerk.press("发出回复")

    citizen.go("/meishan/notices")
    citizen.sees("经办机构回复了您的留言")
    citizen.go(f"/meishan/cases/{number}/conversation")
    citizen.sees("可以，报告出来再传。")
    citizen.go("/meishan/access")
    citizen.sees("看了您的办件")
    phone.close()
    desk.close()


def test_every_page_of_reviewer_supervisor_and_auditor_is_for_everybody(
    browser: Browser, server: Server, number: str
) -> None:
    pages = {
        "meishan-reviewer": {"assisted": "代录申请", f"queue?q={number}": "办件队列"},
        "meishan-supervisor": {
            "": "工作台",
            "queue": "办件队列",
            "team": "人员和分派",
            "reports": "效能",
            f"cases/{number}": "办件",
            f"cases/{number}/person": "完整号码",
            f"cases/{number}/notes": "备注",
            f"cases/{number}/conversation": "沟通",
            f"cases/{number}/assignment": "分派",
        },
        "meishan-auditor": {"audit": "审计日志", "reports": "效能"},
    }
    for login, headings in pages.items():
        context = context_of(browser, DESKTOP)
        clerk = Clerk(watched(context.new_page()), server.base)
        clerk.sign_in(login)
        for path, heading in headings.items():
            clerk.go(f"/staff/{path}")
            clerk.heading(heading)
        assert not clerk.page.complaints, clerk.page.complaints  # type: ignore[attr-defined]
        context.close()


def test_the_pages_of_looking_and_of_figures_are_for_everybody(browser: Browser, server: Server, number: str) -> None:
    context = context_of(browser, PHONE)
    citizen = Citizen(watched(context.new_page()), server.base)
    Applicant(citizen).sign_in("13800000111")
    headings = {
        "access": "谁看过我的资料",
        f"cases/{number}/conversation": "留言",
        "performance": "办理效能",
    }
    for path, heading in headings.items():
        citizen.go(f"/meishan/{path}")
        citizen.heading(heading)
    assert not citizen.page.complaints, citizen.page.complaints  # type: ignore[attr-defined]
    context.close()


def test_who_enters_an_application_for_somebody_is_led_through_it(keys: Keys) -> None:
    keys.sign_in("meishan-reviewer")
    keys.enter("代录申请")
    keys.heading("代录申请")
    keys.enter("开始代录")
    keys.sees("请填写身份证号。")
    keys.check_page()
    keys.type("姓名", "梁志豪")
    keys.page.get_by_label("身份证号").fill("820000199206069972")
    keys.tab_to("本人在窗口")
    keys.page.keyboard.press("Space")
    keys.enter("开始代录")
    keys.sees("一、填写")
    keys.check_page()
    keys.press("保存")
    keys.sees("请改正以下")
    keys.check_page()
