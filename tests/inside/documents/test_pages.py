"""Papers put in order: turned, moved, sorted from a pile, replaced; what is shown follows."""

from io import BytesIO

import pikepdf
import pytest
from PIL import Image

from portal.documents import keep, pages
from portal.documents.slots import PILE
from portal.documents.watermark import marked
from portal.regions.load import REGIONS
from tests.helpers.papers import encoded, page_image, pdf, received

MEISHAN = REGIONS["meishan"]
pytestmark = pytest.mark.usefixtures("empty_store")


async def take(name: str, slot: str = "identity", content: bytes = b"") -> keep.Document:
    """Take a file called *name* and return it."""
    file = received(content or encoded(page_image(900, 1200 + len(await keep.documents("case")))), name)
    try:
        assert await keep.take(file, case="case", slot=slot, by="somebody", region=MEISHAN) == ""
    finally:
        file.path.unlink()
    return next(one for one in await keep.documents("case") if one.name == name)


async def names(slot: str = "identity") -> list[str]:
    return [file.name for file in await keep.documents("case") if file.slot == slot]


def size(content: bytes) -> tuple[int, int]:
    return Image.open(BytesIO(content)).size


async def test_a_photo_is_turned_a_quarter_each_time_and_upright_again_after_four() -> None:
    photo = await take("a.jpg")
    before = await pages.content(photo)

    seen = []
    for _ in range(4):
        await pages.turn(photo)
        seen.append((await pages.quarters_of(photo), size(await pages.content(photo)), size(await pages.small(photo))))

    assert [quarters for quarters, _, _ in seen] == [1, 2, 3, 0]
    assert [whole for _, whole, _ in seen] == [(1200, 900), (900, 1200), (1200, 900), (900, 1200)]
    assert [little for _, _, little in seen] == [(320, 240), (240, 320), (320, 240), (240, 320)]
    assert await pages.content(photo) == before, "turning four times loses nothing"


async def test_what_was_on_top_is_on_the_right_after_one_turn() -> None:
    image = page_image(900, 1200)
    image.paste((255, 0, 0), (0, 0, 900, 200))
    photo = await take("a.jpg", content=encoded(image))

    await pages.turn(photo)

    shown = Image.open(BytesIO(await pages.picture(photo, 1)))
    red, green, blue = shown.getpixel((shown.width - 60, shown.height // 2))  # type: ignore[misc]
    assert red > 200
    assert green < 60
    assert blue < 60


async def test_all_pages_of_a_pdf_turn_and_its_pictures_with_them() -> None:
    report = await take("报告.pdf", content=pdf(2))
    upright = size(await pages.picture(report, 2))

    await pages.turn(report)

    with pikepdf.open(BytesIO(await pages.content(report))) as document:
        assert [int(page.get("/Rotate", 0)) for page in document.pages] == [90, 90]
    assert size(await pages.picture(report, 2)) == upright[::-1]
    assert size(await pages.picture(report, 2, further=1)) == upright
    with pytest.raises(IndexError):
        await pages.picture(report, 3)


async def test_one_page_turns_alone_and_everybody_sees_the_same() -> None:
    report = await take("报告.pdf", content=pdf(3))
    upright, small = size(await pages.picture(report, 2)), size(await pages.small(report))

    await pages.turn_page(report, 2)

    with pikepdf.open(BytesIO(await pages.content(report))) as document:
        assert [int(page.get("/Rotate", 0)) for page in document.pages] == [0, 90, 0]
    assert size(await pages.picture(report, 2)) == upright[::-1]
    assert size(await pages.picture(report, 2, further=1)) == upright, "whoever looks may turn further"
    assert [size(await pages.picture(report, number)) for number in (1, 3)] == [upright, upright]
    assert size(await pages.small(report)) == small
    await pages.turn(report)
    assert await pages.quarters_of_pages(report) == [1, 2, 1]
    for number in (0, 4):
        with pytest.raises(IndexError):
            await pages.turn_page(report, number)


async def test_turns_of_a_case_are_told_together() -> None:
    turned, other = await take("a.jpg"), await take("b.pdf", content=pdf(2))
    await pages.turn(turned)
    await pages.turn_page(other, 1)
    await pages.turn_page(other, 2)
    await pages.turn_page(other, 2)

    assert await pages.turns("case") == {turned.id: 1, other.id: 1}, "what counts is the page that is shown small"


async def test_a_copy_for_another_case_lies_as_the_first_did() -> None:
    report = await take("报告.pdf", content=pdf(2))
    await pages.turn(report)
    await pages.turn_page(report, 2)

    copied = await keep.copy(report, case="another", slot="identity")
    await pages.turn_alike(report.id, copied)

    (copy,) = await keep.documents("another")
    assert await pages.quarters_of_pages(copy) == [1, 2]


async def test_a_picture_is_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    report = await take("报告.pdf", content=pdf(2))
    await pages.turn_page(report, 2)
    seen = [await pages.picture(report, 2), await pages.small(report)]

    async def nobody_works(*_: object) -> None:
        raise AssertionError("it was made again")

    monkeypatch.setattr(pages, "run_apart", nobody_works)

    assert [await pages.picture(report, 2), await pages.small(report)] == seen


@pytest.mark.parametrize(
    ("which", "to", "order"),
    [
        ("a.jpg", 1, "b a c"),
        ("a.jpg", 2, "b c a"),
        ("c.jpg", 0, "c a b"),
        ("b.jpg", 99, "a c b"),
        ("a.jpg", 0, "a b c"),
    ],
)
async def test_a_file_moves_to_another_place_in_its_own_list_only(which: str, to: int, order: str) -> None:
    for name in ("a.jpg", "b.jpg"):
        await take(name)
    await take("other.jpg", slot="application_form")
    await take("c.jpg")
    file = next(one for one in await keep.documents("case") if one.name == which)

    await pages.put_at(file, to)

    assert await names() == [f"{name}.jpg" for name in order.split()]
    assert await names("application_form") == ["other.jpg"]


async def test_a_file_of_the_pile_becomes_the_last_of_its_material() -> None:
    await take("a.jpg")
    piled = await take("b.jpg", slot=PILE)
    await take("c.jpg")

    await pages.sort_into(piled, "identity")

    assert await names() == ["a.jpg", "c.jpg", "b.jpg"]
    assert await names(PILE) == []


async def test_a_replacement_stands_where_the_other_stood() -> None:
    old = await take("a.jpg")
    await take("b.jpg")
    new = await take("c.jpg")

    await pages.replace(old, new)

    assert await names() == ["c.jpg", "b.jpg"]


def test_a_watermark_is_all_over_the_picture_and_leaves_the_writing_legible() -> None:
    page = Image.new("RGB", (900, 1200), "white")
    page.paste((0, 0, 0), (100, 100, 800, 140))

    shown = Image.open(BytesIO(marked(encoded(page), "李审核 meishan-reviewer 2026-11-26 10:00"))).convert("L")

    for left in range(0, 900, 300):
        for top in range(200, 1200, 250):
            darkest, brightest = tones(shown.crop((left, top, left + 300, min(1200, top + 250))))
            assert darkest < 225, "a piece of the picture is without a mark"
            assert brightest > 240
    assert tones(shown.crop((120, 108, 780, 132)))[1] < 60
    assert tones(shown.crop((0, 200, 900, 1200)))[0] > 150


def tones(image: Image.Image) -> tuple[float, float]:
    """Return the darkest and the brightest tone of a grey picture."""
    darkest, brightest = image.getextrema()
    assert isinstance(darkest, int | float)
    assert isinstance(brightest, int | float)
    return darkest, brightest
