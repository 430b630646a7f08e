"""What may make a photo hard to read: small, dark, blank, blurred, cut off, and on a card a reflection.

Looked at on a grey copy of at most `SIDE` pixels, a page of which shows its lines but not its
grain. Nothing here ever blocks: a warning leads to 重拍 or 就用这张.
"""

from itertools import pairwise

from PIL import Image, ImageChops

SIDE = 1000
LEAST_SIDE = 700
LEAST_SIDE_OF_CARD = 800
SHARP = 0.25  # of the contrast: the least step from pixel to pixel at the sharpest edges of a readable page
SHARP_ON_CARD = 0.30
EDGES = 0.9995  # the sharpest edges are one pixel in two thousand, even on a page of few words
STROKES = 14  # steps along the edge of the picture that only cut-off writing makes
GLARE = (0.004, 0.2)  # share of the picture that a reflection takes
WHITE = 240  # paper on a scan; a picture of it is not burnt out


def warnings_of(image: Image.Image, least_side: int, *, card: bool = False) -> list[str]:
    """Return what may be wrong with a photo, *card* when it may be of an identity card.

    Args:
        image: upright and in RGB.
        least_side: the shorter side of what was sent, in pixels.
        card: whether to look a second time, as at a card.
    """
    grey = _grey(image)
    counts = grey.histogram()
    low = _percentile(counts, 0.005)
    high = _percentile(counts, 0.995)
    found = []
    if least_side < (LEAST_SIDE_OF_CARD if card else LEAST_SIDE):
        found.append("small")
    if _percentile(counts, 0.95) < 60:
        found.append("dark")
    elif high - low < 25 and _percentile(counts, 0.999) - _percentile(counts, 0.001) < 25:
        found.append("blank")
    else:
        contrast = max(_percentile(counts, 0.999) - _percentile(counts, 0.001), 1)
        if _sharpness(grey) < (SHARP_ON_CARD if card else SHARP) * contrast:
            found.append("blurred")
        if cut_off(grey, (low + high) // 2):
            found.append("cut")
        if card and _glare(counts):
            found.append("glare")
    return found


def _grey(image: Image.Image) -> Image.Image:
    grey = image.convert("L")
    grey.thumbnail((SIDE, SIDE), Image.Resampling.BOX, reducing_gap=None)
    return grey


def _sharpness(grey: Image.Image) -> int:
    """Return the step at the sharpest edges, in the direction in which they are weaker.

    A hand that shakes blurs in one direction only: the other would hide it.
    """
    width, height = grey.size
    across = _steps(grey, (0, 0, width - 1, height), (1, 0, width, height))
    down = _steps(grey, (0, 0, width, height - 1), (0, 1, width, height))
    return min(_percentile(across, EDGES), _percentile(down, EDGES))


def _steps(grey: Image.Image, one: tuple[int, int, int, int], other: tuple[int, int, int, int]) -> list[int]:
    return ImageChops.difference(grey.crop(one), grey.crop(other)).histogram()


def cut_off(grey: Image.Image, middle: int) -> bool:
    """Return whether a page goes on outside of the picture.

    Either writing runs into the picture's edge, or the paper lies on something darker that shows
    on two sides or more while on another side there is only paper up to the edge.
    """
    edges = [_edge(grey, side, deep=3) for side in range(4)]
    if any(_writing(edge, middle) for (edge,) in edges):
        return True
    bright = [_share_of_paper(grey, side, middle) for side in range(4)]
    lies_on_something_dark = sum(share < 0.1 for share in bright) >= 2
    reaches_an_edge = any(share > 0.6 for share in bright)
    return lies_on_something_dark and reaches_an_edge


def _share_of_paper(grey: Image.Image, side: int, middle: int) -> float:
    """Return which share of a *side* is paper, brighter than *middle*.

    A line of writing may lie along the edge, so five layers are looked at: beside the writing there is paper.
    """
    layers = _edge(grey, side, deep=30, layers=5)
    brightest: list[int] = [max(pixels) for pixels in zip(*layers, strict=True)]
    return sum(value > middle for value in brightest) / len(brightest)


def _edge(grey: Image.Image, side: int, deep: int, layers: int = 1) -> list[bytes]:
    """Return the pixels along a side (left, top, right, bottom), *deep* pixels put together into *layers*."""
    upright = grey if side % 2 else grey.transpose(Image.Transpose.TRANSPOSE)
    width, height = upright.size
    top = 0 if side < 2 else height - deep
    strip = upright.crop((0, top, width, top + deep)).resize((width, layers), Image.Resampling.BOX).tobytes()
    return [strip[at : at + width] for at in range(0, layers * width, width)]


def _writing(edge: bytes, middle: int) -> bool:
    """Return whether the edge is paper with strokes on it."""
    paper = [value > middle for value in edge]
    strokes = sum(one != other for one, other in pairwise(paper))
    return strokes >= STROKES and sum(paper) > 0.5 * len(paper)


def _glare(counts: list[int]) -> bool:
    """Return whether a spot is burnt out in a picture that is otherwise not white paper."""
    burnt = sum(counts[250:]) / sum(counts)
    return GLARE[0] < burnt < GLARE[1] and _percentile(counts, 1 - GLARE[1]) < WHITE


def _percentile(counts: list[int], share: float) -> int:
    wanted = share * sum(counts)
    seen = 0
    for value, count in enumerate(counts):
        seen += count
        if seen >= wanted:
            return value
    return 255
