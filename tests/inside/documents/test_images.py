"""What becomes of a photo: upright, plain, without a trace of where and with what it was taken."""

from io import BytesIO
from typing import Any

import pytest
from PIL import Image, ImageDraw

from portal.documents.decode import (
    LONGEST_SIDE,
    SMALL_SIDE,
    Refused,
    clean_image,
    clean_pdf,
    page_picture,
    small_of,
    turned,
)
from portal.documents.kinds import kind_of
from tests.helpers.corpus.pictures import BLUE, GREEN, LYING, RED
from tests.helpers.papers import encoded, page_image, png_header


def opened(content: bytes) -> Image.Image:
    image = Image.open(BytesIO(content))
    image.load()
    return image


def corners() -> Image.Image:
    """Return an upright picture: red at the top left, green at the top right, blue at the bottom left."""
    image = Image.new("RGB", (800, 1000), "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 200, 200), fill=RED)
    draw.rectangle((600, 0, 800, 200), fill=GREEN)
    draw.rectangle((0, 800, 200, 1000), fill=BLUE)
    return image


def like(pixel: object, colour: tuple[int, int, int]) -> bool:
    assert isinstance(pixel, tuple)
    return all(abs(a - b) < 40 for a, b in zip(pixel, colour, strict=True))


@pytest.mark.parametrize("orientation", LYING)
def test_a_photo_comes_out_upright_and_without_exif_however_the_phone_was_held(orientation: int) -> None:
    how = LYING[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "Planted Phone"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (29.0, 34.0, 0.0)
    lying = corners().transpose(how) if how is not None else corners()

    clean = clean_image(encoded(lying, exif=exif), "JPEG")

    made = opened(clean.content)
    assert made.size == (800, 1000)
    assert like(made.getpixel((50, 50)), RED)
    assert like(made.getpixel((750, 50)), GREEN)
    assert like(made.getpixel((50, 950)), BLUE)
    assert not made.getexif()
    assert b"Exif" not in clean.content
    assert b"Planted" not in clean.content


def test_nothing_comes_along_behind_a_picture_or_in_its_comments() -> None:
    content = encoded(page_image(), comment=b"planted comment") + b"PK\x03\x04 planted <script>alert(1)</script>"

    clean = clean_image(content, "JPEG")

    assert b"planted" not in clean.content
    assert b"<script>" not in clean.small


def test_text_in_a_png_does_not_come_along() -> None:
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_text("Comment", "planted")

    assert b"planted" not in clean_image(encoded(page_image(), "PNG", pnginfo=info), "PNG").content


@pytest.mark.parametrize("mode", ["RGBA", "LA", "PA"])
def test_what_was_transparent_becomes_white_paper(mode: str) -> None:
    image = page_image(mode="RGBA")
    image.putalpha(Image.new("L", image.size, 0))
    image.paste((0, 0, 0, 255), (100, 100, 500, 500))

    made = opened(clean_image(encoded(image.convert(mode) if mode != "PA" else image.quantize(), "PNG"), "PNG").content)

    assert made.mode == "RGB"
    assert like(made.getpixel((700, 1000)), (255, 255, 255))
    assert like(made.getpixel((300, 300)), (0, 0, 0))


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "I;16"])
def test_a_scan_of_any_depth_keeps_black_on_white(mode: str) -> None:
    image = page_image().convert("L")
    scan = image.point(lambda value: value * 257, "I").convert("I;16") if mode == "I;16" else image.convert(mode)

    clean = clean_image(encoded(scan, "PNG"), "PNG")

    made = opened(clean.content)
    assert like(made.getpixel((200, 10)), (0, 0, 0))
    assert like(made.getpixel((10, 10)), (255, 255, 255))
    assert clean.warnings == []


def test_grey_of_a_deep_scan_stays_grey() -> None:
    scan = Image.new("I;16", (800, 800), 32768)

    made = opened(clean_image(encoded(scan, "PNG"), "PNG").content)

    assert like(made.getpixel((400, 400)), (128, 128, 128))


@pytest.mark.parametrize("mode", ["CMYK", "L"])
def test_a_jpeg_of_any_colours_is_taken(mode: str) -> None:
    made = opened(clean_image(encoded(page_image(mode="RGB").convert(mode)), "JPEG").content)

    assert made.mode == "RGB"
    assert like(made.getpixel((10, 10)), (255, 255, 255))


