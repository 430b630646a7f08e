"""The files of a case: taken once, within the limits, sealed on the disk, gone when they are removed."""

import asyncio
import os
from datetime import timedelta
from pathlib import Path

import pikepdf
import pytest

from portal.core.store import storage
from portal.core.store.database import fetch_value
from portal.core.tools import clock
from portal.documents import keep, pages
from portal.documents.check import check
from portal.regions.load import REGIONS, Region
from tests.helpers import papers
from tests.helpers.changes import amended
from tests.helpers.papers import encoded, page_image, pdf, png_header, received

MEISHAN = REGIONS["meishan"]
pytestmark = pytest.mark.usefixtures("empty_store")


def page(number: int = 0) -> bytes:
    return encoded(page_image(900, 1200 + number))


def allowing(**limits: int) -> Region:
    """Return 眉山 with other limits."""
    return amended(MEISHAN, uploads=limits)


async def take(content: bytes, filename: str = "照片.jpg", case: str = "case", region: Region = MEISHAN) -> str:
    file = received(content, filename)
    try:
        return await keep.take(file, case=case, slot="identity", by="somebody", region=region)
    finally:
        file.path.unlink()


async def the_file(case: str = "case") -> keep.Document:
    (document,) = await keep.documents(case)
    return document


async def names() -> list[str]:
    return sorted([name async for name in storage.names()])


async def test_a_photo_is_kept_under_its_name_with_what_may_be_wrong_with_it() -> None:
    reason = await take(encoded(page_image(500, 800)), "诊断 “证明”.png")

    document = await the_file()
    assert reason == ""
    assert (document.name, document.filename) == ("诊断 “证明”.png", "诊断 “证明”.jpg")
    assert (document.kind, document.pages, document.warnings) == ("image", 1, ("small",))


async def test_a_warned_photo_can_be_kept_as_it_is() -> None:
    await take(encoded(page_image(500, 800)))

    await keep.keep_as_is(await the_file())

    assert (await the_file()).warnings == ()


async def test_a_pdf_of_three_pages_shows_each_of_them() -> None:
    await take(pdf(3), "报告.pdf")
    document = await the_file()

    first, third = await pages.picture(document, 1), await pages.picture(document, 3)

    assert (document.kind, document.pages, document.filename) == ("pdf", 3, "报告.pdf")
    assert first.startswith(b"\xff\xd8\xff")
    assert third.startswith(b"\xff\xd8\xff")
    assert f"{document.id}/page-3" in await names()
    assert await pages.picture(document, 3) == third
    for number in (0, 4, -1, 10**30):
        with pytest.raises(IndexError):
            await pages.picture(document, number)


async def test_the_page_of_a_photo_is_the_photo() -> None:
    await take(page())
    document = await the_file()

    assert await pages.picture(document, 1) == await keep.content(document)
    assert await keep.small(document) != await keep.content(document)


