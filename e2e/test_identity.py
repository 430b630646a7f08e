"""Who gets in, as people see it: code, call, proof of work, face, second factor, warning, settings, another phone."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, FilePayload, expect

from e2e.chain import Applicant
from e2e.conftest import DESKTOP, PHONE, context_of, demonstration, watched
from e2e.people import Citizen, Clerk, Person
from e2e.server import Server, sql

CARD = ("511400197102140026", "M00000001")
BIG = 60


def portrait() -> FilePayload:
    """Return a photo of a drawn face in front of a striped wall."""
    image = Image.new("RGB", (600, 600), (210, 210, 210))
    draw = ImageDraw.Draw(image)
    for line in range(0, 600, 12):
        draw.line((0, line, 150, line), fill=(30, 30, 30), width=2)
    draw.ellipse((170, 90, 470, 510), fill=(210, 170, 130), outline=(40, 40, 40), width=6)
    for x in (250, 350):
        draw.ellipse((x, 240, x + 36, 276), fill=(30, 30, 30))
    draw.arc((250, 320, 390, 430), 20, 160, fill=(30, 30, 30), width=8)
    out = BytesIO()
    image.save(out, "JPEG")
    return {"name": "我.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


@pytest.fixture
def someone(browser: Browser, server: Server) -> Iterator[Citizen]:
    """A citizen on a phone, JavaScript on."""
    context = context_of(browser, PHONE)
    page = watched(context.new_page())
    yield Citizen(page, server.base)
    assert not page.complaints, page.complaints  # type: ignore[attr-defined]
    context.close()


# -- the code ------------------------------------------------------------------------------------


def test_both_ways_in_stand_on_one_page_and_the_code_can_be_pasted(someone: Citizen) -> None:
    someone.go("/meishan/login")
    someone.heading("登录")
    expect(someone.page.get_by_role("heading", name="短信验证码")).to_be_visible()
    expect(someone.page.get_by_role("heading", name="人脸识别")).to_be_visible()

    someone.fill("手机号码", "13800000101")
    someone.press("发验证码")
    someone.heading("输入验证码")
    field = someone.page.get_by_label("验证码")
    expect(field).to_have_attribute("autocomplete", "one-time-code")
    expect(field).to_have_attribute("inputmode", "numeric")
    code = someone.page.locator("#demo-code").inner_text()
    someone.page.evaluate(
        """([field, text]) => { const data = new DataTransfer(); data.setData("text/plain", text);
        field.focus(); document.execCommand("insertText", false, text); }""",
        [field.element_handle(), f"{code[:3]} {code[3:]}"],
    )
    someone.press("登录", exact=True)

    someone.heading("我的办件")


def test_the_countdown_is_seen_every_second_and_heard_at_its_start_and_end_only(someone: Citizen) -> None:
    someone.page.clock.install()
    someone.go("/meishan/login")
    someone.fill("手机号码", "13800000104")
    someone.press("发验证码")
    expect(someone.page.locator("resend-wait")).to_contain_text("秒后可以重新发送")
    for _ in range(70):
        someone.page.clock.run_for(1000)

    expect(someone.page.locator("resend-wait")).to_have_text("现在可以重新发送。")
    heard = list(dict.fromkeys(someone.page.evaluate("heard")))
    assert len(heard) == 2, heard
    assert "秒后可以重新发送" in heard[0] and heard[1] == "现在可以重新发送。"


def test_the_code_can_be_read_out_by_phone(someone: Citizen) -> None:
    someone.go("/meishan/login")
    someone.fill("手机号码", "13800000105")
    someone.press("打电话念给我听")
    someone.heading("输入验证码")
    someone.fill("验证码", someone.page.locator("#demo-code").inner_text())
    someone.press("登录", exact=True)

    someone.heading("我的办件")


def test_signing_in_takes_nothing_but_a_keyboard(someone: Citizen) -> None:
    someone.go("/meishan/login")
    page = someone.page
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "mobile":
            break
    page.keyboard.type("13800000109")
    page.keyboard.press("Enter")
    someone.heading("输入验证码")
    code = page.locator("#demo-code").inner_text()
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "code":
            break
    page.keyboard.type(code)
    page.keyboard.press("Enter")

    someone.heading("我的办件")


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_after_two_codes_a_browser_proves_its_work_and_a_person_solves_nothing(
    browser: Browser, strict_server: Server, script: bool
) -> None:
    context = context_of(browser, PHONE, script=script)
    person = Citizen(context.new_page(), strict_server.base, script=script)
    mobile = "13800000112" if script else "13800000113"
    for _ in range(3):
        person.go("/meishan/login")
        person.fill("手机号码", mobile)
        person.press("发验证码")
    person.heading("请稍等一下")

    if script:
        expect(person.page.get_by_text("好了，现在可以发了。").first).to_be_attached(timeout=60_000)
        person.press("发验证码")
        person.heading("输入验证码")
    else:
        person.press("发验证码")
        person.heading("请稍等一下")
        person.sees("还没有到时间，请再等")
        person.page.wait_for_timeout(5_000)  # the wait itself is what is tried; in real life it is half a minute
        person.press("发验证码")
        person.heading("输入验证码")
    context.close()


@pytest.fixture(scope="module")
def strict_server(first_day: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A demonstration with the limits of real life."""
    limits = {
        "PORTAL_PROOF_WAIT": "4",
        "PORTAL_CODES_FREE": "2",
        "PORTAL_CODES_HOUR": "5",
        "PORTAL_CODES_BROWSER": "10",
    }
    with demonstration(tmp_path_factory.mktemp("strict") / "var", first_day, **limits) as made:
        yield made


