"""What a citizen does at a browser without script, page by page."""

import re
from collections.abc import Mapping
from functools import cache
from io import BytesIO

from PIL import Image, ImageDraw

from portal.cases.life.case import Case
from portal.questions.materials import slots
from portal.regions.load import REGIONS
from tests.helpers.answers import AFTER_MATERIALS, ANSWERS, BEFORE_MATERIALS, STEPS, fields
from tests.helpers.client import Client
from tests.helpers.factories import add_document, make_draft

# What is posted for each step; the address is of the answers that nobody must give.
GIVEN: Mapping[str, Mapping[str, str]] = {
    **{slug: fields(slug) for slug in STEPS},
    "person": {**fields("person"), "address": "东坡区苏祠路 1 号", "employer": ""},
}


@cache
def photo(number: int = 0) -> bytes:
    """Return a photo of a page with lines on it, another one for each *number*."""
    image = Image.new("RGB", (900, 1200), "white")
    draw = ImageDraw.Draw(image)
    for line in range(20):
        draw.rectangle((80, 60 + 50 * line, 500 + 37 * (line * (number + 3) % 9), 80 + 50 * line), fill="black")
    out = BytesIO()
    image.save(out, "JPEG", quality=80)
    return out.getvalue()


async def begin(client: Client, region: str) -> str:
    """Press 开始填写 and return where the draft lives."""
    await client.get(f"/{region}/apply/new")
    await client.post(f"/{region}/apply/new")
    return client.path


async def answer(client: Client, home: str, slug: str, fields: Mapping[str, str] | None = None) -> None:
    """Open a step, fill it in and press 下一步."""
    await client.get(f"{home}/{slug}")
    await client.post(f"{home}/{slug}", GIVEN[slug] if fields is None else fields)


async def upload(client: Client, home: str, slot: str, *photos: bytes) -> None:
    """Choose photos for a material and press 上传."""
    await client.get(f"{home}/materials")
    files = [(f"照片{number}.jpg", content, "image/jpeg") for number, content in enumerate(photos)]
    await client.upload(f"{home}/materials/{slot}", *files)


async def fill_in(client: Client, region: str, disease: str = "M01600") -> str:
    """Answer every step with a photo for every material, and return where the draft lives."""
    home = await begin(client, region)
    for slug in BEFORE_MATERIALS:
        await answer(client, home, slug, {"disease": disease} if slug == "disease" else None)
    for number, slot in enumerate(slots(REGIONS[region], {"form_way": "fill_online"})):
        await upload(client, home, slot.id, photo(number))
    await client.get(f"{home}/materials")
    await client.post(f"{home}/materials")
    for slug in AFTER_MATERIALS:
        await answer(client, home, slug)
    return home


async def sign(client: Client, home: str, name: str) -> None:
    """Agree to the declaration, sign with *name*, press 确认并提交."""
    await client.get(f"{home}/signature")
    await client.post(f"{home}/signature", {"declared": "yes", "signature": name})


async def explain_all(client: Client, address: str, words: str) -> None:
    """Open a notice, write *words* under every defect, press 补好了，提交."""
    await client.get(address)
    fields = re.findall(r'name="(words-[^"]+)"', client.text)
    await client.post(address, dict.fromkeys(fields, words))


async def ready(no: str = "ms-01", region: str = "meishan", **answers: str) -> Case:
    """Return a draft to which nothing but the signature is missing; its files have no content."""
    case = await make_draft(no, region, {**ANSWERS, **answers})
    for slot in slots(REGIONS[region], {**ANSWERS, **answers}):
        await add_document(case, slot.id)
    return case


def home_of(case: Case) -> str:
    """Return where a draft lives."""
    return f"/{case.region}/apply/{case.id}"


def case_address(case: Case) -> str:
    """Return where a submitted case lives."""
    return f"/{case.region}/cases/{case.number}"