@pytest.mark.parametrize(
    ("content", "filename", "reason"),
    [
        (pdf(1, encryption=pikepdf.Encryption(user="secret", owner="secret")), "报告.pdf", "password"),
        (png_header(60_000, 60_000), "照片.png", "pixels"),
        (page()[:5000], "照片.jpg", "corrupt"),
        (pdf(101), "报告.pdf", "pages"),
        (pdf(), "照片.jpg", "mismatch"),
        (b"", "照片.jpg", "empty"),
        (encoded(page_image(10, 10)), "照片.jpg", "empty"),
        (b"PK\x03\x04", "病历.docx", "office"),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)
async def test_what_cannot_be_taken_leaves_nothing_behind(content: bytes, filename: str, reason: str) -> None:
    assert await take(content, filename) == reason

    assert await keep.documents("case") == []
    assert await names() == []


async def test_a_picture_that_says_it_is_enormous_does_no_harm() -> None:
    file = received(png_header(10_000, 11_000), "照片.png")

    verdict = await check(file)

    file.path.unlink()
    assert verdict.reason == "corrupt"


async def test_the_same_file_is_noticed_under_any_name_but_not_in_another_case() -> None:
    await take(page())

    assert await take(page(), "另一个名字.jpg") == "duplicate"
    assert await take(page(), case="another case") == ""
    assert await keep.used("case") == (1, len(page()))


async def test_one_file_more_than_the_city_allows_is_too_many() -> None:
    region = allowing(max_files_per_case=2)

    assert [await take(page(number), region=region) for number in range(3)] == ["", "", "too_many"]


async def test_one_byte_more_than_the_city_allows_is_too_much() -> None:
    region = allowing(max_total_mib=1)
    big = encoded(page_image(2000, 2000), "PNG", compress_level=0)
    assert len(big) > 1 << 20

    assert await take(big, region=region) == "too_much"
    assert await take(page(), region=region) == ""


async def test_files_that_come_at_once_do_not_slip_past_the_limit() -> None:
    region = allowing(max_files_per_case=2)

    reasons = await asyncio.gather(*(take(page(number), region=region) for number in range(4)))

    assert sorted(reasons) == ["", "", "too_many", "too_many"]
    assert len(await keep.documents("case")) == 2


async def test_the_same_file_sent_twice_at_once_is_kept_once() -> None:
    reasons = await asyncio.gather(take(page()), take(page()))

    assert sorted(reasons) == ["", "duplicate"]
    assert len({name.partition("/")[0] for name in await names()}) == 1


async def test_files_stand_in_the_order_they_came() -> None:
    for number in range(3):
        await take(page(number), f"{number}.jpg")

    assert [document.name for document in await keep.documents("case")] == ["0.jpg", "1.jpg", "2.jpg"]


async def test_a_removed_file_is_gone_at_once_and_its_content_after_the_sweep() -> None:
    await take(page())
    document = await the_file()

    await keep.remove(document)
    gone_at_once = (await keep.documents("case"), await keep.document(document.id))
    await keep.sweep()
    still = await names()
    clock.shift(timedelta(hours=1, seconds=1))
    await keep.sweep()

    assert gone_at_once == ([], None)
    assert len(still) == 2
    assert await names() == []
    assert await fetch_value("SELECT count(*) FROM document") == 0


async def test_what_was_removed_may_be_sent_again() -> None:
    await take(page())
    await keep.remove(await the_file())

    assert await take(page()) == ""


async def test_all_files_of_a_deleted_draft_go() -> None:
    for number in range(2):
        await take(page(number))
    await take(page(), case="another case")

    await keep.erase_case("case")

    assert await keep.documents("case") == []
    assert len(await keep.documents("another case")) == 1


async def test_what_was_stored_but_never_got_its_row_is_swept_away(machine_clock: None) -> None:
    await take(page())
    await storage.put(**{"killed-before-its-row/clean": b"half a thing", "letters/of-a-case": b"a letter"})

    await keep.sweep()
    young = await names()
    clock.shift(timedelta(hours=1, minutes=1))
    await keep.sweep()

    assert "killed-before-its-row/clean" in young
    assert "killed-before-its-row/clean" not in await names()
    assert "letters/of-a-case" in await names()
    assert await keep.content(await the_file())


async def test_what_a_killed_process_left_while_receiving_is_swept_away() -> None:
    left = received(page())
    os.utime(left.path, (0, 0))

    await keep.sweep()

    assert not left.path.exists()


async def test_nothing_stands_in_the_open_on_the_disk(files: Path) -> None:
    await take(pdf(1, papers.rooted(Info="planted marker 张丽")), "张丽的报告.pdf")
    await take(page())

    stored = [path for path in files.rglob("*") if path.is_file()]
    assert len(stored) == 4
    for path in stored:
        content = path.read_bytes()
        assert not content.startswith((b"%PDF", b"\xff\xd8"))
        assert not any(mark in content for mark in (b"planted", b"%PDF", b"JFIF", "张丽".encode()))
        assert "张丽" not in str(path)


async def test_the_name_a_file_came_with_is_sealed() -> None:
    await take(page(), "张丽 糖尿病.jpg")

    kept = bytes(await fetch_value("SELECT name FROM document"))
    assert "张丽".encode() not in kept
    assert "糖尿病".encode() not in kept


async def test_a_sealed_file_moved_to_another_name_does_not_open(files: Path) -> None:
    from cryptography.exceptions import InvalidTag

    await take(page())
    document = await the_file()
    (files / document.id / "small").write_bytes((files / document.id / "clean").read_bytes())

    with pytest.raises(InvalidTag):
        await keep.small(document)
