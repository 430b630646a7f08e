"""Acting for somebody in the browser: by letter in 新星, by the principal's own word in 眉山, with two browsers."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from e2e import papers
from e2e.chain import Applicant, Desk
from e2e.conftest import DEVICES, context_of
from e2e.hands import Hands
from e2e.people import Citizen, Clerk
from e2e.server import Server
from e2e.sizes import is_large_enough

# device: the proxy's phone and name, the principal's name, number and phone, what they are ill with
XINXING = {
    "phone": ("13800000001", "王建国", "马桂兰", "659000195712050105", "高血压"),
    "desktop": ("13800000010", "林怡君", "马桂兰", "659000195712050105", "糖尿病"),
}
MEISHAN = {
    "phone": ("13800000112", "罗淑芬", "徐文", "511400198405050102", "13800000114", "高血压"),
    "desktop": ("13800000101", "张丽", "罗淑芬", "511400196010100081", "13800000112", "高血压"),
    "plain": ("13800000104", "吴刚", "何磊", "511400199303030076", "13800000107", "恶性肿瘤门诊治疗"),
}


@pytest.fixture
def principal(browser: Browser, server: Server, device: str) -> Iterator[Citizen]:
    """The principal, in a browser of their own."""
    context = context_of(browser, DEVICES[device])
    yield Citizen(context.new_page(), server.base)
    context.close()


def begin_for(proxy: Citizen, region: str, mobile: str, name: str, number: str, route: str) -> None:
    """Sign in, choose somebody else, say who and how it is proved; begin to fill in."""
    Applicant(proxy, region).sign_in(mobile)
    proxy.go(f"/{region}/apply/new")
    proxy.heading("在线申请")
    proxy.page.get_by_role("radio", name="家人或者别人").check()
    proxy.press("开始填写")
    proxy.heading("委托信息")
    proxy.fill("对方（委托人）的姓名", name)
    proxy.fill("对方的身份证号", number)
    proxy.page.get_by_role("radio", name="子女").check()
    proxy.page.get_by_role("radio", name=route).check()
    proxy.page.get_by_role("radio", name="都不是").check()
    for box in proxy.page.get_by_role("group", name="对方同意您办哪些事？").get_by_role("checkbox").all():
        box.check()
    proxy.press("下一步")
    proxy.heading("委托情况")
    proxy.sees(f"您正在为 {name[0]}* 办理" if len(name) == 2 else f"您正在为 {name[0]}*{name[-1]} 办理")


def fill_in(proxy: Citizen, disease: str) -> None:
    """Answer every step, upload every paper."""
    proxy.press("开始填写")
    proxy.heading("办理清单")
    proxy.page.get_by_role("link", name="接着填").click()
    proxy.heading("参保信息")
    proxy.sees("委托确认以后，才能看对方的参保信息")
    proxy.press("下一步")
    proxy.answer("person")
    proxy.heading("申请病种")
    proxy.page.get_by_role("radio", name=disease, exact=True).check()
    proxy.press("下一步")
    proxy.answer("diagnosis", "form", hospital="市人民医院")
    proxy.heading("上传材料")
    for name in proxy.page.locator(".material__head h2").all_inner_texts():
        if name in ("", "还没分类的文件"):  # folded away, or unfolded
            continue
        proxy.upload(name, papers.file(f"{name}.jpg", "image/jpeg", papers.small_photo(name)))
    proxy.press("下一步")
    proxy.choose_delivery_and_notices()


def sign(proxy: Citizen, wrong: str, own: str) -> None:
    """Check, sign in the wrong name, read why not, sign in one's own."""
    proxy.heading("核对并提交")
    proxy.sees("都会收到消息")
    proxy.follow("都对，去签名提交")
    proxy.heading("确认签名")
    proxy.page.get_by_role("checkbox", name="我填写的内容和上传的材料都是真实的").check()
    proxy.fill("签名", wrong)
    proxy.press("确认并提交")
    expect(proxy.page.get_by_label("签名（必填）")).to_have_accessible_description(
        re.compile(f"请签您自己的姓名：{own}")
    )
    proxy.check_page()
    proxy.fill("签名", own)
    proxy.press("确认并提交")


