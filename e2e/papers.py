"""Papers to upload: a photo of a diagnosis certificate of 3 MB, a report of several pages, and bad files."""

import random
from functools import cache
from io import BytesIO
from pathlib import Path

import pikepdf
from PIL import Image, ImageDraw, ImageFilter, ImageFont
from playwright.sync_api import FilePayload

FONT = Path(__file__).parent.parent / "portal" / "core" / "fonts" / "NotoSansSC-Regular.ttf"
SHEET = (2480, 3508)


def sheet(title: str, lines: list[str], *, stamp: bool = True) -> Image.Image:
    """Return a sheet of A4 with a title, lines and a red stamp."""
    image = Image.new("RGB", SHEET, "white")
    draw = ImageDraw.Draw(image)
    draw.text((620, 300), title, font=ImageFont.truetype(FONT, 130), fill="black")
    for number, line in enumerate(lines):
        draw.text((300, 700 + 160 * number), line, font=ImageFont.truetype(FONT, 80), fill="black")
    if stamp:
        draw.ellipse((1600, 2400, 2200, 3000), outline=(190, 30, 30), width=24)
        draw.text((1690, 2650), "诊断专用章", font=ImageFont.truetype(FONT, 85), fill=(190, 30, 30))
    return image


@cache
def photo() -> bytes:
    """Return a JPEG of 3 MB, as a phone makes it: on a table, slightly turned, with grain and EXIF."""
    paper = sheet("疾病诊断证明书", ["姓名：张丽　女　55 岁", "诊断：2 型糖尿病", "处理意见：规律服药，监测血糖。"])
    table = Image.new("RGB", (3000, 4000), (120, 100, 80))
    table.paste(paper.resize((2600, 3677)).rotate(1.5, expand=True, fillcolor=(120, 100, 80)), (150, 100))
    grain = Image.frombytes("L", table.size, random.Random(7).randbytes(table.width * table.height))
    table = Image.blend(table, grain.filter(ImageFilter.GaussianBlur(0.8)).convert("RGB"), 0.16)
    exif = Image.Exif()
    exif[0x0112] = 1
    exif[0x010F] = "Demo Phone"
    out = BytesIO()
    table.save(out, "JPEG", quality=94, exif=exif)
    assert out.tell() >= 3 << 20, out.tell()
    return out.getvalue()


@cache
def report(pages: int = 4) -> bytes:
    """Return a PDF of several pages."""
    made = [
        sheet(f"检验报告 第 {n} 页", ["糖化血红蛋白 8.2 %", "空腹血糖 9.6 mmol/L"]).resize((1240, 1754))
        for n in range(1, pages + 1)
    ]
    out = BytesIO()
    made[0].save(out, "PDF", save_all=True, append_images=made[1:], resolution=150)
    with pikepdf.open(out) as document:
        assert len(document.pages) == pages
    return out.getvalue()


@cache
def small_photo(text: str = "身份证") -> bytes:
    """Return a small but legible JPEG."""
    out = BytesIO()
    sheet(text, ["正面"], stamp=False).resize((1240, 1754)).save(out, "JPEG", quality=80)
    return out.getvalue()


@cache
def locked_pdf() -> bytes:
    """Return a PDF that needs a password."""
    out = BytesIO()
    with pikepdf.open(BytesIO(report(1))) as document:
        document.save(out, encryption=pikepdf.Encryption(user="secret", owner="secret"))
    return out.getvalue()


@cache
def long_pdf() -> bytes:
    """Return a PDF of 101 empty pages."""
    out = BytesIO()
    with pikepdf.new() as document:
        for _ in range(101):
            document.add_blank_page(page_size=(100, 100))
        document.save(out)
    return out.getvalue()


def huge_picture() -> bytes:
    """Return a PNG with more pixels than we decode, in a few kilobytes."""
    out = BytesIO()
    Image.new("1", (12_000, 10_100)).save(out, "PNG")
    return out.getvalue()


@cache
def faxed(pages: int, size: tuple[int, int]) -> bytes:
    """Return a TIFF of white pages, as fax machines make them."""
    out, sheet_ = BytesIO(), Image.new("1", size, 1)
    sheet_.save(out, "TIFF", compression="group4", save_all=True, append_images=[sheet_] * (pages - 1))
    return out.getvalue()


def stamp(number: int) -> bytes:
    """Return a tiny picture that is like no other."""
    out = BytesIO()
    Image.new("RGB", (64, 64), (number, 200, 100)).save(out, "PNG")
    return out.getvalue()


def file(name: str, kind: str, content: bytes) -> FilePayload:
    """Return what Playwright's `set_input_files` takes."""
    return {"name": name, "mimeType": kind, "buffer": content}


@cache
def thick_report() -> bytes:
    """Return a PDF of 3 MB, a scanned page: long enough on the way to lose the network meanwhile."""
    out = BytesIO()
    Image.open(BytesIO(photo())).convert("RGB").save(out, "PDF", resolution=200, quality=92)
    return out.getvalue()


def poor_photo(how: str) -> bytes:
    """Return a photo that is small, dark, blank, blurred, shaken, cut off, or of a card with a reflection."""
    paper = sheet(how, ["姓名：张丽　女　55 岁", "诊断：2 型糖尿病", "看得见吗"], stamp=False).resize((1240, 1754))
    table = Image.new("RGB", (1640, 2154), (90, 75, 60))
    table.paste(paper, (200, 200))
    made = {
        "small": lambda: paper.resize((420, 594)),
        "dark": lambda: paper.point(lambda light: light // 6),
        "blank": lambda: Image.new("RGB", (1240, 1754), (236, 236, 236)),
        "blurred": lambda: paper.filter(ImageFilter.GaussianBlur(9)),
        "shaken": lambda: paper.resize((1240 // 24, 1754), Image.Resampling.BOX).resize((1240, 1754)),
        "cut": lambda: table.crop((0, 0, 1640, 1300)),
        "glare": _card_with_a_reflection,
    }[how]()
    out = BytesIO()
    made.save(out, "JPEG", quality=85)
    return out.getvalue()


def _card_with_a_reflection() -> Image.Image:
    card = Image.new("RGB", (1600, 1000), (170, 185, 200))
    draw = ImageDraw.Draw(card)
    for line in range(5):
        draw.text(
            (100, 120 + 150 * line), "姓名 张丽 公民身份号码", font=ImageFont.truetype(FONT, 70), fill=(20, 20, 20)
        )
    draw.ellipse((1100, 300, 1400, 600), fill="white")
    return card
