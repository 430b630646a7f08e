"""The watermark of pictures that staff look at: the name of the member and the time, all over the picture."""

import io
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from portal.documents.decode import jpeg

FONT = Path(__file__).parent.parent / "core" / "fonts" / "NotoSansSC-Regular.ttf"
STRENGTH = 46  # of 255: what is written on the paper must stay legible under it
SLANT = 24


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONT), size)


# D43: drawn into the picture, because a mark that the page lays over it is not in a copy.
def marked(content: bytes, text: str) -> bytes:
    """Return a JPEG with *text* repeated across it, so that no part of it is unmarked."""
    image = Image.open(io.BytesIO(content), formats=["JPEG"]).convert("RGB")
    stamp = _stamp(text, max(18, min(image.size) // 42))
    mask = Image.new("L", image.size, 0)
    for row, top in enumerate(range(-stamp.height // 2, image.height, int(stamp.height * 1.1))):
        for left in range(-stamp.width // 2 * (row % 2), image.width, int(stamp.width * 1.1)):
            mask.paste(stamp, (left, top))
    image.paste((20, 20, 20), mask=mask)
    return jpeg(image)


def _stamp(text: str, size: int) -> Image.Image:
    left, top, right, bottom = _font(size).getbbox(text)
    flat = Image.new("L", (int(right - left) + size, int(bottom - top) + size), 0)
    ImageDraw.Draw(flat).text((size // 2 - left, size // 2 - top), text, font=_font(size), fill=STRENGTH)
    return flat.rotate(SLANT, expand=True, resample=Image.Resampling.BILINEAR)
