"""The pages around a case that no story passes: each is looked at as everybody, and used once."""

import pytest
from playwright.sync_api import expect

from e2e import papers
from e2e.chain import Applicant, Desk
from e2e.people import Citizen, Clerk


@pytest.mark.parametrize("device", ["phone"], indirect=True)
def test_a_citizen_adds_material_withdraws_and_applies_again(citizen: Citizen) -> None:
    applicant = Applicant(citizen)
    applicant.sign_in("13800000114")
    number = applicant.apply("徐文")
    citizen.go(f"/meishan/cases/{number}")
    citizen.follow("补充材料")
    citizen.heading("补充材料")
    row = citizen.material("检查报告")
    report = papers.file("新报告.pdf", "application/pdf", papers.report(2))
    row.get_by_label("选照片或文件：检查报告").set_input_files(report)
    citizen.sees("要提交的有 1 份。")
    citizen.check_page()
    citizen.press("提交补充材料")
    citizen.heading("办理进度")
    citizen.sees("补充了材料")

    citizen.follow("不办了，撤回")
    citizen.heading("真的不办了吗？")
    citizen.press("不办了，撤回")
    citizen.heading("办理进度")
    citizen.follow("再次申请")
    citizen.heading("要再次申请吗？")
    citizen.press("再次申请")
    citizen.heading("办理清单")


@pytest.mark.parametrize("device", ["desktop"], indirect=True)
def test_the_desk_cancels_a_notice_and_refuses_to_accept(citizen: Citizen, clerk: Clerk) -> None:
    applicant = Applicant(citizen, "xinxing")
    applicant.sign_in("13800000007")
    number = applicant.apply("刘洋", disease="M03900", hospital="兵团第十三师医院")
    desk = Desk(clerk)
    desk.sign_in("xinxing-reviewer")
    desk.ask_correction(number, identity="one_side")
    clerk.go(f"/staff/cases/{number}")
    clerk.follow("取消补正要求")
    clerk.heading("取消补正要求")
    clerk.press("取消补正要求")
    clerk.is_told()
    clerk.fill("为什么不用补了", "系统里查到了")
    clerk.press("取消补正要求")
    clerk.heading("办件")

    clerk.follow("不予受理")
    clerk.heading("不予受理")
    clerk.press("不予受理")
    clerk.is_told()
    clerk.page.get_by_role("radio", name="没有在本市参保").check()
    clerk.press("不予受理")
    clerk.sees("已办结")
    citizen.go(f"/xinxing/cases/{number}")
    citizen.heading("办理进度")
    citizen.sees("不予受理")


@pytest.mark.parametrize("device", ["desktop"], indirect=True)
def test_a_supervisor_extends_and_the_citizen_reads_why(citizen: Citizen, clerk: Clerk) -> None:
    applicant = Applicant(citizen, "xinxing")
    applicant.sign_in("13800000011")
    number = applicant.apply("马桂兰", disease="M04600", hospital="兵团第十三师医院")
    desk = Desk(clerk)
    desk.sign_in("xinxing-reviewer")
    desk.post(f"/staff/cases/{number}/acceptance", seen=desk.get(f"/staff/cases/{number}"))
    clerk.go("/staff/notices")
    clerk.heading("消息")
    clerk.press("退出")
    clerk.sign_in("xinxing-supervisor")
    clerk.open(number)
    clerk.follow("延长办理时间")
    clerk.heading("延长办理时间")
    clerk.sees("新的期限是")
    clerk.fill("延期的原因，申请人会看到", "专家出差")
    clerk.press("延长办理时间")
    clerk.sees("延长了办理时间")
    citizen.go(f"/xinxing/cases/{number}")
    citizen.heading("办理进度")
    citizen.sees("办理时间延长了 10 个工作日。原因：专家出差")
    expect(citizen.page.get_by_role("link", name="延期告知书")).to_be_visible()
