"""Help, errors and choices stand where the thing is, are heard there, and say what the city published."""

import re

import pytest

from portal.questions.catalogue import STEPS
from portal.questions.materials import KINDS, slots
from portal.regions.load import REGIONS
from tests.helpers import walk
from tests.helpers.client import Client
from tests.helpers.factories import make_draft
from tests.helpers.seen import errors

COMMUNITY = "东坡区城关社区卫生服务中心"  # level 1, designated
CLINIC = "眉山康复门诊部"  # no level, not designated

# The published lists, word for word; what stands in them comes in this order.
PUBLISHED = {
    "xinxing": ("病历或检查资料", "住院病历、门诊病历、相关检查检验报告"),
    "meishan": ("病历资料", "检查报告、病情诊断证明、住院病历或出院小结"),
}


async def begun(client: Client, region: str = "meishan", **answers: str) -> str:
    """Return where a draft of somebody insured in *region* lives, who is signed in."""
    no, mobile = {"meishan": ("ms-01", "13800000101"), "xinxing": ("xx-01", "13800000001")}[region]
    case = await make_draft(no, region, answers={"mobile": mobile, **answers})
    await client.sign_in(mobile, region)
    return walk.home_of(case)


def section_of(page: str, slot: str) -> str:
    """Return the part of the page of materials about one material."""
    return page.partition(f'aria-labelledby="slot-{slot}"')[2].partition("</section>")[0]


def described(page: str, control: str) -> str:
    """Return what is heard with the control that has this id: all that its description names."""
    (tag,) = re.findall(rf'<input[^>]*\bid="{re.escape(control)}"[^>]*>', page)
    ids = re.findall(r'aria-describedby="([^"]*)"', tag)[0].split()
    parts = [re.search(rf'id="{re.escape(id)}"[^>]*>(.*?)</(?:div|span|p)>', page, re.DOTALL) for id in ids]
    return " ".join(re.sub(r"<[^>]+>", "", part[1]) for part in parts if part)


@pytest.mark.parametrize("region", ["meishan", "xinxing"])
async def test_every_picker_says_formats_size_and_stamp(client: Client, region: str) -> None:
    home = await begun(client, region)
    await client.get(f"{home}/materials")

    for slot in slots(REGIONS[region], {}):
        heard = described(client.text, f"pick-{slot.id}")
        assert "照片或 PDF，每个最大 20 MB。" in heard
        assert ("要有医院公章" in heard) == slot.stamp
    assert all("aria-describedby" in tag for tag in re.findall(r'<input type="file"[^>]*>', client.text))


async def test_the_boxes_stand_under_their_own_material_and_each_error_leads_to_the_picker(client: Client) -> None:
    home = await begun(client)
    await walk.upload(client, home, "medical_records.exam_report", walk.photo())
    await client.get(f"{home}/materials")
    await client.post(f"{home}/materials")

    said = errors(client)
    assert said["pick-medical_records.diagnosis_certificate"] == (
        "还没有病情诊断证明。请上传；没有的话，在这一项勾“暂时没有”。"
    )
    assert all(name.startswith("pick-") for name in said)
    for slot in slots(REGIONS["meishan"], {}):
        wanted = not slot.required and slot.id != "medical_records.exam_report"
        assert (f'name="without.{slot.id}"' in section_of(client.text, slot.id)) == wanted


async def test_a_wrong_date_is_heard_at_each_of_its_fields(client: Client) -> None:
    home = await begun(client)
    await client.get(f"{home}/diagnosis")
    await client.post(f"{home}/diagnosis", {"diagnosed_on-year": "2030", "diagnosed_on-month": "13"})

    fields = re.findall(r'<input[^>]*name="diagnosed_on-[^>]*>', client.text)
    assert len(fields) == 3
    assert all('aria-describedby="diagnosed_on-hint diagnosed_on-error"' in field for field in fields)
    assert all('aria-invalid="true"' in field for field in fields)


