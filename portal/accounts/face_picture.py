"""What the sandbox does with pictures of a face: size, light, sharpness, and whether two differ.

Runs in a child process. Equal pictures give equal answers. The borders were tried on photos of
phones, on empty and blurred ones, and on the test picture of Chromium's false camera.
"""

import io
from typing import Any

from PIL import Image, ImageChops, ImageFilter, ImageOps, ImageStat

from portal.core.store.storage import plain_file

MOST_PIXELS = 60_000_000
LEAST_SIDE = 240
# mean of grey, 0 to 255
DARK = 40
BRIGHT = 235
EDGES = 250  # one in so many points counts as an edge
SHARP = 24  # strength that so many points reach, 0 to 255
MOVED = 0.3  # mean difference of two pictures


def looked_at(parts: list[tuple[str, str, bytes]]) -> dict[str, Any]:
    """Return ``{"reason", "score", "moved"}`` for sealed pictures ``(path, name, key)``."""
    pictures = []
    for path, name, key in parts:
        with open(path, "rb") as file:
            sealed = file.read()
        picture = opened(plain_file(name, key, sealed))
        if picture is None:
            return {"reason": "not_a_picture", "score": 0, "moved": False}
        pictures.append(picture)
    first = pictures[0]
    reason = wrong_with(first)
    sharp = sharpness(first)
    moved = len(pictures) > 1 and difference(*pictures[:2]) > MOVED
    return {"reason": reason, "score": min(99, 80 + int(sharp) // 12) if not reason else 0, "moved": moved}


def opened(plain: bytes) -> Image.Image | None:
    """Return the picture in grey and upright; None if the bytes are no picture."""
    try:
        image = Image.open(io.BytesIO(plain), formats=["JPEG", "PNG", "MPO"])
        if image.width * image.height > MOST_PIXELS:
            return None
        image.load()
        return ImageOps.exif_transpose(image).convert("L")
    except Exception:  # decoders raise what they like
        return None


def wrong_with(image: Image.Image) -> str:
    """Return why a picture cannot be compared, or an empty text."""
    if min(image.size) < LEAST_SIDE:
        return "small"
    light = ImageStat.Stat(image).mean[0]
    if light < DARK:
        return "dark"
    if light > BRIGHT:
        return "bright"
    return "blurred" if sharpness(image) < SHARP else ""


def sharpness(image: Image.Image) -> float:
    """Return how strong the strongest edges are, 0 to 255, at one size for all pictures.

    Not the mean: a face before a plain wall has few edges, but a sharp picture has strong ones.
    """
    small = ImageOps.fit(image, (480, 480))
    counts = small.filter(ImageFilter.FIND_EDGES).crop((2, 2, 478, 478)).histogram()
    left = sum(counts) // EDGES
    for strength in range(255, 0, -1):
        left -= counts[strength]
        if left <= 0:
            return float(strength)
    return 0.0


def difference(one: Image.Image, other: Image.Image) -> float:
    """Return how much two pictures differ on average."""
    size = (160, 160)
    return float(ImageStat.Stat(ImageChops.difference(ImageOps.fit(one, size), ImageOps.fit(other, size))).mean[0])
