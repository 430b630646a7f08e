"""The whole life of two cases, one in each city, with the clock looked at whenever time has passed.

Each is lived on a phone and at a desktop, at a server of its own, because its time is moved.
"""

from datetime import timedelta

from playwright.sync_api import expect

from e2e import papers
from e2e.people import Citizen, Clerk
from e2e.story import at_desk, comes_back, due_word, move_on, sees_turn, workday
from portal.core.tools import clock
from portal.regions.load import REGIONS

MATERIALS = ("身份材料", "病情诊断证明", "治疗方案", "住院病历或门诊病历", "检查报告或检验报告")
REPORT = papers.file("心脏彩超.pdf", "application/pdf", papers.report(2))


def apply_in_xinxing(citizen: Citizen) -> str:
    """Walk from the first page to the receipt."""
    citizen.go("/")
    citizen.follow("新星市")
    citizen.follow("在线申请")
    citizen.heading("登录")
    citizen.sign_in("xinxing", "13800000001")
    citizen.begin()
    citizen.answer_steps("高血压", "兵团第十三师医院")
    for number, material in enumerate(MATERIALS):
        citizen.upload(material, papers.file(f"{number}.jpg", "image/jpeg", papers.small_photo(material)))
    citizen.press("下一步")
    citizen.choose_delivery_and_notices()
    return citizen.sign_and_submit("王建国")


def ask_for_the_report(desk: Clerk, number: str) -> None:
    """Look at the notice as the citizen will see it, then send it."""
    at_desk(desk, "xinxing-reviewer", number)
    desk.follow("一次性告知补正")
    desk.heading("一次性告知补正")
    desk.page.get_by_label("哪里不对：检查报告或检验报告").select_option(label="不完整，缺页")
    desk.press("先看看申请人看到什么")
    desk.heading("一次性告知补正")
    expect(desk.page.get_by_role("region", name="申请人会看到")).to_contain_text("检查报告或检验报告：不完整，缺页")
    desk.press("发出告知书")
    desk.sees("已停，等补正")


def send_the_report(citizen: Citizen) -> None:
    """Answer the notice with a file."""
    citizen.follow("现在去补")
    citizen.heading("请补材料或改正（补正）")
    item = citizen.material("1. 检查报告或检验报告")
    item.get_by_label("选照片或文件：检查报告或检验报告").set_input_files(REPORT)
    citizen.sees("1 样里补了 1 样。")
    citizen.press("补好了，提交")
    citizen.heading("办理进度")


def invite(desk: Clerk, number: str, *names: str) -> None:
    """Ask experts, of whom one cannot be asked."""
    at_desk(desk, "xinxing-reviewer", number)
    desk.follow("请专家鉴定")
    desk.heading("专家鉴定")
    expect(desk.page.get_by_role("checkbox", name="褚专家")).to_be_disabled()
    desk.sees("不能请：和确诊医院是同一家")
    for name in names:
        desk.page.get_by_role("checkbox", name=name).check()
    desk.press("发出邀请")
    desk.sees("收到意见 0/2。")


def give_opinion(desk: Clerk, login: str, *, passed: bool) -> None:
    """Read the papers, which say nothing of who it is, and give an opinion on each criterion."""
    desk.go("/staff/login")
    if not desk.page.get_by_label("密码").count():
        desk.press("退出")
    desk.fill("账号", login)
    desk.fill("密码", Clerk.PASSWORD)
    desk.press("登录", exact=True)
    desk.give_code()
    desk.heading("专家鉴定")
    desk.follow("第 1 件")
    desk.heading("专家意见")
    expect(desk.page.get_by_text("王建国")).to_have_count(0)
    desk.press("交意见")
    desk.heading("专家意见")
    groups = desk.page.get_by_role("group")
    for place in range(3):
        found = "符合" if passed or place < 2 else "不符合"
        groups.nth(place).get_by_role("radio", name=found, exact=True).check()
    overall = "符合认定标准" if passed else "不符合认定标准"
    groups.nth(3).get_by_role("radio", name=overall, exact=True).check()
    desk.page.get_by_role("checkbox", name="我和申请人没有利害关系").check()
    desk.press("交意见")
    desk.sees("高血压：您的意见")