def asked_by_sms(principal: Citizen) -> str:
    """Return the link that the principal was sent; the demonstration's in-app copy leads to the same page."""
    principal.go("/meishan/me")
    principal.heading("我的办件")
    principal.follow("看是谁、办什么")
    principal.heading("委托情况")
    link = principal.page.get_by_role("link", name="去确认").get_attribute("href")
    assert link
    return link


def agree(principal: Citizen, link: str, device: str = "") -> str:
    """Open the link in a browser that is not signed in, prove the phone, read, agree; return the number.

    On a phone in the elder view, at a desktop without a mouse.
    """
    principal.page.context.clear_cookies()
    principal.go(f"{link}?look=elder" if device == "phone" else link)
    by = Hands(principal) if device == "desktop" else None

    def arrives(heading: str) -> None:
        principal.heading(heading)
        if device == "phone":
            is_large_enough(principal, target=44, main=60, text=20)

    def press(name: str) -> None:
        if by:
            by.push(f"{name}$")
        else:
            principal.press(name, exact=True)

    arrives("确认委托")
    press("发验证码")
    arrives("输入验证码")
    (by or principal).fill("验证码", principal.page.locator("#demo-code").inner_text())
    press("下一步")
    arrives("您同意这个人替您办吗？")
    press("我同意")
    arrives("您已经同意，申请已经提交")
    return principal.page.locator("#number").inner_text().replace(" ", "")


def test_in_xinxing_a_proxy_applies_with_a_letter_and_staff_verify_it(
    citizen: Citizen, clerk: Clerk, device: str
) -> None:
    mobile, own, name, number, disease = XINXING[device]
    begin_for(citizen, "xinxing", mobile, name, number, "上传授权委托书")
    citizen.follow("看委托书，打印")
    citizen.heading("授权委托书")
    with citizen.page.expect_download() as download:
        citizen.follow("下载（PDF）")
    assert download.value.path().read_bytes().startswith(b"%PDF-")
    citizen.follow("委托情况")
    fill_in(citizen, disease)
    sign(citizen, name, own)
    citizen.heading("提交成功")

    desk = Desk(clerk)
    desk.sign_in("xinxing-reviewer")
    clerk.go("/staff/delegations")
    clerk.heading("委托核验")
    clerk.page.get_by_role("row", name=re.compile("等经办机构核验")).get_by_role("link").first.click()
    clerk.heading("核验委托")
    clerk.press("不通过", exact=True)
    expect(clerk.page.get_by_role("group", name="不通过的原因")).to_have_accessible_description(
        re.compile("请选不通过的原因")
    )
    clerk.check_page()
    clerk.press("通过核验")
    clerk.sees("有效")

    citizen.follow("看办理进度")
    citizen.heading("办理进度")
    citizen.sees("您正在为 马*兰 办理")
    citizen.go("/xinxing/delegations")
    citizen.heading("委托")
    citizen.fill("姓名或证件号", "马桂")
    citizen.press("查找")
    citizen.sees("等经办机构处理")
    citizen.check_page()


def test_in_meishan_the_principal_agrees_on_their_own_phone_and_later_revokes(
    citizen: Citizen, principal: Citizen, device: str
) -> None:
    mobile, own, name, number, phone, disease = MEISHAN[device]
    begin_for(citizen, "meishan", mobile, name, number, "本人用短信确认")
    fill_in(citizen, disease)
    sign(citizen, name, own)
    citizen.heading("委托情况")
    citizen.sees("等委托人确认")

    Applicant(principal).sign_in(phone)
    agree(principal, asked_by_sms(principal), device)

    citizen.page.reload()
    citizen.page.get_by_role("link", name=disease).click()
    citizen.heading("办理进度")
    principal.page.context.clear_cookies()
    Applicant(principal).sign_in(phone)
    principal.go("/meishan/delegations")
    principal.heading("委托")
    principal.page.get_by_role("link", name=re.compile(f"^{own[0]}")).first.click()
    principal.heading("委托情况")
    principal.press("不让对方办了")
    principal.sees("已经撤销")
    citizen.page.reload()
    citizen.heading("委托情况")
    principal.go("/meishan/access")
    principal.heading("谁看过我的资料")
    principal.sees("代您看了办件")


