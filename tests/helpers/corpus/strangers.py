"""Files of the corpus that are not to be taken: broken, renamed, bombs, two things at once, and other things."""

import struct
import zlib
from collections.abc import Callable, Iterator
from typing import Any

from PIL import Image

from tests.helpers.corpus.pictures import corners, page
from tests.helpers.papers import encoded, page_image, pdf, png_header

Make = Callable[[], bytes]
MIB = 1 << 20
ZIP = b"PK\x03\x04\x14\0\0\0\0\0" + bytes(16)
DOCX = ZIP + b"word/document.xml" + bytes(400)
OFD = ZIP + b"OFD.xml" + bytes(400)
MP4 = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(2000)
MOV = b"\0\0\0\x14ftypqt  \0\0\0\0qt  " + bytes(2000)
HTML = b"<!doctype html><script>alert('planted')</script>"


def half(kind: str, **how: Any) -> Make:
    """Return what makes the first half of a picture of *kind*."""

    def make() -> bytes:
        whole = encoded(corners(small=kind == "HEIF"), kind, **how)
        return whole[: len(whole) // 2]

    return make


def flipped(kind: str, **how: Any) -> Make:
    """Return what makes a picture of *kind* whose insides were written over."""

    def make() -> bytes:
        whole = bytearray(encoded(page(), kind, **how))
        third = len(whole) // 3
        whole[40:third] = bytes((at * 31) % 255 for at in range(third - 40))
        return bytes(whole)

    return make


def png_of_texts() -> bytes:
    """Return a PNG with a compressed text that unpacks to 80 MB."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    bomb = b"Comment\0\0" + zlib.compress(bytes(80 * MIB), 1)
    good = encoded(page(), "PNG")
    return good[:33] + chunk(b"zTXt", bomb) + good[33:]


def bmp_header(width: int, height: int) -> bytes:
    """Return a BMP that says it is as large as it likes."""
    return (
        b"BM"
        + struct.pack("<IHHI", 54, 0, 0, 54)
        + struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, 0, 0, 0, 0, 0)
    )


def tiff_header(width: int, height: int) -> bytes:
    """Return a TIFF that says it is as large as it likes."""
    tags = [(256, 4, 1, width), (257, 4, 1, height), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1), (273, 4, 1, 8)]
    tags += [(277, 3, 1, 1), (278, 4, 1, height), (279, 4, 1, 8)]
    body = struct.pack("<H", len(tags)) + b"".join(struct.pack("<HHII", *tag) for tag in tags) + bytes(4)
    return b"II*\0" + struct.pack("<I", 16) + bytes(8) + body


def tiff_that_goes_round() -> bytes:
    """Return a TIFF whose directory of pages leads to itself."""
    content = bytearray(tiff_header(100, 100))
    content[-4:] = struct.pack("<I", 16)
    return bytes(content)


def leaves(count: int) -> bytes:
    """Return a TIFF of *count* pages."""
    leaf = page_image(40, 60).convert("1")
    return encoded(leaf, "TIFF", save_all=True, append_images=[leaf] * (count - 1))


REFUSED: dict[str, tuple[Make, str]] = {
    "nothing.jpg": (lambda: b"", "empty"),
    "nothing.pdf": (lambda: b"", "empty"),
    "dot.jpg": (lambda: encoded(page_image(10, 10)), "empty"),
    "line.png": (lambda: encoded(page_image(900, 12), "PNG"), "empty"),
    "too-big.jpg": (lambda: encoded(page()) + bytes(20 * MIB), "too_big"),
    "too-big.pdf": (lambda: pdf() + bytes(21 * MIB), "too_big"),
    # broken
    "half.jpg": (half("JPEG"), "corrupt"),
    "half.png": (half("PNG"), "corrupt"),
    "half.webp": (half("WEBP"), "corrupt"),
    "half.avif": (half("AVIF", speed=10), "corrupt"),
    "half.heic": (half("HEIF"), "corrupt"),
    "half.tif": (half("TIFF"), "corrupt"),
    "half.bmp": (half("BMP"), "corrupt"),
    "written-over.png": (flipped("PNG"), "corrupt"),
    "written-over.webp": (flipped("WEBP"), "corrupt"),
    "written-over.avif": (flipped("AVIF", speed=10), "corrupt"),
    "first-bytes-only.jpg": (lambda: b"\xff\xd8\xff\xe0" + bytes(40), "corrupt"),
    "first-bytes-only.heic": (lambda: b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(400), "corrupt"),
    "first-bytes-only.webp": (lambda: b"RIFF\0\1\0\0WEBPVP8 " + bytes(200), "corrupt"),
    "first-bytes-only.tif": (lambda: b"II*\0\x08\0\0\0" + bytes(40), "corrupt"),
    "goes-round.tif": (tiff_that_goes_round, "corrupt"),
    # bombs
    "says-it-is-huge.png": (lambda: png_header(60_000, 60_000), "pixels"),
    "says-it-is-large.png": (lambda: png_header(10_000, 11_000), "corrupt"),
    "says-it-is-huge.bmp": (lambda: bmp_header(50_000, 50_000), "pixels"),
    "says-it-is-huge.tif": (lambda: tiff_header(200_000, 200_000), "pixels"),
    "too-wide.png": (lambda: png_header(120_000_001, 16), "pixels"),
    "texts-that-unpack.png": (png_of_texts, "corrupt"),
    "sixty-one-leaves.tif": (lambda: leaves(61), "leaves"),
    # renamed
    "program.jpg": (lambda: b"MZ\x90\0" + bytes(500), "mismatch"),
    "program.pdf": (lambda: b"\x7fELF" + bytes(500), "mismatch"),
    "letter.pdf": (lambda: DOCX, "mismatch"),
    "page.jpg": (lambda: HTML, "mismatch"),
    "film.heic": (lambda: MP4, "mismatch"),
    "moving.jpg": (lambda: encoded(page("P"), "GIF"), "mismatch"),
    "report.jpg": (lambda: pdf(2), "mismatch"),
    "photo.pdf": (lambda: encoded(page(number=20)), "mismatch"),
    "heic.pdf": (lambda: encoded(corners(small=True), "HEIF"), "mismatch"),
    "text.png": (lambda: "这不是照片".encode() * 50, "mismatch"),
    # two things at once
    "page-and.pdf": (lambda: HTML + pdf(), "mismatch"),
    "moving-and-zip.png": (lambda: encoded(page("P"), "GIF") + ZIP, "mismatch"),
    "drawing.svg": (lambda: b"<svg xmlns='http://www.w3.org/2000/svg'><script>planted()</script></svg>", "type"),
    # other things
    "病历.docx": (lambda: DOCX, "office"),
    "发票.ofd": (lambda: OFD, "office"),
    "表格.xlsx": (lambda: ZIP + b"xl/workbook.xml", "office"),
    "旧病历.doc": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), "office"),
    "说明.txt": ("说明".encode, "office"),
    "document": (lambda: DOCX, "office"),
    "视频.mp4": (lambda: MP4, "video"),
    "IMG_0001.MOV": (lambda: MOV, "video"),
    "clip": (lambda: MP4, "video"),
    "clip.bin": (lambda: b"\x1aE\xdf\xa3" + bytes(300), "video"),
    "moving.gif": (lambda: encoded(page("P"), "GIF"), "type"),
    "packed.zip": (lambda: ZIP, "type"),
    "archive.7z": (lambda: b"7z\xbc\xaf\x27\x1c" + bytes(90), "type"),
    "layers.psd": (lambda: b"8BPS\0\1" + bytes(90), "type"),
    "script.jpg.exe": (lambda: b"MZ" + bytes(90), "type"),
    "noise": (lambda: bytes((at * 7919) % 251 for at in range(5000)), "type"),
}
TAKEN: dict[str, tuple[Make, tuple[str, ...]]] = {
    # A hundred megapixels of nothing in a few kilobytes: unpacked within the limits, and warned about.
    "hundred-megapixels.png": (lambda: encoded(Image.new("1", (10_000, 10_000)), "PNG"), ("dark",)),
    "picture-and-zip.png": (lambda: encoded(page(number=21), "PNG") + ZIP, ()),
}


def papers() -> Iterator[dict[str, Any]]:
    """Yield the fields of each."""
    for name, (make, verdict) in REFUSED.items():
        yield {"name": name, "make": make, "verdict": verdict}
    for name, (make, warnings) in TAKEN.items():
        yield {"name": name, "make": make, "warnings": warnings}
    yield {"name": "packed-and.pdf", "make": lambda: ZIP + pdf(2), "pages": 2}