def a_third_settles_it(desk: Clerk, number: str) -> None:
    """See that the two differ, ask a third, who agrees with the first."""
    at_desk(desk, "xinxing-reviewer", number)
    desk.follow("专家鉴定", exact=True)
    desk.sees("意见不一致，请再加一位专家。")
    desk.page.get_by_role("radio", name="陈专家").check()
    desk.press("发出邀请")
    desk.sees("收到意见 2/3。")
    desk.heading("专家鉴定")
    give_opinion(desk, "xinxing-expert-3", passed=True)


def approve(desk: Clerk, number: str) -> None:
    """Read the opinions and agree."""
    at_desk(desk, "xinxing-approver", number)
    desk.follow("审批")
    desk.heading("审批")
    desk.follow("看专家意见")
    desk.heading("专家鉴定")
    desk.follow("办件", exact=True)
    desk.follow("审批")
    desk.press("同意，作出决定")
    desk.sees("已办结")


def test_xinxing_corrects_once_two_experts_differ_a_third_settles_it(applicant: Citizen, desk: Clerk) -> None:
    calendar, rules = REGIONS["xinxing"].calendar, REGIONS["xinxing"].rules
    workday(desk)
    number = apply_in_xinxing(applicant)
    applicant.follow("看办理进度")
    due = calendar.add(clock.today(), rules.acceptance.limit_workdays)
    sees_turn(applicant, "等经办机构处理", "等待受理", due, due_word("xinxing", due, "受理"))

    move_on(desk, 1)
    at_desk(desk, "xinxing-reviewer", number)
    desk.press("受理", exact=True)
    accepted = clock.today()
    due = calendar.add(accepted, rules.clock.limit_workdays)
    comes_back(applicant, "xinxing", "13800000001", number)
    sees_turn(applicant, "等经办机构处理", "正在审核", due, due_word("xinxing", due))

    move_on(desk, 3)
    ask_for_the_report(desk, number)
    comes_back(applicant, "xinxing", "13800000001", number)
    sees_turn(applicant, "等您处理", "请补充或改正 1 样")
    applicant.sees("起，我们在等您补充，这段时间不算。")

    move_on(desk, 6)
    comes_back(applicant, "xinxing", "13800000001", number)
    send_the_report(applicant)
    stopped = calendar.between(clock.today() - timedelta(days=6), clock.today())
    later = calendar.add(due, stopped)
    sees_turn(applicant, "等经办机构处理", "正在审核", later, due_word("xinxing", later))
    applicant.sees("等您补充的 6 天不算在办理时间里。")

    invite(desk, number, "郑专家", "冯专家")
    give_opinion(desk, "xinxing-expert", passed=True)
    give_opinion(desk, "xinxing-expert-2", passed=False)
    comes_back(applicant, "xinxing", "13800000001", number)
    sees_turn(applicant, "等经办机构处理", "专家正在鉴定", later, due_word("xinxing", later))
    applicant.sees("已收到专家意见 2/2 份。")
    a_third_settles_it(desk, number)
    move_on(desk, 2)
    approve(desk, number)

    comes_back(applicant, "xinxing", "13800000001", number)
    applicant.follow("看结果和电子证明")
    applicant.heading("高血压，认定通过")
    today = clock.today()
    expect(applicant.page.get_by_text("起可以享受待遇")).to_contain_text(f"{today.month}月{today.day}日")
    applicant.sees("门诊慢特病待遇认定证明")


