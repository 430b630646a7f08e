"""Every page of the chain with something wrong on it: said first, linked to its place, kept as typed."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from e2e.chain import Applicant
from e2e.conftest import PHONE, context_of
from e2e.errors import draft_of, finds_errors, leads_to_its_field
from e2e.people import Citizen, Clerk
from e2e.server import Server


@pytest.fixture(scope="module")
def at_home(browser: Browser, server: Server) -> Iterator[tuple[Citizen, Applicant]]:
    """A citizen on a phone with a draft that is still empty, for all tests of this file."""
    yield from draft_of("13800000112", browser, server)


@pytest.fixture
def someone(browser: Browser, server: Server) -> Iterator[Citizen]:
    """Somebody on a phone who is not signed in."""
    context = context_of(browser, PHONE)
    yield Citizen(context.new_page(), server.base)
    context.close()


def test_a_wrong_phone_number_and_a_wrong_code_are_told_at_their_fields(someone: Citizen) -> None:
    someone.go("/meishan/login")
    someone.press("发验证码")
    finds_errors(someone, "请填写手机号码。")
    someone.fill("手机号码", "1380013")
    someone.press("发验证码")
    finds_errors(someone, "手机号应该是 11 位，1 开头。请再检查一次。")
    expect(someone.page.get_by_label("手机号码")).to_have_value("1380013")

    someone.fill("手机号码", "138 0000 0112")
    someone.press("发验证码")
    someone.fill("验证码", "000")
    someone.press("登录", exact=True)

    finds_errors(someone, "验证码不对，请再看一下短信。您还可以试 4 次。")


def test_a_wrong_identity_is_told_field_by_field_and_kept_as_typed(someone: Citizen) -> None:
    someone.go("/meishan/login")
    someone.sign_in("meishan", "13911110000")
    someone.heading("实名注册")
    someone.press("注册并继续")
    finds_errors(
        someone,
        "请填写姓名。要和身份证上的一样。",
        "请填写证件号码。",
        "请填写社保卡号。",
        "请先看个人信息处理告知，同意后打勾。",
    )

    someone.fill("姓名", "阿卜杜热西提·买买提")
    someone.fill("证件号码", "511402195503150027")
    someone.fill("社保卡号", "6217000010001234567")
    someone.press("注册并继续")

    finds_errors(
        someone,
        "身份证号可能有一位填错了。请对照身份证，一位一位检查。最后一位是 X 的，请填字母 X。",
        "这是银行卡号或身份证号，不用填。请填社保卡正面的社保卡号，一般是 1 个字母加 8 位数字。",
        "请先看个人信息处理告知，同意后打勾。",
    )
    expect(someone.page.get_by_label("姓名")).to_have_value("阿卜杜热西提·买买提")
    expect(someone.page.get_by_label("证件号码")).to_have_value("511402195503150027")


STEPS = {
    "person": ("请填写手机号码。",),
    "disease": ("请选一个病种。",),
    "diagnosis": ("请填写确诊的医院。", "请填写确诊日期。"),
    "form": ("请选一种填表的方法。",),
    "materials": (
        "病历资料至少要传一样，不能都勾“暂时没有”。",
        "还没有病情诊断证明。请上传；没有的话，在这一项勾“暂时没有”。",
        "还没有住院病历或出院小结。请上传；没有的话，在这一项勾“暂时没有”。",
        "还没有传有效身份证件。",
    ),
    "delivery": ("请选一种领取结果的方法。",),
    "notify": ("请选一种通知方法。", "请填写收短信的手机号码。"),
}


@pytest.mark.parametrize("slug", STEPS)
def test_an_empty_step_says_what_is_missing(at_home: tuple[Citizen, Applicant], slug: str) -> None:
    citizen, applicant = at_home
    citizen.go(f"{applicant.home}/{slug}")
    for field in citizen.page.get_by_role("textbox", name="手机号码").all():
        field.fill("")

    citizen.press("下一步")

    finds_errors(citizen, *STEPS[slug])


def test_a_day_that_does_not_exist_is_kept_as_typed(at_home: tuple[Citizen, Applicant]) -> None:
    citizen, applicant = at_home
    citizen.go(f"{applicant.home}/diagnosis")
    citizen.fill("在哪家医院确诊的？", "眉山市人民医院")
    for label, text in (("年", "2026"), ("月", "13"), ("日", "41")):
        citizen.page.get_by_label(label, exact=True).fill(text)

    citizen.press("下一步")

    finds_errors(citizen, "没有这一天。请检查年、月、日。")
    expect(citizen.page.get_by_label("在哪家医院确诊的？")).to_have_value("眉山市人民医院")
    expect(citizen.page.get_by_label("月", exact=True)).to_have_value("13")


def test_who_wants_mail_must_say_where_to(at_home: tuple[Citizen, Applicant]) -> None:
    citizen, applicant = at_home
    citizen.go(f"{applicant.home}/delivery")
    citizen.choose("电子认定证明，再寄一份纸质的")
    citizen.fill("收件地址", "苏祠路")

    citizen.press("下一步")

    finds_errors(
        citizen,
        "请填写收件人姓名。",
        "请填写收件人手机号码。",
        "地址还不完整。请写到门牌号；农村写到村、组；团场写到连队。",
    )
    expect(citizen.page.get_by_label("收件地址")).to_have_value("苏祠路")
    expect(citizen.page.get_by_role("radio", name="电子认定证明，再寄一份纸质的")).to_be_checked()


def test_nothing_goes_out_unsigned_or_signed_with_another_name(at_home: tuple[Citizen, Applicant]) -> None:
    citizen, applicant = at_home
    applicant.answer()
    citizen.go(f"{applicant.home}/signature")
    citizen.press("确认并提交")
    finds_errors(citizen, "请先看声明，同意后打勾。", "请输入您的姓名，作为签名。")

    citizen.page.get_by_role("checkbox", name="我填写的内容和上传的材料都是真实的").check()
    citizen.fill("签名", "罗淑")
    citizen.press("确认并提交")

    finds_errors(citizen, "签名要和您的姓名一样：罗淑芬。")
    expect(citizen.page.get_by_label("签名")).to_have_value("罗淑")
    expect(citizen.page.get_by_role("checkbox", name="我填写的内容和上传的材料都是真实的")).to_be_checked()


def test_a_code_of_no_letter_is_told_at_its_field(someone: Citizen) -> None:
    someone.go("/v")
    someone.fill("核验码", "7K2M")
    someone.press("核验", exact=True)

    expect(someone.page).to_have_title(re.compile("^错误："))
    expect(someone.page.locator(":focus")).to_have_id("error-summary")
    someone.check_page()
    leads_to_its_field(someone.page, "请对照文书再输一次。12 个字母和数字，可以不写横线。")
    expect(someone.page.get_by_label("核验码")).to_have_value("7K2M")


def test_the_desk_says_what_is_missing(someone: Citizen, clerk: Clerk, approver: Clerk) -> None:
    applicant = Applicant(someone)
    applicant.sign_in("13800000103")
    number = applicant.apply("黄德贵")
    clerk.go("/staff/login")
    clerk.press("登录", exact=True)
    finds_errors(clerk, "请填写账号。", "请填写密码。")

    clerk.sign_in("meishan-reviewer")
    clerk.go(f"/staff/cases/{number}/corrections/new")
    clerk.press("发出告知书")
    finds_errors(clerk, "请至少选一样要补充或改正的。")
    clerk.go(f"/staff/cases/{number}/decision")
    clerk.press("送审批")
    finds_errors(clerk, "请选通过或不通过。")
    clerk.page.get_by_role("radio", name="通过", exact=True).check()
    clerk.fill("有效期（月）", "两年")
    clerk.press("送审批")
    finds_errors(clerk, "有效期请填月数，长期填 0。")
    clerk.page.get_by_role("radio", name="不通过").check()
    clerk.fill("有效期（月）", "0")
    clerk.press("送审批")
    finds_errors(clerk, "不通过要写明理由：请至少选一条，选“其他原因”要写清楚。")
    clerk.page.get_by_role("checkbox", name="诊断依据不足").check()
    clerk.press("送审批")

    approver.sign_in("meishan-approver")
    approver.go(f"/staff/cases/{number}/approval")
    approver.press("退回")
    finds_errors(approver, "退回要写明原因。")
