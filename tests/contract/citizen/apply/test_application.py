"""The whole application by plain HTML, for both cities, up to the receipt."""

import re

import pytest

from portal.cases.life.case import answers_of, case_by_number
from portal.cases.life.moves import State
from portal.cases.life.number import read_number
from portal.documents import keep
from portal.questions.catalogue import journey
from portal.questions.materials import slots
from portal.regions.load import REGIONS
from tests.helpers import walk
from tests.helpers.answers import AFTER_MATERIALS, BEFORE_MATERIALS
from tests.helpers.client import Client
from tests.helpers.factories import make_person
from tests.helpers.seen import errors, heading, title

# person, phone, name, the state after submitting, what the receipt says of it
PEOPLE = {
    "meishan": ("ms-01", "13800000101", "张丽", State.REVIEWING, "我们收到了，已经开始办。"),
    "xinxing": ("xx-01", "13800000001", "王建国", State.SUBMITTED, "我们收到了。"),
}


@pytest.mark.parametrize("city", PEOPLE)
async def test_a_citizen_applies_from_the_first_page_to_the_receipt(client: Client, city: str) -> None:
    no, phone, name, state, said = PEOPLE[city]
    await make_person(no)
    await client.get("/")
    await client.get(f"/{city}/")
    await client.sign_in(phone, city)

    home = await walk.fill_in(client, city)
    await client.get(f"{home}/review")
    assert f'href="{home}/signature"' in client.text
    await walk.sign(client, home, name)

    (number,) = re.findall(r'id="number">([\d ]+)<', client.text)
    case = await case_by_number(read_number(number))
    assert case
    assert (case.at, client.path) == (state, f"/{city}/cases/{case.number}/receipt")
    assert said in client.text
    assert REGIONS[city].rules.query.number_name_zh in client.text
    assert len(await keep.documents(case.id)) == len(slots(REGIONS[city], answers_of(case)))


async def test_on_the_way_each_step_says_where_one_is_and_leads_on(client: Client) -> None:
    await make_person("ms-01")
    await client.sign_in("13800000101")
    home = await walk.begin(client, "meishan")
    steps = journey(REGIONS["meishan"], {})
    seen = []
    for number, step in enumerate(steps, start=1):
        await client.get(f"{home}/{step.slug}")
        seen.append((client.status, heading(client), title(client)))
        assert f"第 {number} 步，共 {len(steps)} 步" in client.text
        assert errors(client) == {}

    assert seen == [
        (200, step.title, f"{step.title}（第 {number} 步，共 {len(steps)} 步）")
        for number, step in enumerate(steps, start=1)
    ]


async def test_the_task_list_counts_what_is_done_and_offers_what_is_next(client: Client) -> None:
    await make_person("ms-01")
    await client.sign_in("13800000101")
    home = await walk.begin(client, "meishan")
    before = client.text
    await walk.answer(client, home, "insurance")
    await walk.answer(client, home, "person")
    await client.get(home)

    assert "9 项里已完成 0 项" in before
    assert "9 项里已完成 2 项" in client.text
    assert f'class="button" href="{home}/disease"' in client.text
    assert client.text.count("还不能开始") == 1


async def test_what_is_known_already_is_not_asked_again(client: Client) -> None:
    await make_person("ms-01")
    await client.sign_in("13800000101")
    home = await walk.begin(client, "meishan")

    await client.get(f"{home}/person")

    assert "张丽" in client.text
    assert "511***********0026" in client.text
    assert "511400197102140026" not in client.text
    assert 'value="13800000101"' in client.text


async def test_beginning_twice_leads_to_the_same_draft(client: Client) -> None:
    await make_person("ms-01")
    await client.sign_in("13800000101")
    first = await walk.begin(client, "meishan")
    await client.get("/meishan/apply/new")
    offered = client.text

    assert "您有一份没填完的申请" in offered
    assert await walk.begin(client, "meishan") == first


async def test_the_step_after_the_insurance_is_the_person(client: Client) -> None:
    await make_person("ms-01")
    await client.sign_in("13800000101")
    home = await walk.begin(client, "meishan")
    passed: list[str] = []
    for slug in (*BEFORE_MATERIALS, "materials", *AFTER_MATERIALS):
        if slug == "materials":
            for slot in slots(REGIONS["meishan"], {}):
                await walk.upload(client, home, slot.id, walk.photo(len(passed)) + slot.id.encode())
            await client.get(f"{home}/materials")
            await client.post(f"{home}/materials")
        else:
            await walk.answer(client, home, slug)
        passed.append(client.path.rpartition("/")[2])

    assert passed == ["person", "disease", "diagnosis", "form", "materials", "delivery", "notify", "review"]


async def test_the_application_form_is_made_from_the_answers(client: Client) -> None:
    case = await walk.ready(treatment="打胰岛素")
    await client.sign_in("13800000101")

    await client.get(f"{walk.home_of(case)}/paper")

    for text in ("张丽", "糖尿病", "眉山市人民医院", "2026年3月16日 星期一", "打胰岛素"):
        assert text in client.text


async def test_a_draft_can_be_deleted_after_a_question(client: Client) -> None:
    case = await walk.ready()
    home = walk.home_of(case)
    await client.sign_in("13800000101")
    await client.get(f"{home}/deletion")
    asked = heading(client)

    await client.post(f"{home}/deletion")

    assert asked == "要删除这份草稿吗？"
    assert client.path == "/meishan/me"
    assert "您还没有申请过" in client.text
    assert await keep.documents(case.id) == []