def apply_in_meishan(citizen: Citizen) -> str:
    """Walk from the first page to the receipt."""
    citizen.go("/")
    citizen.follow("眉山市")
    citizen.follow("在线申请")
    citizen.heading("登录")
    citizen.sign_in("meishan", "13800000101")
    citizen.begin()
    citizen.answer_steps("糖尿病", "眉山市人民医院")
    citizen.upload_everything()
    citizen.choose_delivery_and_notices()
    return citizen.sign_and_submit("张丽")


def ask_and_answer_in_words(citizen: Citizen, desk: Clerk, number: str) -> None:
    """Send the one notice; the citizen answers three days later, after asking for more time."""
    at_desk(desk, "meishan-reviewer", number)
    desk.follow("一次性告知补正")
    desk.sees("只能告知一次，请一次写全。")
    desk.page.get_by_label("哪里不对：有效身份证件").select_option(label="只有一面，缺另一面")
    desk.press("发出告知书")
    desk.sees("已停，等补正")
    move_on(desk, 3)
    comes_back(citizen, "meishan", "13800000101", number)
    sees_turn(citizen, "等您处理", "请补充或改正 1 样")
    citizen.follow("现在去补")
    citizen.follow("来不及？可以延长一次")
    citizen.heading("要多几天来补吗？")
    citizen.press("延长期限")
    citizen.heading("请补材料或改正（补正）")
    expect(citizen.page.get_by_role("link", name="来不及？可以延长一次")).to_have_count(0)
    citizen.fill("没有这份材料，或者有话要说（第 1 项）", "身份证在补办")
    citizen.press("补好了，提交")
    citizen.heading("办理进度")


def refuse(desk: Clerk, number: str) -> None:
    """Propose to fail with the criterion that was not met; another decides."""
    desk.follow("拟定认定意见")
    desk.heading("拟定认定意见")
    desk.page.get_by_role("radio", name="不通过", exact=True).check()
    desk.page.get_by_role("group", name="并发症检查报告").get_by_role("radio", name="不符合").check()
    desk.fill("写清楚，申请人会看到", "报告里没有并发症")
    desk.press("送审批")
    desk.sees("现在没有您要办的。")
    at_desk(desk, "meishan-approver", number)
    desk.follow("审批")
    desk.heading("审批")
    desk.press("同意，作出决定")
    desk.sees("已办结")


def test_meishan_notifies_once_is_late_and_refuses_with_reasons(applicant: Citizen, desk: Clerk) -> None:
    calendar = REGIONS["meishan"].calendar
    workday(desk)
    number = apply_in_meishan(applicant)
    applicant.follow("看办理进度")
    due = calendar.add(clock.today(), 1)
    sees_turn(applicant, "等经办机构处理", "正在审核", due, due_word("meishan", due))

    ask_and_answer_in_words(applicant, desk, number)
    due = calendar.add(clock.today(), 1)  # the one day begins anew with the answer
    sees_turn(applicant, "等经办机构处理", "正在审核", due, due_word("meishan", due))
    applicant.sees("等您补充的 3 天不算在办理时间里。")

    at_desk(desk, "meishan-reviewer", number)
    expect(desk.page.get_by_role("link", name="一次性告知补正")).to_have_count(0)
    desk.go(f"/staff/cases/{number}/corrections/new")
    desk.heading("内容刚才已经变了")

    move_on(desk, (due - clock.today()).days + 1)
    comes_back(applicant, "meishan", "13800000101", number)
    applicant.sees("到期还没有办完，很抱歉。")
    at_desk(desk, "meishan-reviewer", number)
    desk.sees("已逾期")
    refuse(desk, number)

    comes_back(applicant, "meishan", "13800000101", number)
    applicant.follow("看理由和不同意怎么办")
    applicant.heading("糖尿病，认定不通过")
    for words in ("没有达到这一条：并发症检查报告", "报告里没有并发症", "申请复核", "申请行政复议", "提起行政诉讼"):
        applicant.sees(words)
    applicant.go(f"/meishan/cases/{number}")
    applicant.follow("再次申请")
    applicant.heading("要再次申请吗？")
