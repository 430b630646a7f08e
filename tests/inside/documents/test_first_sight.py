"""May a file be taken at first sight: by its content, never by its name alone."""

from collections.abc import Iterator

import pytest

from portal.core.web.uploads import Received
from portal.documents.check import IN_SHORT, REASONS, WARNINGS, at_first_sight, extension_of, sentence
from portal.documents.kinds import kind_of
from portal.regions.load import REGIONS
from tests.helpers.papers import encoded, page_image, pdf, received

JPEG, PNG, PDF = encoded(page_image()), encoded(page_image(), "PNG"), pdf()
ZIP = b"PK\x03\x04" + bytes(100)
HTML = b"<!doctype html><script>alert(1)</script>"
MEISHAN = REGIONS["meishan"]


@pytest.fixture(autouse=True)
def incoming() -> Iterator[list[Received]]:
    """Files in the incoming folder, taken away after the test."""
    made: list[Received] = []
    yield made
    for file in made:
        file.path.unlink()


def seen(made: list[Received], content: bytes, name: str) -> str:
    made.append(received(content, name))
    return at_first_sight(made[-1])


@pytest.mark.parametrize("name", ["照片.jpg", "photo.JPEG", "scan.png", "没有扩展名", "x.jfif", ""])
def test_a_photo_is_known_by_its_content_under_any_photos_name(incoming: list[Received], name: str) -> None:
    assert seen(incoming, JPEG, name) == ""
    assert seen(incoming, PNG, name) == ""


@pytest.mark.parametrize("name", ["报告.pdf", "报告.PDF", "报告", "报告.bin"])
def test_so_is_a_pdf(incoming: list[Received], name: str) -> None:
    assert seen(incoming, PDF, name) == ""
    assert seen(incoming, b"\r\n" + PDF, name) == ""


def test_a_pdf_under_a_photos_name_and_a_photo_under_a_pdfs_do_not_fit(incoming: list[Received]) -> None:
    assert seen(incoming, PDF, "照片.jpg") == "mismatch"
    assert seen(incoming, JPEG, "报告.pdf") == "mismatch"


@pytest.mark.parametrize("content", [ZIP, HTML, b"MZ\x90\x00", b"GIF89a" + bytes(50), b"just text"])
def test_something_else_under_a_photos_name_does_not_fit(incoming: list[Received], content: bytes) -> None:
    assert seen(incoming, content, "照片.jpg") == "mismatch"
    assert seen(incoming, content, "报告.pdf") == "mismatch"


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("病历.docx", ZIP, "office"),
        ("病历.wps", b"\xd0\xcf\x11\xe0", "office"),
        ("发票.ofd", ZIP, "office"),
        ("页面.html", HTML, "office"),
        ("视频.mp4", b"\x00\x00\x00\x18ftypmp42", "video"),
        ("图.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "type"),
        ("包.zip", ZIP, "type"),
        ("程序.jpg.exe", b"MZ", "type"),
    ],
)
def test_what_we_cannot_open_is_told_by_its_kind(
    incoming: list[Received], name: str, content: bytes, reason: str
) -> None:
    assert seen(incoming, content, name) == reason


def test_an_empty_file_and_one_that_is_too_big_are_told_so(incoming: list[Received]) -> None:
    incoming.append(received(JPEG, too_large=True))

    assert seen(incoming, b"", "照片.jpg") == "empty"
    assert at_first_sight(incoming[0]) == "too_big"


def test_a_page_that_mentions_a_pdf_is_not_one() -> None:
    assert kind_of(b"<html>%PDF-1.7") == ""
    assert kind_of(b" \n<html>%PDF-1.7") == ""
    assert kind_of(b"%PDF-1.7") == "PDF"
    assert kind_of(b"") == ""


def test_the_extension_is_what_stands_after_the_last_dot() -> None:
    assert extension_of("a.b.JPG") == "jpg"
    assert extension_of("没有") == ""


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_says_what_to_do_next(reason: str) -> None:
    said = sentence(reason, "照片.jpg", 26_000_000, MEISHAN)

    assert "照片.jpg" in said
    assert "{" not in said
    assert said.endswith("。")
    assert any(advice in said for advice in ("请", "不用再传"))


def test_a_reason_names_the_limits_of_the_city() -> None:
    assert "24.8 MB，超过了 20 MB" in sentence("too_big", "a.jpg", 26_000_000, MEISHAN)
    assert "150 MB" in sentence("too_much", "a.jpg", 1, MEISHAN)
    assert "已经传了 30 个" in sentence("too_many", "a.jpg", 1, MEISHAN)
    assert "没有名字的文件" in sentence("corrupt", "", 1, MEISHAN)


def test_a_name_with_braces_is_only_a_name() -> None:
    assert "{0}{name}.jpg" in sentence("corrupt", "{0}{name}.jpg", 1, MEISHAN)


def test_no_warning_forbids_anything() -> None:
    assert all("您也可以不换，直接交。" in warning for warning in WARNINGS.values())


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_has_a_short_form_for_the_reports(reason: str) -> None:
    assert IN_SHORT[reason]
