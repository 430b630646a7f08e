"""The first pages: choose a city; its guide says who may apply, with what, how long it takes and where."""

import html
import re
from itertools import pairwise

import pytest

from portal.core.tools.i18n import catalogue
from portal.regions.load import REGIONS
from tests.helpers.client import Client
from tests.helpers.factories import make_person
from tests.helpers.reading import chinese_in

COLUMNS = ["材料名称", "必要性", "类型", "形式", "纸质份数", "来源渠道"]
# The rows as Meishan has published them.
PUBLISHED = [
    ["病历资料", "必要", "原件", "纸质", "1", "二级及以上医院"],
    ["有效身份证件", "必要", "原件", "电子", "0", "公安部门"],
    ["门诊慢特病病种待遇认定申请表", "必要", "原件", "电子", "0", "自行下载填写"],
]


def cells(page: str, caption: str) -> list[list[str]]:
    """Return the rows of the table with *caption*, its head first."""
    table = next(one for one in re.findall(r"<table.*?</table>", page, re.DOTALL) if caption in one)
    rows = re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)
    return [
        [html.unescape(re.sub(r"<[^>]+>", "", cell)).strip() for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)]
        for row in rows
    ]


async def test_the_first_page_offers_every_city(client: Client) -> None:
    await client.get("/")

    assert client.status == 200
    for region in REGIONS.values():
        assert f'href="/{region.id}/"' in client.text
        assert region.rules.region.name_zh in client.text


@pytest.mark.parametrize("city", REGIONS)
async def test_the_table_of_materials_has_its_six_published_columns(client: Client, city: str) -> None:
    await client.get(f"/{city}/")

    head, *rows = cells(client.text, "下面是公布的材料表")
    listed = [one for one in REGIONS[city].rules.materials if one.necessity != "conditional"]
    assert head == COLUMNS
    assert [row[0] for row in rows] == [one.name_zh for one in listed]
    assert all(len(row) == 6 and all(row) for row in rows)


async def test_the_rows_are_those_that_meishan_has_published(client: Client) -> None:
    await client.get("/meishan/")

    assert cells(client.text, "下面是公布的材料表")[1:] == PUBLISHED


async def test_every_cell_has_its_column_s_name_for_a_phone(client: Client) -> None:
    await client.get("/meishan/")

    for column in COLUMNS[1:]:
        assert client.text.count(f'data-label="{column}"') >= 3


@pytest.mark.parametrize("city", REGIONS)
async def test_the_guide_says_how_long_how_often_and_what_it_costs(client: Client, city: str) -> None:
    await client.get(f"/{city}/")

    rules = REGIONS[city].rules
    assert f"{rules.clock.limit_workdays} 个工作日内" in client.text
    assert f"{rules.service.visits_required} 趟" in client.text
    for step in rules.steps:
        assert (step.short_zh or step.name_zh) in client.text
    for channel in rules.channels:
        assert channel.name_zh in client.text
    assert REGIONS[city].hotline in client.text
    assert f'href="/{city}/apply/new"' in client.text


@pytest.mark.parametrize("city", REGIONS)
async def test_what_nobody_has_confirmed_is_marked_as_a_sample(client: Client, city: str) -> None:
    await client.get(f"/{city}/")

    assert ("样例政策数据" in client.text) == REGIONS[city].sample()


@pytest.mark.parametrize("city", REGIONS)
async def test_the_headings_of_the_guide_are_in_order_and_its_contents_lead_to_them(client: Client, city: str) -> None:
    await client.get(f"/{city}/")

    levels = [int(level) for level in re.findall(r"<h([1-6])", client.text)]
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    contents = re.findall(r'<li><a href="#([\w-]+)"', client.text)
    assert len(contents) == 5
    assert all(f'id="{place}"' in client.text for place in contents)


async def test_who_is_signed_in_is_not_asked_to_sign_in(client: Client) -> None:
    await make_person()
    await client.get("/meishan/")
    assert 'href="/meishan/login"' in client.text

    await client.sign_in("13800000101")
    await client.get("/meishan/")

    assert 'href="/meishan/login"' not in client.text
    assert 'href="/meishan/logout"' in client.text


@pytest.mark.parametrize("city", REGIONS)
async def test_the_guide_can_be_read_in_english(client: Client, city: str) -> None:
    await client.get(f"/{city}/?look=en")

    assert '<html lang="en"' in client.text
    assert not chinese_in(client.text)
    assert catalogue("en")["在线申请"] in client.text


@pytest.mark.parametrize("city", ["nowhere", "MEISHAN", "meishan ", "眉山", "%2e%2e%2f", "static2"])
async def test_a_city_that_has_none_is_not_found(client: Client, city: str) -> None:
    await client.get(f"/{city}/")

    assert client.status == 404
    assert "没有找到这个页面" in client.text
