"""Pictures of the corpus: every format in every position a phone can be held, and the depths scanners make."""

import struct
import zlib
from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import Any

from PIL import Image, ImageCms, ImageDraw
from PIL.PngImagePlugin import PngInfo

from tests.helpers.papers import encoded, page_image

T = Image.Transpose
# How a camera that is held so has the pixels lie, for each value of EXIF's orientation.
LYING = {
    1: None,
    2: T.FLIP_LEFT_RIGHT,
    3: T.ROTATE_180,
    4: T.FLIP_TOP_BOTTOM,
    5: T.TRANSPOSE,
    6: T.ROTATE_90,
    7: T.TRANSVERSE,
    8: T.ROTATE_270,
}
RED, GREEN, BLUE = (220, 20, 20), (20, 180, 20), (20, 20, 220)
ORIENTED: dict[str, tuple[str, dict[str, Any], bool]] = {
    "jpg": ("JPEG", {}, False),
    "png": ("PNG", {"compress_level": 1}, False),
    "webp": ("WEBP", {"quality": 80, "method": 0}, False),
    "tif": ("TIFF", {"compression": "jpeg", "quality": 90}, False),
    "avif": ("AVIF", {"speed": 10, "quality": 80}, False),
    "mpo": ("MPO", {"save_all": True}, False),
    "heic": ("HEIF", {"quality": 60}, True),
    "exif-only.heic": ("HEIF", {"quality": 60}, True),
}


@cache
def corners(small: bool = False) -> Image.Image:
    """Return an upright picture: red at the top left, green at the top right, blue at the bottom left."""
    image = Image.new("RGB", (720, 900), "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 180, 180), fill=RED)
    draw.rectangle((540, 0, 720, 180), fill=GREEN)
    draw.rectangle((0, 720, 180, 900), fill=BLUE)
    return image.resize((160, 200)) if small else image


def held(kind: str, orientation: int, how: dict[str, Any], small: bool, bare: bool) -> bytes:
    """Return `corners` as a phone held so would write it, with a place and a maker in its EXIF.

    With *bare* only the EXIF of a HEIC says how it was held, and not its boxes.
    """
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "Planted Phone"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (29.0, 34.0, 0.0)
    image = corners(small)
    turn = LYING[orientation]
    image = image.transpose(turn) if turn is not None else image
    more = {"append_images": [image.resize((64, 64))]} if kind == "MPO" else {}
    return encoded(image, kind, exif=exif if bare or kind != "HEIF" else exif.tobytes(), **how, **more)


def papers() -> Iterator[dict[str, Any]]:
    """Yield the fields of each picture."""
    for name, (kind, how, small) in ORIENTED.items():
        for orientation in LYING:
            yield {
                "name": f"held-{orientation}.{name}",
                "make": partial(held, kind, orientation, how, small, name.startswith("exif")),
                "upright": True,
                "warnings": ("small",) if small else (),
            }
    for name, make in {**DEPTHS, **NAMES, **BEHIND}.items():
        yield {"name": name, "make": make}
    for name, (make, warnings) in WARNED.items():
        yield {"name": name, "make": make, "warnings": warnings}
    for name, (make, pages) in LEAVES.items():
        yield {"name": name, "make": make, "pages": pages}


def page(mode: str = "RGB", number: int = 0) -> Image.Image:
    """Return a readable page in *mode*, another one for each *number*."""
    return _with_margin(page_image(720, 900 + 10 * number)).convert(mode)


def _with_margin(image: Image.Image) -> Image.Image:
    whole = Image.new("RGB", (image.width + 40, image.height + 40), "white")
    whole.paste(image, (20, 20))
    return whole


def made(kind: str, mode: str = "RGB", number: int = 0, **how: Any) -> Callable[[], bytes]:
    """Return what makes a page in *mode* as a file of *kind*."""
    return lambda: encoded(page(mode, number), kind, **how)


def deep(mode: str = "I;16") -> Image.Image:
    """Return a page with 16 bits of grey."""
    return page("L").point(lambda value: value * 257, "I").convert(mode)


def deep_colours() -> bytes:
    """Return a PNG with 16 bits of each colour, which Pillow can read but not write."""
    image = page("RGB")
    width, height = image.size
    rows = image.tobytes()
    wide = b"".join(
        b"\0" + bytes(value for one in rows[at : at + 3 * width] for value in (one, one))
        for at in range(0, 3 * width * height, 3 * width)
    )

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 16, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(wide, 1)) + chunk(b"IEND", b"")


