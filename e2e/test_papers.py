"""Papers: by camera, by drop, in a pile, many at once, refused, warned about, lost on the way and gone on with."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from e2e import papers
from e2e.applying import Applying, applying, jpeg
from e2e.conftest import DEVICES, PHONE, context_of
from e2e.server import Server
from e2e.wire import Wire

MOBILES = {"phone": "13800000105", "desktop": "13800000113", "plain": "13800000114"}
REPORT = papers.file("报告.pdf", "application/pdf", papers.report(3))
THICK = "厚报告.pdf"


@pytest.fixture(scope="module", params=["phone", "desktop"])
def at_home(request: pytest.FixtureRequest, browser: Browser, server: Server) -> Iterator[Applying]:
    """A citizen on a device, signed in, for all tests of this file."""
    context = context_of(browser, DEVICES[request.param])
    made = applying(context, server.base, MOBILES[request.param])
    made.begin_anew()
    yield made
    context.close()


@pytest.fixture
def citizen(at_home: Applying, server: Server) -> Iterator[Applying]:
    """The same citizen with an empty draft."""
    at_home.base = at_home.applicant.base
    at_home.empty(server)
    yield at_home
    complaints: list[str] = at_home.page.complaints  # type: ignore[attr-defined]
    assert not complaints, complaints


@pytest.fixture(scope="module")
def plain(browser: Browser, server: Server) -> Iterator[Applying]:
    """A citizen on a phone with JavaScript off."""
    context = context_of(browser, PHONE, script=False)
    yield applying(context, server.base, MOBILES["plain"], script=False)
    context.close()


def test_photos_come_from_the_camera_the_album_and_by_drop_page_after_page(citizen: Applying) -> None:
    citizen.choose_files("检查报告", jpeg("第一页"), by="拍照")
    citizen.holds("检查报告", "第一页.jpg")
    citizen.hears("选好了 第一页.jpg", "第一页.jpg 已传 100%，正在检查", "第一页.jpg 已上传")
    citizen.focus_is_kept()
    citizen.choose_files("检查报告", jpeg("第二页"), REPORT)
    citizen.holds("检查报告", "第一页.jpg", "第二页.jpg", "报告.pdf")
    citizen.drop("检查报告", "第六页.jpg", "image/jpeg", papers.small_photo("第六页"))
    citizen.holds("检查报告", "第一页.jpg", "第二页.jpg", "报告.pdf", "第六页.jpg")

    expect(citizen.material("检查报告").get_by_text("已传 4 份，共 6 页")).to_be_visible()
    citizen.sees("一共传了 4 个文件、6 页，最多 30 个。")
    citizen.check_page()
    citizen.follow("查看 报告.pdf")
    citizen.heading("报告.pdf")
    citizen.press("向右转 第 2 页")
    expect(citizen.page.get_by_role("img", name="第 2 页的内容")).to_have_attribute("src", re.compile("turned=1$"))
    citizen.follow("返回")
    citizen.heading("上传材料")


def test_files_are_turned_moved_replaced_and_removed_with_their_names_said(citizen: Applying) -> None:
    citizen.choose_files("检查报告", jpeg("甲"), jpeg("乙"))
    citizen.holds("检查报告", "甲.jpg", "乙.jpg")
    row = citizen.material("检查报告")
    picture = row.locator(".file__look").first

    row.get_by_role("button", name="向右转 甲.jpg").press("Enter")
    citizen.hears("“甲.jpg”已向右转")
    expect(row.get_by_role("button", name="向右转 甲.jpg")).to_be_focused()
    expect(picture).to_have_js_property("naturalWidth", 320)
    row.get_by_role("button", name="下移 甲.jpg").press("Enter")
    citizen.hears("“甲.jpg”现在是第 2 个，共 2 个")
    citizen.holds("检查报告", "乙.jpg", "甲.jpg")
    citizen.focus_is_kept()
    row.get_by_role("link", name="替换 乙.jpg").click()
    citizen.heading("用哪个文件替换“乙.jpg”？")
    citizen.page.get_by_label("选照片或文件：乙.jpg").set_input_files([jpeg("丙")])
    citizen.heading("上传材料")
    citizen.holds("检查报告", "丙.jpg", "甲.jpg")
    row.get_by_role("link", name="删除 丙.jpg").click()
    expect(citizen.page.get_by_role("dialog", name="要删除“丙.jpg”吗？")).to_be_visible()
    citizen.check_page()
    citizen.press("删除 丙.jpg")
    citizen.hears("已删除 丙.jpg")
    citizen.holds("检查报告", "甲.jpg")
    expect(row.get_by_role("heading", name="检查报告")).to_be_focused()


def test_an_upload_that_ends_disturbs_nobody_elsewhere_on_the_page(citizen: Applying) -> None:
    tick = citizen.page.get_by_role("checkbox", name="暂时没有病情诊断证明")
    citizen.choose_files("检查报告", jpeg("甲"))
    tick.focus()
    tick.press("Space")

    citizen.holds("检查报告", "甲.jpg")

    citizen.hears("甲.jpg 已上传")
    expect(tick).to_be_checked()
    expect(tick).to_be_focused()


@pytest.mark.parametrize("at_home", ["desktop"], indirect=True)  # an extra for the mouse; a phone has the buttons
def test_a_file_is_dragged_to_another_place(citizen: Applying) -> None:
    citizen.choose_files("检查报告", jpeg("甲"), jpeg("乙"), jpeg("丙"))
    citizen.holds("检查报告", "甲.jpg", "乙.jpg", "丙.jpg")
    rows = citizen.material("检查报告").locator(".file__name")

    rows.nth(2).drag_to(rows.nth(0))

    citizen.holds("检查报告", "丙.jpg", "甲.jpg", "乙.jpg")
    citizen.hears("“丙.jpg”现在是第 1 个，共 3 个")


def test_a_pile_is_uploaded_first_and_sorted_afterwards(citizen: Applying) -> None:
    sort_a_pile(citizen)
    citizen.hears("已经按您选的分好")


def sort_a_pile(citizen: Applying) -> None:
    """Upload two files into the pile, forget one, be told so, sort both."""
    citizen.choose_files("还没分类的文件", jpeg("身份证"), REPORT)
    citizen.holds("还没分类的文件", "身份证.jpg", "报告.pdf")
    citizen.page.get_by_label("放到哪一项：身份证.jpg").select_option(label="有效身份证件")
    citizen.press("分到选好的各项")
    citizen.holds("有效身份证件", "身份证.jpg")
    citizen.holds("还没分类的文件", "报告.pdf")
    citizen.press("下一步")
    citizen.sees("还有 1 个文件没有分类。请给每个文件选一项材料，用不着的请删除。")
    citizen.check_page()
    citizen.page.get_by_label("放到哪一项：报告.pdf").select_option(label="检查报告")
    citizen.press("分到选好的各项")
    citizen.holds("检查报告", "报告.pdf")
    citizen.holds("还没分类的文件")


def thick() -> FilePayload:
    """Return a report that takes its time on the way."""
    return papers.file(THICK, "application/pdf", papers.thick_report())


def test_how_far_a_large_file_is_can_be_seen_and_is_said_five_times_at_most(citizen: Applying) -> None:
    wire = citizen.page.context.new_cdp_session(citizen.page)
    wire.send("Network.enable")
    slow = {"offline": False, "latency": 20, "downloadThroughput": -1, "uploadThroughput": 2_000_000}
    wire.send("Network.emulateNetworkConditions", slow)
    row = citizen.material("检查报告")

    citizen.choose_files("检查报告", thick())

    bar = row.get_by_role("progressbar", name=re.compile(r"^正在上传 厚报告\.pdf，已传 \d+%$"))
    expect(bar).to_be_visible()
    citizen.axe()
    citizen.holds("检查报告", "厚报告.pdf")
    expect(bar).to_have_count(0)
    wire.detach()
    heard = citizen.page.evaluate("heard")
    assert heard[-1] == "厚报告.pdf 已上传"
    assert len(heard) <= 5, heard


WARNED = {
    "small": "这张照片太小",
    "dark": "照片太暗了",
    "blank": "这张照片上好像没有字",
    "blurred": "照片好像不清楚",
    "shaken": "照片好像不清楚",
    "cut": "纸张好像没有拍全",
    "glare": "照片上好像有反光",
}


def test_a_photo_that_may_be_unreadable_is_shown_with_advice_and_can_be_kept(citizen: Applying) -> None:
    cards, others = ["glare"], [how for how in WARNED if how != "glare"]
    for material, hows in (("检查报告", others), ("有效身份证件", cards)):
        photos = [papers.file(f"{how}.jpg", "image/jpeg", papers.poor_photo(how)) for how in hows]
        citizen.choose_files(material, *photos)
    citizen.holds("有效身份证件", "glare.jpg")
    citizen.holds("检查报告", *(f"{how}.jpg" for how in others))

    for how, said in WARNED.items():
        row = citizen.page.locator("li.file").filter(has_text=f"{how}.jpg")
        expect(row.get_by_text(said)).to_be_visible()
        expect(row.get_by_role("link", name=f"重拍或换一个 {how}.jpg")).to_be_visible()
    citizen.check_page()
    citizen.page.get_by_role("button", name="就用这张 cut.jpg").press("Enter")
    citizen.hears("“cut.jpg”就用这张")
    expect(citizen.page.get_by_text(WARNED["cut"])).to_have_count(0)
    expect(citizen.page.get_by_text(WARNED["dark"])).to_be_visible()
    citizen.focus_is_kept()


def test_a_huge_photo_is_made_smaller_before_it_travels(citizen: Applying) -> None:
    sent: list[int] = []
    citizen.page.on("request", lambda asked: sent.append(int(asked.headers.get("upload-length", 0))))

    citizen.choose_files("检查报告", papers.file("大照片.jpg", "image/jpeg", papers.photo()))

    citizen.holds("检查报告", "大照片.jpg")
    assert max(sent) < 0.8 * len(papers.photo())


def test_on_a_page_that_was_open_for_too_long_nothing_is_sent_in_vain_and_all_is_there_after_signing_in(
    citizen: Applying,
) -> None:
    citizen.choose_files("检查报告", jpeg("早上的"))
    citizen.holds("检查报告", "早上的.jpg")
    context = citizen.page.context
    session = context.cookies()
    context.clear_cookies()
    sent: list[int] = []
    citizen.page.on("request", lambda asked: sent.append(len(asked.post_data_buffer or b"")))

    citizen.choose_files("检查报告", jpeg("下午的"), thick())

    said = "您太久没有操作，已经退出，“{}”没有收下。请重新登录再传，之前传好的都在。"
    citizen.is_refused("检查报告", [said.format("下午的.jpg"), said.format(THICK)])
    assert max(sent) < 100_000, "a large file was sent although nobody could take it"
    context.add_cookies(session)  # type: ignore[arg-type]
    citizen.open_materials()
    citizen.holds("检查报告", "早上的.jpg")


@pytest.fixture
def wire(citizen: Applying, server: Server) -> Iterator[Wire]:
    """A wire to the server that can be cut, which the citizen uses."""
    laid = Wire(server.port)
    citizen.base = laid.base
    yield laid
    laid.close()


def loses_the_network(citizen: Applying, wire: Wire) -> None:
    """Begin to send a thick report; half of it arrives."""
    citizen.open_materials()
    wire.cut_after(3 << 19)
    citizen.choose_files("检查报告", thick())
    expect(citizen.material("检查报告").get_by_text("网络断了")).to_be_visible(timeout=40_000)


def test_an_upload_that_lost_the_network_goes_on_where_it_stopped(citizen: Applying, wire: Wire) -> None:
    loses_the_network(citizen, wire)

    again = citizen.material("检查报告").get_by_role("button", name=f"继续上传 {THICK}")
    citizen.hears("网络断了，“厚报告.pdf”已传")
    citizen.focus_is_kept()
    citizen.check_page()
    again.press("Enter")  # the network is still away
    expect(again).to_be_visible()
    wire.mend()
    again.press("Enter")
    citizen.focus_is_kept()
    citizen.holds("检查报告", "厚报告.pdf")
    citizen.hears("厚报告.pdf 已传 100%，正在检查", "厚报告.pdf 已上传")
    assert wire.sent < len(papers.thick_report()) - (1 << 20), "what had arrived was sent again"


def test_an_upload_goes_on_after_the_page_was_loaded_anew_when_the_same_file_is_chosen(
    citizen: Applying, wire: Wire
) -> None:
    loses_the_network(citizen, wire)
    wire.mend()
    citizen.open_materials()
    before = wire.sent

    citizen.choose_files("有效身份证件", thick())

    citizen.holds("有效身份证件", THICK)
    citizen.hears(f"{THICK} 已传 100%，正在检查", f"{THICK} 已上传")
    assert wire.sent - before < len(papers.thick_report()) - (1 << 20), "what had arrived was sent again"
    heard = [int(one) for said in citizen.page.evaluate("heard") for one in re.findall(r"已传 (\d+)%", said)]
    assert heard[0] == 0
    assert 40 < heard[1] < 100, heard
    assert heard[-1] == 100
    assert citizen.page.evaluate("Object.keys(localStorage)") == [], "what is done need not be remembered"


@pytest.mark.parametrize("at_home", ["phone"], indirect=True)  # nothing in it depends on the device
def test_who_gives_up_after_a_lost_network_can_go_on_with_other_files(citizen: Applying, wire: Wire) -> None:
    loses_the_network(citizen, wire)
    row = citizen.material("检查报告")
    row.get_by_role("button", name="不传了 厚报告.pdf").click(timeout=40_000)
    wire.mend()

    citizen.choose_files("检查报告", jpeg("薄报告"))

    citizen.holds("检查报告", "薄报告.jpg")
    expect(row.get_by_text("网络断了")).to_have_count(0)


def test_the_keyboard_alone_reaches_every_act_on_a_file(citizen: Applying) -> None:
    citizen.choose_files("检查报告", jpeg("甲"), jpeg("乙"))
    citizen.holds("检查报告", "甲.jpg", "乙.jpg")
    citizen.page.get_by_role("heading", name="检查报告").focus()

    reached = [pressed_tab(citizen.page) for _ in range(12)]

    wanted = ["查看", "向右转", "下移", "替换", "删除"]
    assert [f"{act} 甲.jpg" for act in wanted] == reached[:5]
    assert [f"{act} 乙.jpg" for act in ("查看", "向右转", "上移", "替换", "删除")] == reached[5:10]


def pressed_tab(page: Page) -> str:
    page.keyboard.press("Tab")
    name: str = page.evaluate("document.activeElement.innerText ?? ''")
    return " ".join(name.split())


def test_everything_about_files_works_without_javascript(plain: Applying) -> None:
    plain.begin_anew()
    plain.choose_files("检查报告", jpeg("甲"), jpeg("乙"), REPORT)
    plain.holds("检查报告", "甲.jpg", "乙.jpg", "报告.pdf")
    row = plain.material("检查报告")
    acts: list[Callable[[], None]] = [
        lambda: row.get_by_role("button", name="向右转 甲.jpg").click(),
        lambda: row.get_by_role("button", name="下移 甲.jpg").click(),
    ]
    for act in acts:
        act()
        plain.heading("上传材料")
    plain.holds("检查报告", "乙.jpg", "甲.jpg", "报告.pdf")
    row.get_by_role("link", name="替换 乙.jpg").click()
    plain.heading("用哪个文件替换“乙.jpg”？")
    plain.page.get_by_label("选照片或文件：乙.jpg").set_input_files([jpeg("丙")])
    plain.page.get_by_role("button", name=re.compile("^上传")).click()
    plain.holds("检查报告", "丙.jpg", "甲.jpg", "报告.pdf")
    row.get_by_role("link", name="删除 丙.jpg").click()
    plain.heading("要删除“丙.jpg”吗？")
    plain.press("删除 丙.jpg")
    plain.holds("检查报告", "甲.jpg", "报告.pdf")
    plain.choose_files("检查报告", papers.file("small.jpg", "image/jpeg", papers.poor_photo("small")))
    plain.press("就用这张 small.jpg")
    plain.holds("检查报告", "甲.jpg", "报告.pdf", "small.jpg")


def test_a_pile_is_sorted_without_javascript(plain: Applying) -> None:
    plain.begin_anew()
    sort_a_pile(plain)
