"""A citizen with a phone wants the result on paper; a mail clerk without a mouse prints it, posts it, gets it back."""

import pytest
from playwright.sync_api import expect

from e2e.chain import Applicant, Desk
from e2e.hands import Hands
from e2e.people import Citizen, Clerk

pytestmark = pytest.mark.parametrize("device", ["phone"], indirect=True)
WAYBILL = "1234567890123"


def decided(citizen: Citizen, clerk: Clerk, approver: Clerk, **other: str) -> str:
    """Have a case of the citizen with *other* answers approved and return its number."""
    applicant = Applicant(citizen)
    applicant.sign_in("13800000111")
    number = applicant.apply("梁志豪", **other)
    desk, second = Desk(clerk), Desk(approver)
    desk.sign_in("meishan-reviewer")
    desk.propose(number, passed=True)
    second.sign_in("meishan-approver")
    second.approve(number)
    clerk.page.context.clear_cookies()
    return number


def say_where(citizen: Citizen, street: str) -> None:
    """Fill in where it goes."""
    citizen.heading("寄到哪里？")
    citizen.fill("收件人姓名", "梁志豪")
    citizen.fill("收件人手机号码", "13800000111")
    citizen.fill("收件地址", f"四川省眉山市东坡区{street}")


def sign_in(hands: Hands) -> None:
    """Come to the mail desk."""
    hands.person.go("/staff/login")
    hands.fill("账号", "meishan-mail-clerk")
    hands.fill("密码", Clerk.PASSWORD)
    hands.press("Enter")
    hands.person.heading("动态验证码")
    hands.fill("动态验证码", hands.page.locator("#demo-code").inner_text())
    hands.press("Enter")
    hands.person.heading("邮寄")


def print_and_post(hands: Hands) -> None:
    """Print what is ticked, open the PDF, scan the waybill."""
    hands.push("打印勾选的")
    hands.person.heading("打印 1 封")
    pdf = hands.page.get_by_role("link", name="打开要打印的文件").get_attribute("href")
    assert Desk(hands.person).request.get(f"{hands.person.base}{pdf}").body().startswith(b"%PDF-")
    hands.follow("装好了，登记运单号")
    hands.person.heading("邮寄")
    hands.push("登记寄出")
    hands.is_told("请选快递公司。")
    hands.page.get_by_label("快递公司").select_option("邮政EMS")
    hands.fill("运单号：", WAYBILL)
    hands.press("Enter")  # as a scanner does
    expect(hands.page.get_by_text("这里没有邮件。")).to_be_visible()


def test_a_result_goes_by_mail_comes_back_and_the_desk_needs_no_mouse(
    citizen: Citizen, clerk: Clerk, approver: Clerk
) -> None:
    number = decided(citizen, clerk, approver, disease="M06900")
    citizen.go(f"/meishan/cases/{number}")
    citizen.follow("邮寄与下载")
    citizen.heading("邮寄与下载")
    citizen.follow("寄一份纸质的")
    say_where(citizen, "苏祠路 1 号")
    citizen.press("寄到这里")
    citizen.heading("邮寄与下载")
    citizen.sees("等寄出")

    hands = Hands(clerk)
    sign_in(hands)
    print_and_post(hands)
    citizen.page.reload()
    citizen.sees(WAYBILL)
    citizen.press("我没收到")
    citizen.sees("您说没有收到，我们正在查。")
    citizen.check_page()

    clerk.go("/staff/mailroom?view=way")
    clerk.heading("邮寄")
    hands.fill("扫运单号", WAYBILL)
    hands.press("Enter")
    clerk.heading("邮件，尾号")
    hands.push("退回来了")
    clerk.heading("邮件，尾号")
    clerk.sees("打电话问到的新地址")

    citizen.go(f"/meishan/cases/{number}")
    citizen.sees("邮件被退回，请核对收件地址和电话。")
    citizen.check_page()
    citizen.follow("邮寄与下载")
    citizen.follow("核对地址")
    say_where(citizen, "苏祠路 2 号")
    citizen.press("保存地址")
    citizen.sees("地址已改，等再次寄出")
    clerk.go("/staff/mailroom")
    clerk.sees("地址已改，等再次打印")


def test_who_does_not_agree_to_electronic_service_gets_the_decision_by_mail(
    citizen: Citizen, clerk: Clerk, approver: Clerk
) -> None:
    address = "四川省眉山市东坡区苏祠路 3 号"
    number = decided(citizen, clerk, approver, disease="M04600", electronic_delivery="", address=address)

    citizen.go(f"/meishan/cases/{number}")
    citizen.follow("邮寄与下载")
    citizen.heading("邮寄与下载")

    citizen.sees("等寄出")
    citizen.sees(address)
