"""Xinxing asks for other materials, has a reviewer accept, and stops who is in arrears."""

import re

import pytest
from playwright.sync_api import expect

from e2e import papers
from e2e.chain import Applicant
from e2e.people import Citizen, Clerk
from portal.cases.life.deadlines import promised
from portal.core.tools import clock
from portal.regions.load import REGIONS

MATERIALS = ("身份材料", "病情诊断证明", "治疗方案", "住院病历或门诊病历", "检查报告或检验报告")


def begin_at_home(citizen: Citizen, mobile: str) -> None:
    """Walk from the first page through the city's guide to the first step."""
    citizen.go("/")
    citizen.heading("您在哪里参加医保？")
    citizen.follow("新星市")
    citizen.heading("门诊慢特病待遇认定")
    citizen.follow("在线申请")
    citizen.heading("登录")
    citizen.sign_in("xinxing", mobile)
    citizen.begin()


def sees_when(citizen: Citizen) -> None:
    """See by when it is accepted and decided: 预计 where that year's holidays are not published yet."""
    said = citizen.page.get_by_text("今天提交，5 个工作日内受理，受理后 20 个工作日内出结果。")
    for last, act in zip(promised(clock.today(), REGIONS["xinxing"]), ("受理", "办完"), strict=True):
        word, day = "预计" if last.provisional else "最晚", last.day
        expect(said).to_contain_text(re.compile(rf"{word}\s*({day.year}年)?{day.month}月{day.day}日.*{act}"))


@pytest.mark.parametrize("device", ["phone"], indirect=True)
def test_a_citizen_of_xinxing_applies_and_sees_the_acceptance_arrive(citizen: Citizen, clerk: Clerk) -> None:
    begin_at_home(citizen, "13800000001")
    citizen.answer_steps("高血压", "兵团第十三师医院")
    for place, material in enumerate(MATERIALS):
        citizen.upload(material, papers.file(f"{place}.jpg", "image/jpeg", papers.small_photo(material)))
    citizen.check_page()
    citizen.press("下一步")
    citizen.choose_delivery_and_notices()
    citizen.heading("核对并提交")
    sees_when(citizen)
    number = citizen.sign_and_submit("王建国")
    citizen.sees("我们收到了。")
    citizen.follow("看办理进度")
    citizen.heading("办理进度")
    citizen.sees("已经收到，等待受理")

    clerk.sign_in("xinxing-reviewer")
    clerk.open(number)
    clerk.press("受理", exact=True)
    expect(clerk.page.get_by_role("button", name="受理", exact=True)).to_be_hidden()

    # The open page changes by itself, within three seconds, and the notice is there.
    expect(citizen.page.get_by_text("正在审核，您不用做什么")).to_be_visible(timeout=3_000)
    expect(citizen.page.get_by_role("status")).to_have_text("办理进度更新：已受理，材料核对中")
    citizen.check_page()
    citizen.follow("受理通知书")
    citizen.heading("受理通知书")


@pytest.mark.parametrize("device", ["desktop"], indirect=True)
def test_who_is_in_arrears_is_stopped_and_the_draft_is_kept(citizen: Citizen) -> None:
    applicant = Applicant(citizen, "xinxing")
    applicant.sign_in("13800000004")
    home = applicant.begin()
    citizen.go(home)
    citizen.sees("您的医保费还没有交齐。请先补交，再来提交。")
    citizen.page.get_by_role("link", name="接着填").click()
    citizen.heading("参保信息")
    citizen.check_page()
    citizen.press("先准备材料")
    citizen.heading("申请人信息")

    applicant.answer(disease="M03900", hospital="兵团第十三师医院")
    citizen.go(f"{home}/review")
    citizen.sees("您的医保费还没有交齐。请先补交，再来提交。")
    citizen.sees("您填的内容、传的文件会给您留 30 天。")
    expect(citizen.page.get_by_role("link", name="都对，去签名提交")).to_have_count(0)
    citizen.go(home)
    citizen.heading("办理清单")
    citizen.sees("9 项里已完成 8 项")
