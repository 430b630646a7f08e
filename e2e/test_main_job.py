"""The main job: a citizen of Meishan applies on line and holds the certificate."""

import re

import pytest
from playwright.sync_api import expect

from e2e.people import Citizen, Clerk

PEOPLE = {
    "phone": ("13800000101", "张丽", None),
    "desktop": ("13800000108", "迪丽努尔·艾合买提", ("650000199607070024", "M00000008")),
    "plain": ("13800000109", "阿不都热依木·阿不都热合曼·玉苏甫江·买买提吐尔逊·阿吾提", None),
}


def apply(citizen: Citizen, who: str) -> str:
    """Walk from the first page to the receipt and return the application number."""
    mobile, name, papers = PEOPLE[who]
    citizen.go("/")
    citizen.heading("您在哪里参加医保？")
    citizen.follow("眉山市")
    citizen.heading("门诊慢特病待遇认定")
    citizen.follow("在线申请")
    citizen.heading("登录")
    citizen.sign_in("meishan", mobile)
    if papers:
        citizen.register(name, *papers)
    citizen.begin()
    citizen.answer_steps("糖尿病", "眉山市人民医院")
    citizen.upload_everything()
    citizen.choose_delivery_and_notices()
    return citizen.sign_and_submit(name)


def test_a_citizen_applies_and_holds_the_certificate(
    citizen: Citizen, clerk: Clerk, approver: Clerk, device: str
) -> None:
    number = apply(citizen, device)
    citizen.follow("看办理进度")
    citizen.heading("办理进度")
    citizen.sees("等经办机构处理")

    clerk.sign_in("meishan-reviewer")
    clerk.open(number)
    clerk.propose_pass()
    clerk.sees("现在没有您要办的。")
    # The open page changes by itself, within three seconds.
    expect(citizen.page.get_by_text("正在写结果，您不用做什么")).to_be_visible(timeout=3_000)
    expect(citizen.page.get_by_role("status")).to_have_text(re.compile("办理进度更新：正在定您的病种"))
    approver.sign_in("meishan-approver")
    approver.open(number)
    approver.approve()
    approver.sees("已办结")
    expect(citizen.page.get_by_role("link", name="看结果和电子证明")).to_be_visible(timeout=3_000)
    expect(citizen.page.get_by_text("有变化会自动更新。")).to_be_hidden()
    citizen.check_page()

    citizen.follow("看结果和电子证明")
    citizen.heading("糖尿病，通过了，待遇还没开始")
    citizen.sees("门诊慢特病待遇认定证明")
    with citizen.page.expect_download() as download:
        citizen.follow("下载电子证明（PDF）")
    assert download.value.path().read_bytes().startswith(b"%PDF-")


def test_the_whole_way_works_without_javascript(plain_citizen: Citizen, clerk: Clerk, approver: Clerk) -> None:
    number = apply(plain_citizen, "plain")
    clerk.sign_in("meishan-reviewer")
    clerk.open(number)
    clerk.propose_pass()
    clerk.sees("现在没有您要办的。")
    approver.sign_in("meishan-approver")
    approver.open(number)
    approver.approve()
    approver.sees("已办结")

    plain_citizen.follow("看办理进度")
    plain_citizen.sees("办完了")
    plain_citizen.follow("刷新")
    plain_citizen.follow("看结果和电子证明")
    plain_citizen.heading("糖尿病，通过了，待遇还没开始")
    with plain_citizen.page.expect_download() as download:
        plain_citizen.follow("下载电子证明（PDF）")
    assert download.value.path().read_bytes().startswith(b"%PDF-")


@pytest.mark.parametrize("city", ["meishan", "xinxing"])
def test_both_cities_have_a_guide_with_the_six_published_columns(citizen: Citizen, city: str) -> None:
    citizen.go(f"/{city}/")
    citizen.heading("门诊慢特病待遇认定")

    table = citizen.page.get_by_role("table").first
    for column in ("材料名称", "必要性", "类型", "形式", "纸质份数", "来源渠道"):
        expect(table.get_by_role("columnheader", name=column)).to_have_count(1)