def test_acting_for_somebody_works_without_javascript(plain_citizen: Citizen, browser: Browser, server: Server) -> None:
    mobile, own, name, number, phone, disease = MEISHAN["plain"]
    begin_for(plain_citizen, "meishan", mobile, name, number, "本人用短信确认")
    fill_in(plain_citizen, disease)
    sign(plain_citizen, name, own)
    plain_citizen.heading("委托情况")

    context = context_of(browser, DEVICES["phone"], script=False)
    principal = Citizen(context.new_page(), server.base, script=False)
    Applicant(principal).sign_in(phone)
    assert agree(principal, asked_by_sms(principal)).isdigit()
    plain_citizen.page.reload()
    plain_citizen.page.get_by_role("link", name=disease).click()
    plain_citizen.heading("办理进度")
    context.close()


# device: who asks (phone, name), who acts (phone, name, number)
OFFERS = {
    "phone": (("13800000107", "何磊"), ("13800000113", "郑永", "511400197709190118")),
    "desktop": (("13800000104", "吴刚"), ("13800000114", "徐文", "511400198405050102")),
}


def test_a_principal_asks_somebody_to_act_who_accepts_in_their_own_browser(
    citizen: Citizen, principal: Citizen, device: str
) -> None:
    (mobile, own), (phone, name, number) = OFFERS[device]
    Applicant(principal).sign_in(mobile)
    principal.go("/meishan/delegations")
    principal.heading("委托")
    principal.follow("委托别人替我办")
    principal.heading("委托别人替我办")
    principal.fill("替您办的人的姓名", name)
    principal.fill("对方的身份证号", f"{number[:-1]}{(int(number[-1]) + 1) % 10}")
    principal.page.get_by_role("radio", name="配偶").check()
    principal.page.get_by_role("radio", name="都不是").check()
    principal.press("下一步")
    expect(principal.page.get_by_label("对方的身份证号")).to_have_accessible_description(re.compile("身份证号不对"))
    principal.check_page()
    principal.fill("对方的身份证号", number)
    principal.press("下一步")
    principal.heading("委托情况")
    principal.press("都对，发验证码")
    principal.heading("输入验证码")
    principal.fill("验证码", principal.page.locator("#demo-code").inner_text())
    principal.press("下一步")
    principal.heading("委托情况")
    principal.sees("等代办人同意")

    Applicant(citizen).sign_in(phone)
    citizen.go("/meishan/me")
    citizen.follow("看替谁办、办什么")
    citizen.heading("委托情况")
    citizen.sees(f"{own} 请您帮忙办门诊待遇")
    citizen.press("我同意", exact=True)
    citizen.press("开始填写")
    citizen.heading("办理清单")
    citizen.sees(f"您正在为 {own[0]}* 办理")

    principal.page.reload()
    principal.sees("有效")
    principal.press("不让对方办了")
    principal.sees("已经撤销")
    citizen.page.reload()
    citizen.heading("委托情况")


def test_mistakes_are_said_and_large_type_fits(citizen: Citizen) -> None:
    Applicant(citizen).sign_in("13800000103")
    citizen.go("/meishan/delegations/new?look=elder")
    citizen.go("/meishan/delegations/new")
    citizen.heading("委托信息")
    citizen.press("下一步")
    summary = citizen.page.get_by_role("alert").filter(has_text="请改正")
    expect(summary).to_be_visible()
    citizen.check_page()
    citizen.page.keyboard.press("Tab")
    citizen.page.keyboard.press("Enter")
    expect(citizen.page.get_by_label("对方（委托人）的姓名")).to_be_focused()
