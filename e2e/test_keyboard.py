"""The whole chain by keyboard alone: the citizen applies, the clerk and the approver decide, nobody loses the place."""

import pytest
from playwright.sync_api import FileChooser, Page, expect

from e2e import papers
from e2e.chain import Applicant
from e2e.hands import Hands
from e2e.people import Citizen, Clerk

MATERIALS = ("检查报告", "病情诊断证明", "住院病历或出院小结", "有效身份证件")
pytestmark = pytest.mark.parametrize("device", ["desktop"], indirect=True)


def sign_in(hands: Hands) -> None:
    """From the first page through the guide to the code, with a wrong number first."""
    hands.person.go("/")
    hands.arrive("您在哪里参加医保？")
    hands.follow("眉山市")
    hands.arrive("门诊慢特病待遇认定")
    hands.follow("在线申请")
    hands.arrive("登录")
    hands.fill("手机号码", "138")
    hands.press("Enter")
    hands.is_told("手机号应该是 11 位，1 开头。请再检查一次。")
    hands.write("13800000114")
    hands.push("发验证码")
    hands.arrive("输入验证码")
    code = hands.page.locator("#demo-code").inner_text()
    hands.fill("验证码", code)
    hands.press("Enter")


def answer(hands: Hands) -> None:
    """Answer the steps up to the materials; the disease is forgotten at first."""
    hands.arrive("在线申请")
    hands.push("开始填写")
    hands.arrive("办理清单")
    hands.follow("接着填")
    hands.arrive("参保信息")
    hands.push("下一步", key="Space")
    hands.arrive("申请人信息")
    hands.push("下一步")
    hands.arrive("申请病种")
    hands.push("下一步")
    hands.is_told("请选一个病种。")
    hands.press("ArrowDown")
    expect(hands.page.get_by_role("radio", name="糖尿病")).to_be_checked()
    hands.push("下一步")
    hands.arrive("确诊情况")
    hands.fill("在哪家医院确诊的？", "眉山市人民医院")
    for label, text in (("年", "2026"), ("月", "3"), ("日", "16")):
        hands.fill(label, text, exact=True)
    hands.push("下一步")
    hands.arrive("申请表")
    hands.choose("用系统自动生成的申请表")
    hands.push("下一步")


def choose_a_photo(opened: FileChooser) -> None:
    """Choose a photo in the dialogue that has opened."""
    name = f"{opened.element.get_attribute('id')}.jpg"
    opened.set_files(papers.file(name, "image/jpeg", papers.small_photo(name)))


def upload(hands: Hands, page: Page) -> None:
    """Upload a photo for each material; the place is kept each time the list is renewed."""
    hands.arrive("上传材料")
    page.on("filechooser", choose_a_photo)
    for material in MATERIALS:
        row = hands.person.page.get_by_role("region", name=material, exact=True)
        chooser = row.get_by_label(f"选照片或文件：{material}")
        hands.reach(chooser)
        hands.press("Enter")
        expect(row.get_by_text("已传 1 份")).to_be_visible()
        expect(chooser).to_be_focused()
    hands.push("下一步")


def finish(hands: Hands) -> str:
    """Choose delivery and notices, check, sign, submit; return the number."""
    hands.arrive("结果怎么给您")
    hands.choose("只要电子认定证明")
    hands.push("下一步")
    hands.arrive("通知谁")
    hands.choose("短信 受理、补正、结果都会发短信。")
    hands.push("下一步")
    hands.arrive("核对并提交")
    hands.follow("都对，去签名提交")
    hands.arrive("确认签名")
    hands.tick("我填写的内容和上传的材料都是真实的")
    hands.fill("签名", "徐文")
    hands.press("Enter")
    hands.arrive("提交成功")
    hands.follow("看办理进度")
    hands.arrive("办理进度")
    return hands.page.url.partition("#")[0].rsplit("/", 1)[1]


def propose(hands: Hands, number: str) -> None:
    """Sign in at the desk, find the case, leaf through a file, propose to pass; the verdict is forgotten at first."""
    enter_the_desk(hands, "meishan-reviewer")
    find(hands, number)
    hands.follow("拟定认定意见")
    hands.arrive("拟定认定意见")
    hands.push("送审批")
    hands.is_told("请选通过或不通过。")
    hands.press("Space")
    expect(hands.page.get_by_role("radio", name="通过", exact=True)).to_be_checked()
    hands.push("送审批")
    hands.person.sees("现在没有您要办的。")


def enter_the_desk(hands: Hands, login: str) -> None:
    """Sign in as staff."""
    hands.person.go("/staff/login")
    hands.arrive("工作人员登录")
    hands.fill("账号", login)
    hands.fill("密码", Clerk.PASSWORD)
    hands.press("Enter")
    hands.arrive("动态验证码")
    hands.fill("动态验证码", hands.page.locator("#demo-code").inner_text())
    hands.press("Enter")
    hands.arrive("工作台")
    hands.follow("办件队列")
    hands.arrive("办件队列")


def find(hands: Hands, number: str) -> None:
    """Look a case up by its number and open it."""
    grouped = f"{number[:4]} {number[4:8]} {number[8:]}"
    hands.fill("办件编号", number)
    hands.press("Enter")
    hands.arrive("办件队列")
    hands.follow(grouped)
    hands.arrive(f"办件 {grouped}")


def approve(hands: Hands, number: str) -> None:
    """Agree to the proposal."""
    enter_the_desk(hands, "meishan-approver")
    find(hands, number)
    hands.follow("审批", exact=True)
    hands.arrive("审批")
    hands.push("同意，作出决定")
    hands.person.sees("已办结")


def test_an_application_is_made_decided_and_read_by_keyboard_alone(
    citizen: Citizen, clerk: Clerk, approver: Clerk
) -> None:
    hands, page = Hands(citizen), citizen.page
    before = Applicant(citizen)
    before.sign_in("13800000114")
    before.throw_away()
    page.context.clear_cookies()
    sign_in(hands)
    answer(hands)
    upload(hands, page)
    number = finish(hands)

    # The link one stands on is swapped by a live update, and one stands on it still.
    hands.reach(page.get_by_role("link", name="受理通知书"))
    propose(Hands(clerk), number)
    expect(page.get_by_text("正在写结果，您不用做什么")).to_be_visible(timeout=3_000)
    expect(page.get_by_role("link", name="受理通知书")).to_be_focused()
    # The link one stands on goes away, and one stands on the heading that says why.
    hands.reach(page.get_by_role("link", name="不办了，撤回"))
    approve(Hands(approver), number)
    expect(page.get_by_role("link", name="看结果和电子证明")).to_be_visible(timeout=3_000)
    expect(page.get_by_role("heading", name="办完了")).to_be_focused()

    hands.follow("看结果和电子证明")
    hands.arrive("糖尿病，通过了，待遇还没开始")
    with page.expect_download() as download:
        hands.follow("下载电子证明（PDF）")
    assert download.value.path().read_bytes().startswith(b"%PDF-")


def test_shift_and_tab_go_the_same_way_back(citizen: Citizen) -> None:
    hands = Hands(citizen)
    citizen.go("/meishan/login")
    there = [citizen.page.evaluate("document.activeElement.outerHTML") for _ in iter(hands.step, False)]

    back = [citizen.page.evaluate("document.activeElement.outerHTML") for _ in range(3) if hands.step("Shift+Tab")]

    assert len(there) > 10
    assert back == there[::-1][:3]
