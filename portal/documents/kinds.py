"""The type of a file by its first bytes, and the struct of a file made safe. Needs no decoder."""

import msgspec

MAGIC = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"%PDF-", "PDF"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"II+\x00", "TIFF"),  # BigTIFF
    (b"MM\x00+", "TIFF"),
)
AVIF = {b"avif", b"avis"}
HEIF = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"}
BMP_HEADS = {12, 40, 52, 56, 64, 108, 124}  # sizes a BMP's second header can have: "BM" alone says little


class Clean(msgspec.Struct):
    """A file made safe: its bytes, how many pages, a small picture of the first, and warnings."""

    kind: str
    content: bytes
    pages: int
    small: bytes
    warnings: list[str]


def kind_of(head: bytes) -> str:
    """Return JPEG, PNG, PDF, TIFF, WEBP, BMP, HEIF or AVIF by the first bytes of a file; "" for anything else."""
    for magic, kind in MAGIC:
        if head.startswith(magic):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WEBP"
    if head[:2] == b"BM" and int.from_bytes(head[14:18], "little") in BMP_HEADS:
        return "BMP"
    if head[4:8] == b"ftyp":
        return _by_brands(head)
    # Some PDFs begin with a line of their own; readers look in the first 1,024 bytes, and so do we.
    return "PDF" if b"%PDF-" in head[:1024] and not head.lstrip().startswith(b"<") else ""


def _by_brands(head: bytes) -> str:
    """Return HEIF or AVIF for an ISO base media file: by its major brand, then by its compatible brands."""
    size = min(int.from_bytes(head[:4], "big"), 256)
    brands = [head[8:12], *(head[at : at + 4] for at in range(16, size, 4))]
    if brands[0] not in AVIF | HEIF:
        return ""
    return "AVIF" if brands[0] in AVIF or (brands[0] in {b"mif1", b"msf1"} and AVIF & set(brands)) else "HEIF"


def stranger(head: bytes) -> str:
    """Return "video" or "office" for what is no picture and no PDF but known by its first bytes, else ""."""
    if head[4:8] == b"ftyp" or head[:4] == b"\x1aE\xdf\xa3" or (head[:4] == b"RIFF" and head[8:12] == b"AVI "):
        return "video"
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return "office"
    packed = head[:4] == b"PK\x03\x04"
    return "office" if packed and any(name in head for name in (b"word/", b"OFD.xml", b"xl/", b"ppt/")) else ""
