"""What is typed outlives the tab and the network; two tabs are compared, by keyboard and without script."""

from playwright.sync_api import Browser, expect

from e2e.chain import Applicant
from e2e.conftest import PHONE, context_of, watched
from e2e.hands import Hands
from e2e.people import Citizen
from e2e.server import Server

WORDS = "东坡区苏祠路 1 号 2 单元"
OTHER = "三苏大道 2 号"


def at_the_step(citizen: Citizen, mobile: str) -> str:
    """Sign in, begin, and open the step about the person; return its address."""
    applicant = Applicant(citizen)
    applicant.sign_in(mobile)
    citizen.go(f"{applicant.begin()}/person")
    citizen.heading("申请人信息")
    return citizen.page.url


def test_the_words_outlive_the_tab_and_two_tabs_are_compared_by_keyboard(browser: Browser, server: Server) -> None:
    context = context_of(browser, PHONE)
    page = watched(context.new_page())
    citizen = Citizen(page, server.base)
    step = at_the_step(citizen, "13800000114")
    saved = page.locator("auto-save")

    # Saved after a pause, in words, and not announced.
    citizen.fill("住址", WORDS)
    expect(saved).to_contain_text("已保存 ")
    assert not page.evaluate("heard.some(said => said.includes('已保存'))")
    page.reload()
    expect(page.get_by_label("住址")).to_have_value(WORDS)
    citizen.sees("上次填到这里，还没有点“下一步”。")
    citizen.check_page()

    # Without a network it is said once, and saved as soon as there is one.
    context.set_offline(True)
    page.get_by_label("住址").press_sequentially("3")
    citizen.hears("没连上网，字还在这一页，连上就保存。")
    context.set_offline(False)
    expect(saved).to_contain_text("已保存 ")

    # The phone throws the tab away while somebody types.
    page.get_by_label("住址").press_sequentially("01")
    page.close()
    page = watched(context.new_page())
    page.goto(step)
    expect(page.get_by_label("住址")).to_have_value(f"301{WORDS}")

    # Another tab is sent first; the older one is compared, by keyboard alone.
    newer = watched(context.new_page())
    newer.goto(step)
    newer.get_by_label("住址").fill(OTHER)
    newer.get_by_role("button", name="下一步").click()
    expect(newer.get_by_role("heading", level=1, name="申请病种")).to_be_visible()
    hands = Hands(Citizen(page, server.base))
    hands.reach(page.get_by_role("button", name="下一步"))
    hands.press("Enter")
    hands.person.heading("内容刚才已经变了")
    mine = page.get_by_role("radio", name="您刚才填的")
    expect(mine).to_be_checked()
    hands.reach(mine)
    hands.press("ArrowDown")
    expect(page.get_by_role("radio", name="现在保存的")).to_be_checked()
    hands.push("按我选的保存")
    hands.person.heading("申请病种")
    page.goto(step)
    expect(page.get_by_label("住址")).to_have_value(OTHER)
    for one in (page, newer):
        assert not one.complaints, one.complaints  # type: ignore[attr-defined]
    context.close()


def test_two_tabs_are_compared_without_script_too(plain_citizen: Citizen) -> None:
    step = at_the_step(plain_citizen, "13800000103")
    older = plain_citizen.page
    newer = older.context.new_page()
    newer.goto(step)
    newer.get_by_label("住址").fill(OTHER)
    newer.get_by_role("button", name="下一步").click()

    plain_citizen.fill("住址", WORDS)
    plain_citizen.press("下一步")
    plain_citizen.heading("内容刚才已经变了")
    expect(older.get_by_role("radio", name="您刚才填的")).to_be_checked()
    plain_citizen.press("按我选的保存")

    plain_citizen.heading("申请病种")
    older.goto(step)
    expect(older.get_by_label("住址")).to_have_value(WORDS)