def see_through(kind: str, **how: Any) -> Callable[[], bytes]:
    """Return what makes a page of *kind* that is transparent where it is white."""

    def make() -> bytes:
        image = page("RGBA")
        image.putalpha(page("L").point(lambda value: 255 - value))
        return encoded(image, kind, **how)

    return make


def several(kind: str, count: int = 3, mode: str = "RGB", **how: Any) -> Callable[[], bytes]:
    """Return what makes a file of *count* pictures."""

    def make() -> bytes:
        size = page().size if kind != "TIFF" else None  # only a TIFF's pages may differ in size
        first, *rest = (page(mode, number) for number in range(count))
        rest = [one.resize(size) for one in rest] if size else rest
        return encoded(first, kind, save_all=True, append_images=rest, **how)

    return make


def as_brand(brand: bytes) -> Callable[[], bytes]:
    """Return what makes a HEIC that calls itself *brand* first."""

    def make() -> bytes:
        content = encoded(corners(small=True), "HEIF")
        return content[:8] + brand + content[12:]

    return make


def profile() -> bytes:
    """Return an ICC profile."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def commented() -> bytes:
    """Return a PNG with texts in it."""
    info = PngInfo()
    info.add_text("Comment", "planted", zip=True)
    info.add_itxt("XML:com.adobe.xmp", "<planted/>")
    return encoded(page(number=4), "PNG", pnginfo=info)


def large_photo() -> bytes:
    """Return a photo of twelve megapixels."""
    return encoded(page().resize((3024, 4032)), "JPEG", quality=60)


DEPTHS: dict[str, Callable[[], bytes]] = {
    "grey.jpg": made("JPEG", "L"),
    "printers-colours.jpg": made("JPEG", "CMYK"),
    "progressive.jpg": made("JPEG", progressive=True),
    "best.jpg": made("JPEG", quality=100, subsampling=0),
    "with-profile.jpg": lambda: encoded(page(number=1), "JPEG", icc_profile=profile()),
    "twelve-megapixels.jpg": large_photo,
    "black-and-white.png": made("PNG", "1"),
    "grey.png": made("PNG", "L"),
    "few-colours.png": made("PNG", "P"),
    "sixteen-bits.png": lambda: encoded(deep(), "PNG"),
    "sixteen-bits-of-colours.png": deep_colours,
    "see-through.png": see_through("PNG"),
    "see-through-grey.png": lambda: encoded(page("LA"), "PNG"),
    "one-picture.gif.png": made("PNG", "P", 2),
    "black-and-white.bmp": made("BMP", "1"),
    "grey.bmp": made("BMP", "L"),
    "colours.bmp": made("BMP"),
    "fax.tif": made("TIFF", "1", compression="group4"),
    "old-fax.tif": made("TIFF", "1", compression="group3"),
    "lzw.tif": made("TIFF", compression="tiff_lzw"),
    "deflated.tif": made("TIFF", "L", compression="tiff_adobe_deflate"),
    "raw.tiff": made("TIFF", "L"),
    "large-offsets.tif": made("TIFF", "L", big_tiff=True, compression="tiff_lzw"),
    "printers-colours.tif": made("TIFF", "CMYK", compression="tiff_lzw"),
    "sixteen-bits.tif": lambda: encoded(deep(), "TIFF", compression="tiff_lzw"),
    "see-through.tif": see_through("TIFF", compression="tiff_lzw"),
    "lossless.webp": made("WEBP", lossless=True, method=0),
    "see-through.webp": see_through("WEBP", quality=80, method=0),
    "moving.webp": several("WEBP", quality=80, method=0),
    "grey.avif": made("AVIF", "L", speed=10),
    "see-through.avif": see_through("AVIF", speed=10),
    "moving.avif": several("AVIF", 2, speed=10),
}
NAMES: dict[str, Callable[[], bytes]] = {
    "没有扩展名": made("JPEG", number=1),
    "身份证 正面（张丽）.JPG": made("JPEG", number=2),
    "screenshot.png.jpg": made("PNG", number=3),
    "really-a-webp.png": made("WEBP", number=1, method=0),
    "really-a-jpeg.heic": made("JPEG", number=3),
    "really-a-png.tif": made("PNG", number=5),
    "really-a-jpeg.bin": made("JPEG", number=5),
    "bold <b> & co.jpg": made("JPEG", number=6),
}
BEHIND: dict[str, Callable[[], bytes]] = {
    "comment.jpg": made("JPEG", number=7, comment=b"planted comment"),
    "texts.png": commented,
    "zip-behind.jpg": lambda: encoded(page(number=8), "JPEG") + b"PK\x03\x04planted" + bytes(200),
    "script-behind.png": lambda: encoded(page(number=9), "PNG") + b"<script>alert('planted')</script>",
    "pdf-behind.jpg": lambda: encoded(page(number=10), "JPEG") + b"%PDF-1.7 planted",
    "program-in-a-comment.jpg": made("JPEG", number=11, comment=b"MZ\x90 planted <?php planted ?>"),
}
WARNED: dict[str, tuple[Callable[[], bytes], tuple[str, ...]]] = {
    "grey.heic": (lambda: encoded(corners(small=True).convert("L"), "HEIF"), ("small",)),
    "brand-mif1.heic": (as_brand(b"mif1"), ("small",)),
    "brand-msf1.heif": (as_brand(b"msf1"), ("small",)),
    "heic-called.jpg": (lambda: encoded(corners(small=True).rotate(180), "HEIF"), ("small",)),
    "burst.heic": (
        lambda: encoded(
            corners(small=True), "HEIF", save_all=True, append_images=[corners(small=True).transpose(T.ROTATE_180)]
        ),
        ("small",),
    ),
    "see-through.heic": (lambda: encoded(corners(small=True).convert("RGBA"), "HEIF"), ("small",)),
    "little.jpg": (lambda: encoded(page().resize((380, 470)), "JPEG"), ("small",)),
    "night.jpg": (lambda: encoded(page().point(lambda value: value // 8), "JPEG"), ("dark",)),
    "empty-sheet.jpg": (lambda: encoded(Image.new("RGB", (800, 1000), (248, 248, 246)), "JPEG"), ("blank",)),
    "lens-cap.jpg": (lambda: encoded(Image.new("RGB", (800, 1000), (9, 9, 9)), "JPEG"), ("dark",)),
    "out-of-focus.jpg": (lambda: encoded(blurred(), "JPEG"), ("blurred",)),
    "half-a-page.jpg": (lambda: encoded(half(), "JPEG"), ("cut",)),
}
LEAVES: dict[str, tuple[Callable[[], bytes], int]] = {
    "three-faxes.tif": (several("TIFF", 3, "1", compression="group4"), 3),
    "three-photos.tif": (several("TIFF", 3, compression="jpeg", quality=80), 3),
    "five-grey.tiff": (several("TIFF", 5, "L", compression="tiff_lzw"), 5),
}


def blurred() -> Image.Image:
    """Return a page out of focus."""
    return page().resize((90, 112)).resize((800, 1000), Image.Resampling.BICUBIC)


def half() -> Image.Image:
    """Return a photo of the lower half of a paper on a table."""
    table = Image.new("RGB", (1000, 900), (70, 60, 50))
    table.paste(page(), (120, -300))
    return table
