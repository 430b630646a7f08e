"""What the sandbox does with a stranger's file: look at it, clean it, make pictures of it.

Runs in a child process (`core/tools/sandbox.py`), which gets the sealed file and its key and hands back
plain results. An image is re-encoded, which is its cleaning: no EXIF, no place, nothing behind
the picture. What becomes of a PDF stands in `pdfs.py`, what is wrong with a photo in `quality.py`.
"""

import io
from typing import Any

import msgspec
import pillow_heif
from PIL import Image, ImageSequence

from portal.core.store.storage import plain_file
from portal.documents.kinds import Clean, kind_of
from portal.documents.pdfs import MOST_PAGES, Refused, cleaned_pdf, of_pictures, picture, signed
from portal.documents.quality import warnings_of

__all__ = ["MOST_PAGES", "Refused", "clean_image", "clean_pdf", "cleaned", "page_picture", "picture", "signed"]

# D20: what iPhones make.
pillow_heif.register_heif_opener(thumbnails=False)
pillow_heif.options.DECODE_THREADS = 1  # a child has one core's worth of time
Image.MAX_IMAGE_PIXELS = None  # Pillow's own limit is lower than a modern phone's camera; ours is asked instead

MOST_PIXELS = 120_000_000
MOST_LEAVES = 60  # pages of a TIFF: each is unpacked and packed again
LEAST_SIDE = 16
LONGEST_SIDE = 2600
SMALL_SIDE = 320
QUALITY = 85
# How to turn a picture for each value of EXIF's orientation.
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def cleaned(path: str, name: str, key: bytes, card: bool = False) -> dict[str, Any]:
    """Return ``{"reason": ...}`` or the fields of `Clean` for the sealed file at *path*.

    Args:
        path: of the sealed file.
        name: it was sealed under.
        key: of the file.
        card: whether it may be a photo of an identity card.
    """
    with open(path, "rb") as file:
        plain = plain_file(name, key, file.read())
    try:
        kind = kind_of(plain[:4096])
        if kind == "PDF":
            return msgspec.structs.asdict(clean_pdf(plain))
        return msgspec.structs.asdict(clean_image(plain, kind, card=card))
    except Refused as refused:
        return {"reason": str(refused)}
    except MemoryError:  # it unpacks to more than a child may have
        return {"reason": "pixels"}


def clean_pdf(plain: bytes) -> Clean:
    """Return the PDF without active content, opened once more to be sure that it is readable."""
    return cleaned_pdf(plain, lambda first: jpeg(_small(first, SMALL_SIDE)))


def clean_image(plain: bytes, kind: str, *, card: bool = False) -> Clean:
    """Return the image upright, in RGB, at most `LONGEST_SIDE` long, as JPEG without metadata.

    Of a TIFF of several pages a PDF is made; of a moving picture the first is taken.
    """
    try:
        image = Image.open(io.BytesIO(plain), formats=[kind] if kind != "JPEG" else ["JPEG", "MPO"])
        leaves = getattr(image, "n_frames", 1) if kind == "TIFF" else 1
        if leaves > 1:
            return _clean_leaves(image, leaves)
        least = _measured(image)
        upright = _upright(image, plain, kind)
    except (Refused, MemoryError):
        raise
    except Exception as error:  # decoders raise what they like
        raise Refused("corrupt") from error
    return Clean(
        kind="image",
        content=jpeg(upright),
        pages=1,
        small=jpeg(_small(upright, SMALL_SIDE)),
        warnings=warnings_of(upright, least, card=card),
    )


def _measured(image: Image.Image) -> int:
    """Return the shorter side of an image that was not unpacked yet, if its size can be taken.

    Raises:
        Refused: it has too many pixels, or too few.
    """
    width, height = image.size
    if width * height > MOST_PIXELS:
        raise Refused("pixels")
    if min(width, height) < LEAST_SIDE:
        raise Refused("empty")
    return min(width, height)


def _upright(image: Image.Image, plain: bytes, kind: str) -> Image.Image:
    """Decode *image* at the size it will be kept in, and turn it upright by its EXIF orientation."""
    image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
    image.load()
    turn = image.getexif().get(0x0112, 1)
    if kind == "HEIF" and not any(box in plain[:65_536] for box in (b"irot", b"imir")):
        # Where the container says how to turn it, that was done; some programs write only the EXIF.
        turn = image.info.get("original_orientation") or 1
    upright = image.convert("L") if image.mode == "1" else image if image.mode == "L" else _rgb(image)
    # Made smaller before it is turned and coloured: either costs as much as unpacking, on twelve megapixels.
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    upright = upright.transpose(TURNS[turn]) if turn in TURNS else upright
    return _rgb(upright)


def _clean_leaves(image: Image.Image, leaves: int) -> Clean:
    if leaves > MOST_LEAVES:
        raise Refused("leaves")
    contents = []
    sizes = []
    small = b""
    found = []
    for number, leaf in enumerate(ImageSequence.Iterator(image)):
        least = _measured(leaf)
        upright = _upright(leaf, b"", "TIFF")
        contents.append(jpeg(upright))
        sizes.append(upright.size)
        if number == 0:
            small = jpeg(_small(upright, SMALL_SIDE))
            found = warnings_of(upright, least)
    return Clean(kind="pdf", content=of_pictures(contents, sizes), pages=leaves, small=small, warnings=found)


def page_picture(content: bytes, number: int) -> bytes:
    """Return page *number* (from 0) of a clean PDF as JPEG."""
    return jpeg(picture(content, number))


def turned(content: bytes) -> bytes:
    """Return a clean image turned a quarter to the right, as JPEG."""
    return jpeg(Image.open(io.BytesIO(content), formats=["JPEG"]).transpose(Image.Transpose.ROTATE_270))


def small_of(content: bytes) -> bytes:
    """Return the small picture of a clean image."""
    return jpeg(_small(Image.open(io.BytesIO(content), formats=["JPEG"]), SMALL_SIDE))


def jpeg(image: Image.Image) -> bytes:
    """Return *image* as JPEG without metadata."""
    image.info.clear()  # Pillow would write comments of the original again
    out = io.BytesIO()
    image.save(out, "JPEG", quality=QUALITY, progressive=True)
    return out.getvalue()


def _rgb(image: Image.Image) -> Image.Image:
    """Return *image* in RGB; what was transparent becomes white paper."""
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        layer = image.convert("RGBA")
        paper = Image.new("RGB", layer.size, "white")
        paper.paste(layer, mask=layer.getchannel("A"))
        return paper
    if image.mode.startswith("I"):  # 16 bits of grey, as some scanners make: Pillow would cut them off at 8
        image = image.point(lambda grey: grey * (1 / 257)).convert("L")
    return image if image.mode == "RGB" else image.convert("RGB")


def _small(image: Image.Image, side: int) -> Image.Image:
    copy = image.copy()
    copy.thumbnail((side, side))
    return copy
