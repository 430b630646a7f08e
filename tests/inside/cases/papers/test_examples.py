"""Example pictures: every reason but 其他 has one; it is small, has no words in it, and follows the dark."""

import re
from xml.etree import ElementTree

import msgspec
import pytest

from portal.cases.life.moves import Role
from portal.cases.papers import corrections
from portal.cases.papers.defects import NewDefect
from portal.cases.papers.examples import PICTURES, drawn, pictures
from portal.core.tools.places import STATIC
from portal.regions.catalogue import BadFile
from portal.regions.load import REGIONS, Region
from portal.regions.reasons import Reason, reasons_about
from tests.helpers.client import Client
from tests.helpers.factories import acting, make_case, make_staff

FOLDER = STATIC / "images" / "reasons"


@pytest.mark.parametrize("region", REGIONS.values(), ids=REGIONS)
def test_every_reason_about_a_paper_but_other_has_its_picture_and_no_picture_is_left_over(region: Region) -> None:
    of_papers = reasons_about(region.reasons.correction, "material")
    assert set(pictures(region)) == set(of_papers) - {"other"}
    assert {file.stem for file in FOLDER.iterdir()} == set(PICTURES)


def test_a_city_cannot_name_a_drawing_that_nobody_made() -> None:
    region = REGIONS["meishan"]
    more = {**region.reasons.correction, "torn": Reason(words_zh="撕破了", source="sample", picture="torn")}
    reasons = msgspec.structs.replace(region.reasons, correction=more)
    odd = msgspec.structs.replace(region, reasons=reasons)

    assert pictures(odd) == pictures(region)
    with pytest.raises(BadFile, match=r"correction\.torn\.picture"):
        drawn(odd)


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_light_needs_no_translation_and_follows_the_dark(name: str) -> None:
    drawn = (FOLDER / f"{name}.svg").read_text()

    root = ElementTree.fromstring(drawn)
    assert len(drawn) < 2048
    assert "prefers-color-scheme:dark" in drawn
    assert not re.search(r"<text|href|<script|<image", drawn)
    assert root.get("viewBox") == "0 0 216 116"


async def test_the_clerk_and_the_citizen_see_the_same_example(client: Client) -> None:
    case = await make_case()
    reviewer = await make_staff("reviewer")
    await client.staff_sign_in("meishan-reviewer")
    composer = f"/staff/cases/{case.number}/corrections/new"
    await client.get(composer)
    assert client.text.count('class="example"') == len(PICTURES)
    await client.post(composer, {"reason-identity": "one_side", "action": "preview"})
    assert client.text.count(PICTURES["one_side"].said) == 2

    await corrections.ask(case, acting(reviewer, Role.REVIEWER), [NewDefect("identity", "one_side", "")])
    await client.sign_in("13800000101")
    await client.get(f"/meishan/cases/{case.number}/corrections/1")

    picture = re.search(r'<img src="([^"]+)" alt="左边：只有正面。右边：正面和反面都有。"', client.text)
    assert picture
    await client.get(picture[1])
    assert client.status == 200
    assert client.page.headers["content-type"].startswith("image/svg+xml")
