"""Files that are not taken, or not at once: on a phone, at a desktop and without script; each is named with what to do.

One citizen, one draft, three browsers that share the session: what is refused leaves nothing behind, so each of them
finds the draft as the one before has left it.
"""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from e2e import papers
from e2e.applying import WAYS, Applying, jpeg, three_ways
from e2e.chain import HIDDEN, Desk
from e2e.conftest import demonstration
from e2e.errors import finds_errors
from e2e.people import Citizen, Clerk
from e2e.server import Server, sql
from tests.helpers.scanner import EICAR, Scanner, running

MOST, WHOLE = 30, 150 << 20
FORM, REPORT, CARD = "门诊慢特病病种待遇认定申请表", "检查报告", "有效身份证件"
UNSAFE = "“病历.jpg”可能不安全，没有收下。请换一个文件，或者直接拍照。"


@pytest.fixture(scope="module")
def scanner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scanner]:
    """A virus scanner that can be stopped and started."""
    with running(tmp_path_factory.mktemp("clamd")) as made:
        yield made


@pytest.fixture(scope="module")
def server(first_day: Path, tmp_path_factory: pytest.TempPathFactory, scanner: Scanner) -> Iterator[Server]:
    """A demonstration of its own that asks the scanner about every file, and gives each two seconds to open."""
    settings = {"PORTAL_CLAMD": scanner.address, "PORTAL_DECODE_SECONDS": "2"}
    with demonstration(tmp_path_factory.mktemp("guarded") / "var", first_day, **settings) as made:
        yield made


@pytest.fixture(scope="module")
def people(browser: Browser, server: Server) -> Iterator[dict[str, Applying]]:
    """The citizen at each browser; the draft has one good file and a full material."""
    with three_ways(browser, server, "13800000101", begin) as made:
        yield made


def begin(citizen: Applying) -> None:
    """Begin a draft with one good file for the report and as many for the form as it takes."""
    citizen.begin_anew(form_way="download_fill_upload")
    send(citizen, "medical_records.exam_report", papers.small_photo())
    send(citizen, "application_form", *(papers.stamp(number) for number in range(6)))


def send(citizen: Applying, slot: str, *photos: bytes) -> None:
    """Send photos for a slot in one form, gone quickly."""
    applicant = citizen.applicant
    materials = f"{applicant.home}/materials"
    sent: dict[str, object] = {"csrf": dict(HIDDEN.findall(applicant.get(materials)))["csrf"]}
    sent |= {f"file{n}": papers.file(f"照片{n}.jpg", "image/jpeg", one) for n, one in enumerate(photos)}
    applicant.request.post(f"{applicant.base}{materials}/{slot}", multipart=sent)  # type: ignore[arg-type]


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest, people: dict[str, Applying]) -> Applying:
    """The citizen on a phone, at a desktop, and on a phone with JavaScript off."""
    return people[request.param]


