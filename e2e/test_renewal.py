"""A certificate is held; two years later a reminder comes, the benefit is renewed, and the new one follows the old.

On a phone and at a desktop, each at a server of its own, because its time is moved.
"""

import re
from datetime import date, timedelta

from playwright.sync_api import expect

from e2e import papers
from e2e.people import Citizen, Clerk
from e2e.story import at_desk, move_on, workday
from portal.cases.benefits.effect import ends_on, starts_on
from portal.core.tools import clock
from portal.regions.load import REGIONS

MOBILE, ID_NUMBER, CARD_NO = "13800000101", "511400197102140026", "M00000001"
DISEASE, MONTHS = "类风湿关节炎", 24
NEWEST = ("检查报告", "病情诊断证明", "住院病历或出院小结")


def day_of(day: date) -> str:
    """Return a day as it is said in its own year."""
    return f"{day.month}月{day.day}日"


def apply(citizen: Citizen) -> str:
    """Walk from the first page to the receipt."""
    citizen.go("/meishan/apply/new")
    citizen.sign_in("meishan", MOBILE)
    citizen.begin()
    citizen.answer_steps(DISEASE, "眉山市人民医院")
    citizen.upload_everything()
    citizen.choose_delivery_and_notices()
    return citizen.sign_and_submit("张丽")


def decide(desk: Clerk, number: str) -> None:
    """One proposes to approve, another does."""
    at_desk(desk, "meishan-reviewer", number)
    desk.propose_pass()
    desk.sees("现在没有您要办的。")
    at_desk(desk, "meishan-approver", number)
    desk.approve()
    desk.sees("已办结")


def comes_back_after_years(citizen: Citizen) -> None:
    """Sign in; the phone alone is not enough after so long."""
    citizen.go("/meishan/notices")
    citizen.sign_in("meishan", MOBILE)
    citizen.heading("核对是不是您本人")
    citizen.fill("证件号码", ID_NUMBER)
    citizen.fill("社保卡号", CARD_NO)
    citizen.press("核对")


def renew(citizen: Citizen) -> str:
    """Begin from 我的办件, look over what was filled in, send the newest evidence, submit."""
    citizen.follow("申请续期")
    citizen.heading("申请续期")
    citizen.sees("到期时我们还没办完的，现在的待遇能不能接着报销，请打 028-12393 问清楚。")
    citizen.press("申请续期")
    citizen.heading("办理清单")
    citizen.follow("接着填：确诊情况")
    citizen.heading("确诊情况")
    expect(citizen.page.get_by_label("在哪家医院确诊的？")).to_have_value("眉山市人民医院")
    citizen.press("下一步")
    citizen.heading("申请表")
    citizen.press("下一步")
    citizen.heading("上传材料")
    expect(citizen.material("有效身份证件").get_by_role("listitem")).to_have_count(1)
    for number, material in enumerate(NEWEST):
        expect(citizen.material(material).get_by_role("listitem")).to_have_count(0)
        newest = papers.file(f"{number}.jpg", "image/jpeg", papers.small_photo(f"{material} 2028"))
        citizen.upload(material, newest)
    citizen.press("下一步")
    citizen.heading("结果怎么给您")
    citizen.press("下一步")
    citizen.heading("通知谁")
    citizen.press("下一步")
    return citizen.sign_and_submit("张丽")


def test_a_benefit_is_renewed_before_it_ends_and_the_new_one_follows_it(applicant: Citizen, desk: Clerk) -> None:
    workday(desk)
    decide(desk, apply(applicant))
    first = starts_on(clock.today(), REGIONS["meishan"])
    last = ends_on(first, MONTHS)
    assert last

    move_on(desk, (last - timedelta(days=30) - clock.today()).days)
    comes_back_after_years(applicant)
    applicant.heading("消息")
    applicant.sees(f"您的一项待遇将于{day_of(last)}到期，可提前续期。")
    applicant.go("/meishan/me")
    applicant.heading("我的办件")
    applicant.sees("请在到期前申请续期，别让报销断了。")
    number = renew(applicant)
    applicant.sees("（续期）")

    at_desk(desk, "meishan-reviewer", number)
    desk.sees(f"{DISEASE}（续期）")
    decide(desk, number)

    applicant.go("/meishan/me")
    applicant.heading("我的办件")
    held = applicant.page.get_by_role("region", name="我的待遇")
    expect(held).to_contain_text(re.compile(rf"至\s*(\d{{4}}年)?{day_of(last)}"))
    expect(held).to_contain_text(re.compile(rf"还没到开始日期，(\d{{4}}年)?{day_of(last + timedelta(days=1))}起"))
    expect(applicant.page.get_by_role("link", name="申请续期")).to_have_count(0)