def test_a_huge_photo_is_made_smaller_and_gets_a_small_picture() -> None:
    clean = clean_image(encoded(page_image(3000, 4000)), "JPEG")

    assert opened(clean.content).size == (LONGEST_SIDE * 3 // 4, LONGEST_SIDE)
    assert max(opened(clean.small).size) == SMALL_SIDE
    assert (clean.kind, clean.pages, clean.warnings) == ("image", 1, [])


def reason(content: bytes, kind: str) -> str:
    with pytest.raises(Refused) as refused:
        clean_image(content, kind)
    return str(refused.value)


@pytest.mark.parametrize("size", [(60_000, 60_000), (11_000, 11_000), (120_000_001, 16)])
def test_a_picture_of_too_many_pixels_is_refused_before_it_is_unpacked(size: tuple[int, ...]) -> None:
    content = png_header(*size)

    assert len(content) < 1500
    assert reason(content, "PNG") == "pixels"


def test_a_picture_of_a_few_pixels_is_no_page() -> None:
    assert reason(encoded(page_image(15, 400)), "JPEG") == "empty"
    assert reason(encoded(page_image(400, 15), "PNG"), "PNG") == "empty"


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_half_a_picture_is_told_to_be_broken(kind: str) -> None:
    content = encoded(page_image(), kind)

    assert reason(content[: len(content) // 2], kind) == "corrupt"
    assert reason(content[:60], kind) == "corrupt"


def test_a_png_is_not_opened_as_a_jpeg() -> None:
    assert reason(encoded(page_image(), "PNG"), "JPEG") == "corrupt"


@pytest.mark.parametrize(
    ("image", "warned"),
    [
        (page_image(), []),
        (page_image(500, 900), ["small"]),
        (Image.new("RGB", (900, 1200), (12, 12, 12)), ["dark"]),
        (Image.new("RGB", (900, 1200), (250, 250, 250)), ["blank"]),
        (Image.new("RGB", (300, 300), "white"), ["small", "blank"]),
    ],
)
def test_a_photo_that_may_be_hard_to_read_is_warned_about_and_taken(image: Image.Image, warned: list[str]) -> None:
    assert clean_image(encoded(image), "JPEG").warnings == warned


def test_a_photo_can_be_turned_a_quarter_to_the_right() -> None:
    made = opened(turned(encoded(corners(), quality=95)))

    assert made.size == (1000, 800)
    assert like(made.getpixel((950, 50)), RED)
    assert max(opened(small_of(encoded(corners()))).size) == SMALL_SIDE


# -- what phones and scanners make besides ---------------------------------------------------------

HOW: dict[str, dict[str, Any]] = {
    "WEBP": {"quality": 90},
    "TIFF": {"compression": "jpeg", "quality": 95},
    "AVIF": {"speed": 10, "quality": 90},
}


def lying(kind: str, orientation: int, *, in_the_box: bool = True) -> bytes:
    """Return `corners` as a camera writes it that is held so; of HEIC in its boxes, or only in its EXIF."""
    how = LYING[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    image = corners() if kind != "HEIF" else corners().resize((160, 200))  # its encoder is slow
    image = image.transpose(how) if how is not None else image
    return encoded(image, kind, exif=exif.tobytes() if in_the_box else exif, **HOW.get(kind, {}))


@pytest.mark.parametrize("orientation", LYING)
@pytest.mark.parametrize("kind", ["WEBP", "TIFF", "AVIF", "PNG"])
def test_photos_of_every_kind_come_out_upright(kind: str, orientation: int) -> None:
    upright(clean_image(lying(kind, orientation), kind).content)


@pytest.mark.parametrize("in_the_box", [True, False])
@pytest.mark.parametrize("orientation", LYING)
def test_a_photo_of_an_iphone_comes_out_upright(orientation: int, in_the_box: bool) -> None:
    content = lying("HEIF", orientation, in_the_box=in_the_box)
    assert kind_of(content) == "HEIF"
    assert any(box in content for box in (b"irot", b"imir")) is (in_the_box and orientation > 1)

    upright(clean_image(content, "HEIF").content, (160, 200))


def upright(content: bytes, size: tuple[int, int] = (800, 1000)) -> None:
    made = opened(content)
    width, height = size
    assert made.format == "JPEG"
    assert made.size == size
    assert like(made.getpixel((width // 16, height // 20)), RED)
    assert like(made.getpixel((width - width // 16, height // 20)), GREEN)
    assert like(made.getpixel((width // 16, height - height // 20)), BLUE)
    assert not made.getexif()


def test_of_a_photo_with_its_preview_behind_it_the_photo_is_taken() -> None:
    both = encoded(corners(), "MPO", save_all=True, append_images=[Image.new("RGB", (200, 250), "black")])

    upright(clean_image(both, "JPEG").content)


@pytest.mark.parametrize("mode", ["1", "L", "RGB", "P"])
def test_a_bitmap_is_taken(mode: str) -> None:
    made = opened(clean_image(encoded(page_image().convert(mode), "BMP"), "BMP").content)

    assert made.size == (900, 1200)
    assert like(made.getpixel((200, 10)), (0, 0, 0))


@pytest.mark.parametrize("how", [{"compression": "group4"}, {"compression": "tiff_lzw"}, {"big_tiff": True}])
def test_a_scan_of_three_pages_becomes_a_pdf_of_three_pages(how: dict[str, bool] | dict[str, str]) -> None:
    pages = [page_image(900, 1200 + 10 * number).convert("1") for number in range(3)]
    content = encoded(pages[0], "TIFF", save_all=True, append_images=pages[1:], **how)

    clean = clean_image(content, "TIFF")

    assert (kind_of(content), clean.kind, clean.pages) == ("TIFF", "pdf", 3)
    assert clean_pdf(clean.content).pages == 3
    shown = opened(page_picture(clean.content, 1))
    assert like(shown.getpixel((shown.width // 4, 8)), (0, 0, 0))
    assert like(shown.getpixel((8, 8)), (255, 255, 255))


def test_a_scan_of_more_pages_than_can_be_unpacked_is_told_so() -> None:
    page = page_image(40, 60).convert("1")

    assert reason(encoded(page, "TIFF", save_all=True, append_images=[page] * 60), "TIFF") == "leaves"
    assert clean_image(encoded(page, "TIFF", save_all=True, append_images=[page] * 59), "TIFF").pages == 60


@pytest.mark.parametrize("kind", ["HEIF", "AVIF", "WEBP", "TIFF", "BMP"])
def test_half_a_picture_of_any_kind_is_told_to_be_broken(kind: str) -> None:
    content = encoded(corners().resize((160, 200)), kind)

    assert reason(content[: len(content) // 2], kind) == "corrupt"


def test_a_moving_picture_gives_its_first() -> None:
    moving = encoded(corners(), "WEBP", save_all=True, append_images=[Image.new("RGB", (800, 1000))], quality=90)

    upright(clean_image(moving, "WEBP").content)
