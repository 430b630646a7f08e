"""What a photo is warned about, as phones and shaking hands make it; a warning never keeps it out."""

from collections.abc import Callable
from functools import cache
from io import BytesIO

import pytest
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from e2e import papers
from portal.documents.decode import clean_image
from portal.documents.quality import warnings_of

LINES = [
    "姓名：张丽　女　55 岁",
    "诊断：2 型糖尿病",
    "处理意见：规律服药，监测血糖。",
    "医师：王芳　2026 年 3 月 16 日",
]


@cache
def photo() -> Image.Image:
    """Return a sharp photo of a paper that lies whole on a table, slightly turned."""
    table = Image.new("RGB", (1500, 2000), (120, 100, 80))
    paper = scan().rotate(1.5, expand=True, fillcolor=(120, 100, 80), resample=Image.Resampling.BICUBIC)
    table.paste(paper, (150, 180))
    return table


@cache
def scan() -> Image.Image:
    """Return a scan: paper to every edge, writing in the middle."""
    sheet = papers.sheet("疾病诊断证明书", LINES)
    sheet.thumbnail((1600, 1600))
    return sheet


@cache
def card() -> Image.Image:
    """Return a photo of a card on a table."""
    image = Image.new("RGB", (1600, 1200), (90, 80, 70))
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((200, 150, 1400, 1000), 40, fill=(205, 222, 228))
    for line in range(6):
        for word in range(14):
            draw.rectangle((260 + word * 50, 220 + line * 110, 290 + word * 50, 270 + line * 110), fill=(40, 40, 45))
    return image


def shaken(image: Image.Image, pixels: int, *, down: bool = False) -> Image.Image:
    """Return *image* as a hand takes it that moves across, or down, while the shutter is open."""
    sum_ = image
    for step in range(1, pixels):
        moved = ImageChops.offset(image, 0 if down else step, step if down else 0)
        sum_ = Image.blend(sum_, moved, 1 / (step + 1))
    return sum_


def warned(image: Image.Image, *, as_card: bool = False) -> list[str]:
    out = BytesIO()
    image.save(out, "JPEG", quality=85)
    return clean_image(out.getvalue(), "JPEG", card=as_card).warnings


@pytest.mark.parametrize("make", [photo, scan, card])
@pytest.mark.parametrize("turned", [0, 90, 180])
def test_a_good_photo_is_not_warned_about_whichever_way_it_lies(make: Callable[[], Image.Image], turned: int) -> None:
    image = make().rotate(turned, expand=True)

    assert warned(image) == []
    assert warned(image, as_card=make is card) == []


@pytest.mark.parametrize("make", [photo, scan, card])
def test_a_grey_and_a_noisy_photo_are_not_taken_for_blurred(make: Callable[[], Image.Image]) -> None:
    grain = Image.effect_noise(make().size, 60).convert("RGB")

    assert "blurred" not in warned(make().point(lambda value: 90 + value // 3))
    assert "blurred" not in warned(Image.blend(make(), grain, 0.12))


@pytest.mark.parametrize("make", [photo, scan, card])
def test_a_photo_out_of_focus_is_blurred(make: Callable[[], Image.Image]) -> None:
    assert "blurred" in warned(make().filter(ImageFilter.GaussianBlur(5)))
    assert "blurred" in warned(make().filter(ImageFilter.GaussianBlur(9)))


@pytest.mark.parametrize("down", [False, True])
@pytest.mark.parametrize("make", [photo, scan, card])
def test_a_shaking_hand_is_seen_in_whichever_direction_it_shook(make: Callable[[], Image.Image], down: bool) -> None:
    assert "blurred" in warned(shaken(make(), 16, down=down))


def test_a_dark_photo_is_dark_and_not_also_blurred() -> None:
    assert warned(photo().point(lambda value: value // 6)) == ["dark"]


def test_an_empty_sheet_is_blank() -> None:
    assert warned(Image.new("RGB", (900, 1200), (250, 250, 248))) == ["blank"]
    assert warned(Image.effect_noise((900, 1200), 6).point(lambda value: value // 8 + 220).convert("RGB")) == ["blank"]


@pytest.mark.parametrize("side", [(0, 0, 1, 0.6), (0, 0.5, 1, 1), (0.4, 0, 1, 1), (0, 0, 0.55, 1)])
def test_a_page_that_goes_on_outside_of_the_picture_is_cut_off(side: tuple[float | int, ...]) -> None:
    width, height = photo().size
    left, top, right, bottom = side

    part = photo().crop((int(left * width), int(top * height), int(right * width), int(bottom * height)))

    assert "cut" in warned(part)


def test_writing_that_runs_into_the_edge_is_cut_off() -> None:
    image = Image.new("RGB", (1000, 1400), "white")
    draw = ImageDraw.Draw(image)
    for line in range(0, 1400, 50):
        for word in range(100, 1000, 40):
            draw.rectangle((word, line, word + 22, line + 24), fill="black")

    assert "cut" in warned(image)
    assert "cut" not in warned(Image.new("RGB", (1400, 1800), "white").copy()) and warned(_with_margin(image)) == []


def _with_margin(image: Image.Image) -> Image.Image:
    whole = Image.new("RGB", (image.width + 200, image.height + 200), "white")
    whole.paste(image, (100, 100))
    return whole


def test_a_reflection_is_only_looked_for_on_a_card() -> None:
    shining = card().copy()
    ImageDraw.Draw(shining).ellipse((700, 300, 1100, 640), fill="white")

    assert warned(shining) == []
    assert warned(shining, as_card=True) == ["glare"]
    assert warned(scan(), as_card=True) == []


def test_a_card_must_be_a_little_larger_and_sharper_than_a_page() -> None:
    little = card().resize((1000, 750))

    assert warned(little) == []
    assert warned(little, as_card=True) == ["small"]
    soft = next(blur for blur in (one / 4 for one in range(4, 20)) if _sees(blur, as_card=True))
    assert not _sees(soft, as_card=False)


def _sees(blur: float, *, as_card: bool) -> bool:
    image = card().filter(ImageFilter.GaussianBlur(blur))
    return "blurred" in warnings_of(image, min(image.size), card=as_card)


def test_looking_costs_little_beside_unpacking() -> None:
    import time

    started = time.process_time()
    warnings_of(photo(), 1200)
    looking = time.process_time() - started

    assert looking < 0.25