# Each reason to refuse a file for what it is: name, content, sentence.
BAD: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "empty": ("空.jpg", lambda: b"", "“空.jpg”是空的，或者太小了，看不到内容。请重新选一个。"),
    "type": ("表.zip", lambda: b"PK\x03\x04", "“表.zip”这种文件我们打不开。请传照片或 PDF。"),
    "office": ("小结.docx", lambda: b"PK", "“小结.docx”是文档文件，我们打不开。请另存为 PDF，或者拍照上传。"),
    "video": ("录像.mp4", lambda: b"ftyp", "“录像.mp4”是视频。请拍照片上传，一页一张。"),
    "too_big": (
        "大.jpg",
        lambda: b"\xff\xd8\xff" + bytes(21 << 20),
        "“大.jpg”有 21.0 MB，超过了 20 MB。请重新拍一张，或者把图片缩小后再传。",
    ),
    "mismatch": ("报告.jpg", papers.report, "“报告.jpg”的名字和内容不一样，打不开。请重新拍照，或者重新导出 PDF。"),
    "password": ("加密.pdf", papers.locked_pdf, "“加密.pdf”有密码，我们打不开。请去掉密码再传，或者直接拍照上传。"),
    "corrupt": ("坏.jpg", lambda: b"\xff\xd8\xff" + b"?" * 999, "“坏.jpg”坏了，打不开。请重新拍照，或者重新导出 PDF。"),
    "pages": ("病史.pdf", papers.long_pdf, "“病史.pdf”的页数太多，最多 100 页。请只留和这个病有关的部分。"),
    "leaves": (
        "传真.tif",
        lambda: papers.faxed(61, (32, 32)),
        "“传真.tif”的页数太多，这种图片最多 60 页。请存成 PDF，或者分成几个文件再传。",
    ),
    "slow": (
        "扫描.tif",
        lambda: papers.faxed(40, (2480, 3508)),
        "“扫描.tif”太复杂，打开要太久。请拍照上传，一页一张。",
    ),
    "pixels": ("大图.png", papers.huge_picture, "“大图.png”的画面太大了。请把相机调成普通画质，重新拍一张。"),
    "duplicate": ("再一次.jpg", papers.small_photo, "“再一次.jpg”已经传过了，不用再传。"),
    "virus": ("病历.jpg", lambda: papers.small_photo("病历") + EICAR, UNSAFE),
}
SEEN_BY_THE_BROWSER = {"empty", "type", "office", "video", "too_big"}