# -- the face ------------------------------------------------------------------------------------


def test_the_face_lets_in_by_the_camera(someone: Citizen) -> None:
    someone.go("/meishan/login")
    someone.follow("用人脸识别登录")
    someone.heading("人脸识别：先看清楚")
    someone.fill("姓名", "张丽")
    someone.fill("证件号码", CARD[0])
    someone.page.get_by_role("checkbox", name="我看清楚了，同意这一次用我的人脸照片核对身份").check()
    someone.press("同意，去拍照")
    someone.heading("拍一张照片")

    someone.press("打开摄像头")
    expect(someone.page.get_by_role("button", name="拍照", exact=True)).to_be_focused()
    someone.check_page()
    someone.page.keyboard.press("Enter")

    expect(someone.page.get_by_role("heading", level=1, name="我的办件")).to_be_visible(timeout=30_000)
    someone.follow("账号设置")
    someone.heading("账号设置")
    someone.sees("已核对，也用人脸识别核对过")


def test_the_face_works_without_javascript_by_a_photo(plain_citizen: Citizen) -> None:
    plain_citizen.go("/meishan/face")
    plain_citizen.fill("姓名", "黄小燕")
    plain_citizen.fill("证件号码", "511400196504180042")
    plain_citizen.page.get_by_role("checkbox", name="我看清楚了").check()
    plain_citizen.press("同意，去拍照")
    plain_citizen.heading("拍一张照片")
    plain_citizen.press("用这张照片核对")
    plain_citizen.sees("还没有照片。请拍一张，或者选一张照片。")

    plain_citizen.page.get_by_label("也可以选一张照片").set_input_files(portrait())
    plain_citizen.press("用这张照片核对")

    plain_citizen.heading("我的办件")


# -- the session ---------------------------------------------------------------------------------


def nearly_over(server: Server, person: Person) -> None:
    """Let the server think that nobody has touched anything for 26 minutes, and the page that time has passed."""
    earlier = (datetime.now(UTC) - timedelta(minutes=26)).isoformat()
    sql(server, "UPDATE session SET seen_at = ?", earlier)
    person.page.clock.fast_forward("26:00")


def test_five_minutes_before_the_end_a_dialog_warns_and_escape_keeps_the_session(
    someone: Citizen, server: Server
) -> None:
    someone.page.clock.install()
    Applicant(someone).sign_in("13800000107")
    someone.go("/meishan/me")
    nearly_over(server, someone)

    dialog = someone.page.get_by_role("dialog", name="您很久没有操作了")
    expect(dialog).to_be_visible()
    expect(dialog.get_by_role("button", name="继续")).to_be_focused()
    someone.check_page()
    someone.page.keyboard.press("Escape")

    expect(dialog).to_have_count(0)
    expect(someone.page.get_by_role("status")).to_have_text("可以接着办了。")
    someone.go("/meishan/session/extension")
    someone.heading("登录还有多久")
    expect(someone.page.get_by_text(re.compile("(30|29) 分钟以后会自动退出"))).to_be_visible()


def test_what_was_sent_after_the_end_is_kept_and_sent_again(someone: Citizen, server: Server) -> None:
    applicant = Applicant(someone)
    applicant.sign_in("13800000114")
    home = applicant.begin()
    someone.go(f"{home}/person")
    someone.fill("住址", "苏祠路 88 号")
    sql(server, "UPDATE session SET seen_at = ?", (datetime.now(UTC) - timedelta(minutes=31)).isoformat())
    someone.press("下一步")

    someone.heading("登录")
    someone.sees("您刚才填的都收好了")
    someone.sign_in("meishan", "13800000114")
    someone.heading("刚才填的还在")
    someone.press("接着提交")

    someone.heading("申请病种")
    someone.go(f"{home}/person")
    expect(someone.page.get_by_label("住址")).to_have_value("苏祠路 88 号")


# -- the desk ------------------------------------------------------------------------------------


def test_a_clerk_shows_password_and_second_factor(clerk: Clerk) -> None:
    clerk.sign_in("meishan-supervisor")

    clerk.page.context.clear_cookies()
    clerk.go("/staff/login")
    clerk.fill("账号", "meishan-supervisor")
    clerk.fill("密码", clerk.PASSWORD)
    clerk.press("登录", exact=True)
    clerk.heading("动态验证码")
    clerk.fill("动态验证码", "000000")
    clerk.press("登录", exact=True)
    clerk.sees("动态验证码不对，或者已经用过。")
    clerk.check_page()
    clerk.go("/staff/")
    clerk.heading("这个页面您不能打开")