@pytest.mark.parametrize("slug", ["person", "disease", "diagnosis", "form", "delivery", "notify"])
async def test_each_line_of_the_summary_leads_to_the_field_that_mends(client: Client, slug: str) -> None:
    home = await begun(client)
    await client.get(f"{home}/{slug}")
    wrong = {"delivery": "mail"} if slug == "delivery" else {}
    names = [question.name for question in STEPS[slug].questions]
    await client.post(f"{home}/{slug}", {**dict.fromkeys(names, ""), **wrong})

    found = errors(client)
    assert found
    for name in found:
        assert re.search(rf'<(?:input|textarea|select)[^>]*\bid="{name}"', client.text), "no heading, no legend"


async def test_a_long_address_has_room_for_lines(client: Client) -> None:
    home = await begun(client)
    await client.get(f"{home}/person")

    assert re.search(r'<textarea[^>]*autocomplete="street-address"', client.text)
    assert not re.search(r'<input[^>]*autocomplete="street-address"', client.text)


async def test_the_review_never_says_what_nobody_said(client: Client) -> None:
    home = await begun(client)
    await client.get(f"{home}/review")
    assert "不同意电子送达" not in client.text

    await client.get(f"{home}/delivery")
    await client.post(f"{home}/delivery", {"delivery": "certificate"})
    await client.get(f"{home}/review")
    assert "不同意电子送达" in client.text


async def test_the_fields_of_the_mail_can_be_told_from_the_others(client: Client) -> None:
    home = await begun(client)
    await client.get(f"{home}/delivery")

    assert client.text.count("field--only-if") == 3


@pytest.mark.parametrize("hospital", [COMMUNITY, CLINIC])
async def test_a_hospital_that_does_not_fit_is_said_at_once_and_in_the_review_and_blocks_nobody(
    client: Client, hospital: str
) -> None:
    home = await begun(client)
    await client.get(f"{home}/diagnosis")
    assert "病历要二级及以上定点医疗机构出具。" in client.text
    assert '<option value="眉山市人民医院" label="三级，定点">' in client.text
    given = {**walk.GIVEN["diagnosis"], "hospital": hospital}

    await client.post(f"{home}/diagnosis", given)
    assert "还是用这家的话，请再点一次“下一步”。" in errors(client)["hospital"]
    await client.post(f"{home}/diagnosis", given)
    assert client.path == f"{home}/form"

    await client.get(f"{home}/review")
    assert f"{hospital}：" in client.text
    assert "病历要二级及以上定点医疗机构出具，这家的可能通不过。" in client.text


async def test_where_the_city_names_no_level_no_hospital_is_doubted(client: Client) -> None:
    home = await begun(client, "xinxing")
    await walk.answer(client, home, "diagnosis", {**walk.GIVEN["diagnosis"], "hospital": "第十三师火箭农场医院"})

    assert client.path == f"{home}/form"


@pytest.mark.parametrize("region", PUBLISHED)
async def test_the_materials_are_named_as_the_city_published_them_and_each_has_its_place(
    client: Client, region: str
) -> None:
    material, examples = PUBLISHED[region]
    home = await begun(client, region)
    await client.get(f"{home}/materials")

    assert f"{material}，如{examples}等。" in client.text
    assert ("公章" in client.text) == (region == "meishan"), "the stamp where the city publishes it"
    places = [slot.name for slot in slots(REGIONS[region], {}) if slot.material == "medical_records"]
    named = (
        ("住院病历", "门诊病历", "检查报告", "检验报告")
        if region == "xinxing"
        else ("检查报告", "病情诊断证明", "住院病历", "出院小结")
    )
    for kind in named:
        assert kind in KINDS.values()
        assert any(kind in place for place in places)


async def test_who_signs_is_asked_to_type_the_name(client: Client) -> None:
    ready = await walk.ready()
    await client.sign_in("13800000101")
    await client.get(f"{walk.home_of(ready)}/signature")

    assert "请在下面输入您的姓名“张丽”，作为签名。" in client.text