@pytest.fixture(scope="module")
def bad(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A file on the disk for each reason."""
    folder = tmp_path_factory.mktemp("bad")
    made = {reason: folder / name for reason, (name, _, _) in BAD.items()}
    for reason, path in made.items():
        path.write_bytes(BAD[reason][1]())
    return made


def test_whatever_cannot_be_taken_is_named_with_the_reason_and_what_to_do_and_the_others_are_taken(
    way: Applying, people: dict[str, Applying], bad: dict[str, Path], tmp_path: Path
) -> None:
    who = next(name for name, one in people.items() if one is way)
    good, next_one = tmp_path / f"{who}.jpg", jpeg(f"{who} 下一张")
    good.write_bytes(papers.small_photo(who))
    sent: list[str] = []
    way.page.on("request", lambda asked: sent.append(asked.url) if asked.method == "POST" else None)
    way.open_materials()

    way.choose_files(REPORT, *bad.values(), good)

    way.is_refused(REPORT, [said for _, _, said in BAD.values()])
    expect(way.material(REPORT).get_by_role("link", name=f"查看 {who}.jpg")).to_be_visible()
    way.check_page()
    if way.script:
        way.hears(f"{who}.jpg 已上传")
        assert len(sent) == len(BAD) - len(SEEN_BY_THE_BROWSER) + 1, "what cannot be taken was sent all the same"
    way.choose_files(REPORT, next_one)
    expect(way.material(REPORT).get_by_role("link", name=f"查看 {who} 下一张.jpg")).to_be_visible()
    expect(way.material(REPORT).locator(".file-drop__line--wrong, .file--refused")).to_have_count(0)


def test_what_is_full_says_how_much_it_holds(way: Applying, people: dict[str, Applying], server: Server) -> None:
    draft = way.applicant.home.rpartition("/")[2]
    way.open_materials()

    way.choose_files(FORM, papers.file("第7页.png", "image/png", papers.stamp(99)))
    way.is_refused(FORM, ["这一项最多传 6 个文件。请先删掉用不着的，再传“第7页.png”。"])
    sql(server, "UPDATE document SET size = size + ? WHERE case_id = ? AND position = 1", WHOLE, draft)
    way.choose_files(CARD, jpeg("又一份"))
    way.is_refused(CARD, ["所有文件加起来超过了 150 MB。请先删掉用不着的，再传“又一份.jpg”。"])
    sql(server, "UPDATE document SET size = size - ? WHERE case_id = ? AND position = 1", WHOLE, draft)


@pytest.fixture(scope="module")
def filled_up(people: dict[str, Applying]) -> None:
    """The draft with as many files as an application holds."""
    send(people["phone"], "pile", *(papers.stamp(100 + number) for number in range(MOST)))


@pytest.mark.usefixtures("filled_up")
def test_an_application_takes_no_more_files_than_it_can_hold(way: Applying) -> None:
    way.open_materials()
    way.sees(f"一共传了 {MOST} 个文件")

    way.choose_files(CARD, jpeg("一份"))

    way.is_refused(CARD, [f"已经传了 {MOST} 个文件，不能再多了。请先删掉用不着的，再传“一份.jpg”。"])


def test_pressing_upload_without_a_file_says_what_to_do_first(people: dict[str, Applying]) -> None:
    page = people["phone"].page.context.new_page()  # the scripts did not arrive
    page.add_init_script("customElements.define = () => {}")
    citizen = Citizen(page, people["phone"].base)
    citizen.go(f"{people['phone'].applicant.home}/materials")

    citizen.material(REPORT).get_by_role("button", name=re.compile("^上传")).click()

    finds_errors(citizen, "还没有选文件。请先拍照或选文件，再点上传。")
    page.close()


# -- while nobody can look for viruses -----------------------------------------------------------


def work(server: Server, scanner: Scanner) -> None:
    """Start the scanner where it was before, and do at once what the worker does every minute."""
    Path(scanner.socket).unlink(missing_ok=True)
    scanner.start()
    settings = {"PORTAL_DATA": str(server.data), "PORTAL_CLAMD": scanner.address, "PORTAL_DEMO": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "portal", "work", "--once"],
        env={**os.environ, **settings, "PYTHONPATH": str(Path(__file__).parent.parent)},
        capture_output=True,
        check=False,
        timeout=100,
    )
    assert done.returncode == 0, done.stderr.decode()[-2000:]


def test_while_nobody_can_look_for_viruses_the_citizen_goes_on_the_desk_waits_and_what_is_found_is_said(
    people: dict[str, Applying], clerk: Clerk, server: Server, scanner: Scanner
) -> None:
    scanner.stop()
    phone, desktop = people["phone"], people["desktop"]
    phone.begin_anew()
    phone.choose_files(REPORT, jpeg("报告"))
    phone.holds(REPORT, "报告.jpg")
    expect(phone.material(REPORT).get_by_text("检查中", exact=True)).to_be_visible()
    phone.sees("正在做安全检查，您可以接着往下办。")
    phone.check_page()
    applicant = desktop.applicant = phone.applicant
    desktop.open_materials()
    desktop.choose_files(CARD, papers.file("病历.jpg", "image/jpeg", papers.small_photo("另一份") + EICAR))
    desktop.holds(CARD, "病历.jpg")
    desktop.check_page()
    for slot in ("diagnosis_certificate", "inpatient_record"):
        send(phone, f"medical_records.{slot}", papers.small_photo(slot))
    desktop.open_materials()
    desktop.press("下一步")
    desktop.heading("结果怎么给您")
    applicant.answer("delivery", "notify")
    number = applicant.submit("张丽")

    Desk(clerk).sign_in("meishan-reviewer")
    clerk.open(number)
    clerk.sees("这个文件还在做安全检查，检查完才能打开。请过几分钟再看。")
    expect(clerk.page.locator(".viewer").get_by_role("img")).to_have_count(0)
    work(server, scanner)
    clerk.open(number)
    clerk.sees("1 份不安全，已经删除")
    shown = clerk.page.get_by_role("region", name="文件内容").get_by_role("img")
    expect(shown).to_have_js_property("complete", True)
    assert shown.evaluate("one => one.naturalWidth") > 100
    clerk.check_page()

    applicant.post(f"/meishan/cases/{number}/take-back")
    phone.open_materials()
    phone.sees(UNSAFE)
    phone.check_page()
    phone.choose_files(CARD, jpeg("身份证"))
    phone.holds(CARD, "身份证.jpg")
    expect(phone.page.get_by_text(UNSAFE)).to_have_count(0)