def test_a_name_the_register_does_not_know_is_settled_by_people(someone: Citizen, clerk: Clerk) -> None:
    someone.go("/meishan/login")
    someone.sign_in("meishan", "13911112222")
    someone.register("何俊西", "511400202105200059", "M00000006")
    someone.sees("姓名和证件号对不上。")
    someone.check_page()
    someone.press("填的没有错，请工作人员核对")
    someone.heading("身份核对")
    someone.press("请工作人员核对")
    someone.sees("已经交给工作人员了。")

    clerk.sign_in("meishan-reviewer")
    clerk.follow("身份核对")
    clerk.heading("身份核对")
    clerk.follow("何*西")
    clerk.heading("核对一个人的身份")
    clerk.sees("何俊熙")
    clerk.press("是本人，通过")
    clerk.heading("身份核对")

    someone.follow("刷新")
    someone.sees("核对好了。")
    someone.follow("继续")
    someone.heading("您是哪一位？")
    someone.press("何*西")
    someone.heading("我的办件")


# -- the account ---------------------------------------------------------------------------------


def test_another_phone_is_bound_by_the_face_and_the_account_can_be_closed(someone: Citizen) -> None:
    someone.go("/meishan/login")
    someone.sign_in("meishan", "13911113333")
    someone.register("陈志强", "659000197901150059", "X00000005")
    someone.sees("已经用别的手机号注册过")
    someone.press("我换了手机号")
    someone.heading("身份核对")
    someone.follow("去做人脸识别")
    someone.page.get_by_role("checkbox", name="我看清楚了").check()
    someone.press("同意，去拍照")
    someone.page.get_by_label("也可以选一张照片").set_input_files(portrait())
    someone.press("用这张照片核对")
    someone.heading("我的办件")

    someone.follow("账号设置")
    someone.heading("账号设置")
    someone.press("不再用 138****0005")
    expect(someone.page.get_by_text("138****0005")).to_have_count(0)
    someone.press("不同意了 人脸识别")
    someone.sees("已经不同意了")
    for name in ("下载 PDF，给人看的", "下载 JSON，给电脑用的"):
        with someone.page.expect_download() as download:
            someone.follow(name)
        assert download.value.path().stat().st_size > 500

    someone.follow("注销账号")
    someone.heading("注销账号")
    someone.press("注销", exact=True)
    someone.sees("请先看清楚，确定要注销再打勾。")
    someone.page.get_by_role("checkbox", name="我看清楚了，要注销账号").check()
    someone.press("注销", exact=True)
    someone.heading("门诊慢特病待遇认定")
    someone.go("/meishan/login")
    someone.sign_in("meishan", "13911113333")
    someone.heading("实名注册")


def test_one_phone_of_two_people_asks_who_it_is_and_reads_well_in_elder_mode(someone: Citizen) -> None:
    someone.go("/meishan/login?look=elder")
    someone.heading("登录")
    large_enough(someone)
    someone.fill("手机号码", "13800000103")
    someone.page.get_by_role("button", name="发验证码").click()
    someone.heading("输入验证码")
    large_enough(someone)
    someone.fill("验证码", someone.page.locator("#demo-code").inner_text())
    someone.press("登录", exact=True)
    someone.heading("您是哪一位？")
    large_enough(someone)
    someone.press("黄*燕")
    someone.heading("我的办件")
    someone.go("/meishan/settings")
    someone.heading("账号设置")
    large_enough(someone)
    someone.go("/meishan/face")
    someone.heading("人脸识别：先看清楚")
    large_enough(someone)


def large_enough(person: Person) -> None:
    """See that text is large enough to read, and buttons large enough to hit."""
    main = person.page.get_by_role("main")
    size = person.page.evaluate("parseFloat(getComputedStyle(document.querySelector('main')).fontSize)")
    assert size >= 20, f"{size} px on {person.page.url}"
    for button in main.get_by_role("button").all():
        box = button.bounding_box()
        assert box is None or box["height"] >= BIG - 0.5, f"{button.inner_text()} is {box} on {person.page.url}"


@pytest.mark.parametrize("device", ["desktop"], indirect=True)
def test_signing_out_everywhere_ends_the_other_browser_too(citizen: Citizen, browser: Browser, server: Server) -> None:
    Applicant(citizen).sign_in("13800000110")
    context = context_of(browser, DESKTOP)
    other = Citizen(context.new_page(), server.base)
    Applicant(other).sign_in("13800000110")
    citizen.go("/meishan/settings")
    citizen.heading("账号设置")
    citizen.press("除了这一台，都退出")
    citizen.heading("账号设置")

    other.go("/meishan/me")

    other.heading("登录")
    context.close()
