"""A correction in Meishan: asked for at the desk, answered by the citizen, decided, read with its reasons."""

import re

from playwright.sync_api import expect

from e2e import papers
from e2e.chain import Applicant
from e2e.people import Citizen, Clerk

PEOPLE = {
    "phone": ("13800000110", "陈嘉欣"),
    "desktop": ("13800000111", "梁志豪"),
    "plain": ("13800000107", "何磊"),
}
REPORT = papers.file("近期报告.pdf", "application/pdf", papers.report(2))


def a_submitted_case(citizen: Citizen, who: str) -> str:
    """Have the citizen look at the progress of a case just submitted; return its number."""
    mobile, name = PEOPLE[who]
    applicant = Applicant(citizen)
    applicant.sign_in(mobile)
    number = applicant.apply(name)
    citizen.go(f"/meishan/cases/{number}")
    citizen.heading("办理进度")
    citizen.sees("等经办机构处理")
    return number


def ask_for_two_materials(clerk: Clerk, number: str) -> None:
    """Send a notice about two materials, one of them 其他 with words; the first try forgets the words."""
    clerk.sign_in("meishan-reviewer")
    clerk.open(number)
    clerk.follow("一次性告知补正")
    clerk.heading("一次性告知补正")
    clerk.page.get_by_label("哪里不对：检查报告").select_option(label="其他")
    clerk.page.get_by_label("哪里不对：有效身份证件").select_option(label="只有一面，缺另一面")
    clerk.press("发出告知书")
    words = clerk.page.get_by_label("怎么补，写给申请人看：检查报告")
    expect(words).to_have_accessible_description(re.compile("选了“其他”，请写清检查报告要怎么补。"))
    expect(clerk.page.get_by_label("哪里不对：有效身份证件")).to_have_value("one_side")
    clerk.check_page()
    words.fill("请交最近三个月的报告")
    clerk.press("发出告知书")
    clerk.sees("已停，等补正")


def send_report(citizen: Citizen) -> None:
    """Upload the report for the first item."""
    item = citizen.material("1. 检查报告")
    field = item.get_by_label("选照片或文件：检查报告")
    field.focus()
    field.set_input_files(REPORT)
    if not citizen.script:
        item.get_by_role("button", name=re.compile("^上传.*检查报告")).click()
    expect(citizen.material("1. 检查报告").get_by_role("link", name="查看 近期报告.pdf")).to_be_visible()
    if citizen.script:
        citizen.hears("选好了 近期报告.pdf", "近期报告.pdf 已传 100%，正在检查", "近期报告.pdf 已上传")
        citizen.focus_is_kept()


def answer(citizen: Citizen) -> None:
    """Answer the first item by a file and the second by words, after a try with only the first."""
    citizen.sees("请补充或改正 2 样")
    citizen.sees("请交最近三个月的报告")
    citizen.follow("现在去补")
    citizen.heading("请补材料或改正（补正）")
    send_report(citizen)
    citizen.press("补好了，提交")
    expect(citizen.page).to_have_title("错误：请补材料或改正（一次性告知补正） – 门诊慢特病待遇认定 – 眉山市")
    citizen.follow("第 2 项还没有补。请传文件，或者写一句说明。")
    citizen.check_page()
    citizen.fill("没有这份材料，或者有话要说（第 2 项）", "身份证在补办，下周能拿到")
    citizen.press("补好了，提交")
    citizen.heading("办理进度")
    citizen.sees("等经办机构处理")


def refuse(clerk: Clerk, number: str) -> None:
    """Read what was answered, and propose to fail, with reasons."""
    clerk.open(number)
    clerk.sees("申请人说明：身份证在补办，下周能拿到")
    clerk.follow("近期报告.pdf")
    clerk.sees("第 1 页，共 2 页")
    clerk.follow("拟定认定意见")
    clerk.heading("拟定认定意见")
    clerk.page.get_by_role("radio", name="不通过", exact=True).check()
    clerk.press("送审批")
    clerk.is_told()
    clerk.page.get_by_role("checkbox", name="诊断依据不足").check()
    clerk.fill("写清楚，申请人会看到", "糖化血红蛋白没有达到标准")
    clerk.press("送审批")
    clerk.sees("现在没有您要办的。")


def decide(approver: Clerk, number: str) -> None:
    """Read the proposal with its reasons, and agree."""
    approver.sign_in("meishan-approver")
    approver.open(number)
    approver.follow("审批")
    approver.heading("审批")
    approver.sees("糖化血红蛋白没有达到标准")
    approver.press("同意，作出决定")
    approver.sees("已办结")


def read_the_refusal(citizen: Citizen) -> None:
    """Read the reasons and the three ways to object, on the page and in the letter."""
    citizen.follow("看理由和不同意怎么办")
    citizen.heading("糖尿病，认定不通过")
    for words in ("诊断依据不足", "糖化血红蛋白没有达到标准", "申请复核", "申请行政复议", "提起行政诉讼"):
        citizen.sees(words)
    citizen.follow("看决定书全文")
    citizen.heading("不予认定决定书")


def test_a_citizen_answers_a_correction_and_reads_why_it_was_refused(
    citizen: Citizen, clerk: Clerk, approver: Clerk, device: str
) -> None:
    number = a_submitted_case(citizen, device)

    ask_for_two_materials(clerk, number)
    # The open page changes by itself, within three seconds.
    expect(citizen.page.get_by_role("heading", name="等您处理")).to_be_visible(timeout=3_000)
    expect(citizen.page.get_by_role("status")).to_have_text("办理进度更新：请补材料或改正")
    citizen.check_page()
    answer(citizen)
    refuse(clerk, number)
    decide(approver, number)

    expect(citizen.page.get_by_role("link", name="看理由和不同意怎么办")).to_be_visible(timeout=3_000)
    read_the_refusal(citizen)


def test_a_correction_is_answered_without_javascript(plain_citizen: Citizen, clerk: Clerk, approver: Clerk) -> None:
    number = a_submitted_case(plain_citizen, "plain")

    ask_for_two_materials(clerk, number)
    plain_citizen.follow("刷新")
    answer(plain_citizen)
    refuse(clerk, number)
    decide(approver, number)

    plain_citizen.follow("刷新")
    read_the_refusal(plain_citizen)
