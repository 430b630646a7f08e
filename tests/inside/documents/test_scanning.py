"""A virus is refused at the door, or found later and taken away; the desk opens nothing before somebody has looked."""

import pytest

from portal.core.store import storage
from portal.documents import keep
from portal.documents.scanning import scan_waiting, unsafe
from portal.regions.load import REGIONS
from tests.helpers.changes import ChangeSettings
from tests.helpers.papers import encoded, page_image, pdf, received
from tests.helpers.scanner import EICAR, Scanner

MEISHAN = REGIONS["meishan"]
NOWHERE = "127.0.0.1:1"
pytestmark = pytest.mark.usefixtures("empty_store")


def page(number: int = 0) -> bytes:
    return encoded(page_image(900, 1200 + number))


async def take(content: bytes, filename: str = "照片.jpg", slot: str = "identity") -> str:
    file = received(content, filename)
    try:
        return await keep.take(file, case="case", slot=slot, by="somebody", region=MEISHAN)
    finally:
        file.path.unlink()


async def stored() -> list[str]:
    return sorted([name.partition("/")[2] async for name in storage.names()])


async def test_a_virus_is_refused_whatever_it_travels_in(scanner: Scanner, settings: ChangeSettings) -> None:
    settings(clamd=scanner.address)

    assert await take(page() + EICAR) == "virus"
    assert await take(pdf() + b"\n%" + EICAR, "报告.pdf") == "virus"
    assert await take(page()) == ""
    assert [file.state for file in await keep.documents("case")] == ["ok"]
    assert await stored() == ["clean", "small"]


async def test_without_an_answer_the_file_is_taken_and_waits(settings: ChangeSettings) -> None:
    settings(clamd=NOWHERE)

    assert await take(page()) == ""

    (file,) = await keep.documents("case")
    assert file.checking
    assert await stored() == ["clean", "original", "small"]
    assert await storage.get(f"{file.id}/original") == page()
    assert await take(page()) == "duplicate"


async def test_while_nobody_can_be_asked_it_goes_on_waiting(settings: ChangeSettings) -> None:
    settings(clamd=NOWHERE)
    await take(page())

    await scan_waiting()

    assert [file.checking for file in await keep.documents("case")] == [True]


async def test_looked_at_later_and_found_clean_it_is_a_file_like_any_other(
    scanner: Scanner, settings: ChangeSettings
) -> None:
    settings(clamd=NOWHERE)
    await take(page())
    settings(clamd=scanner.address)

    await scan_waiting()

    assert [file.state for file in await keep.documents("case")] == ["ok"]
    assert await stored() == ["clean", "small"]
    assert await unsafe("case") == []


async def test_a_virus_that_is_found_later_takes_the_file_away_and_is_told_until_another_came(
    scanner: Scanner, settings: ChangeSettings
) -> None:
    settings(clamd=NOWHERE)
    await take(page() + EICAR, "病历.jpg")
    await take(page(1), slot="medical_records.exam_report")
    (bad, _) = await keep.documents("case")
    settings(clamd=scanner.address)

    await scan_waiting()

    assert [file.slot for file in await keep.documents("case")] == ["medical_records.exam_report"]
    assert await keep.document(bad.id) is None
    assert [file.name for file in await unsafe("case")] == ["病历.jpg"]
    assert not [name async for name in storage.names(bad.id)]
    assert (await keep.used("case"))[0] == 1
    assert await take(page() + EICAR) == "virus"
    assert await take(page(2)) == ""
    assert await unsafe("case") == []


async def test_when_the_scanner_was_taken_out_of_the_settings_nothing_waits_for_it(settings: ChangeSettings) -> None:
    settings(clamd=NOWHERE)
    await take(page())
    settings(clamd="")

    await scan_waiting()

    assert [file.state for file in await keep.documents("case")] == ["ok"]


async def test_a_deleted_draft_takes_what_is_told_of_it_along(scanner: Scanner, settings: ChangeSettings) -> None:
    settings(clamd=NOWHERE)
    await take(page() + EICAR)
    settings(clamd=scanner.address)
    await scan_waiting()

    await keep.erase_case("case")

    assert await unsafe("case") == []
