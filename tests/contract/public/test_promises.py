"""What a text says of the way a matter is done is so: nobody is sent to a counter, nobody is promised to be unknown."""

import re

import pytest

from portal.accounts.delegation import delegation
from portal.cases.life.case import Actor, case_by_id, move
from portal.cases.life.moves import Role
from portal.core.tools.i18n import catalogue
from portal.letters import mandate
from portal.notices.inbox import messages
from portal.regions.load import REGIONS
from tests.helpers import care
from tests.helpers.client import Client
from tests.helpers.factories import make_case, make_expert, make_person
from tests.helpers.must import must

TO_A_COUNTER = re.compile(r"(?<!不用)(?<!无需)[到去来跑].{0,10}窗口|到(当地)?经办机构(?!告诉)|[到去]现场")
SUPERVISOR = Actor("a supervisor", Role.SUPERVISOR)


def test_no_text_of_the_portal_sends_people_to_a_counter() -> None:
    texts = [text for text in catalogue("en") if "不用" not in text]

    assert [text for text in texts if TO_A_COUNTER.search(text)] == []


@pytest.mark.parametrize("city", REGIONS)
def test_no_text_of_a_city_sends_people_to_a_counter(city: str) -> None:
    lines = [line for text in REGIONS[city].texts.values() for line in text.splitlines() if "不用" not in line]
    said = [line.partition(" #")[0] for line in lines if not line.startswith("#")]

    assert [line for line in said if TO_A_COUNTER.search(line)] == []


async def test_an_expert_reads_that_a_paper_may_show_the_name(client: Client) -> None:
    await make_expert("one")
    await client.staff_sign_in("one")

    await client.get("/staff/opinions")

    assert "看不到申请人是谁" not in client.text
    assert "病历原件上可能印着" in client.text


async def test_a_letter_of_authority_has_both_phones(database: None) -> None:
    proxy = await make_person("ms-03")
    known = await care.propose(proxy, "ms-14")
    principal = await make_person("ms-14")

    rows = dict(mandate.written(REGIONS["meishan"], must(await delegation(known.id)), principal, proxy).rows)

    assert rows["委托人联系电话"] == known.principal_phone != ""
    assert rows["受托人联系电话"] == "13800000103"


@pytest.mark.parametrize(
    ("note", "said"),
    [
        ("专家出差", "延期（专家出差）"),
        ("专家出差。", "延期（专家出差）"),
        ("糖尿病专家出差", "延期（原因见告知书）"),
        ("两位专家都到外地参加会议去了", "延期（原因见告知书）"),
    ],
)
async def test_who_is_told_of_an_extension_reads_its_real_reason_or_where_it_stands(
    note: str, said: str, database: None
) -> None:
    case = await make_case()

    await move(case, "extend_deadline", SUPERVISOR, note=note, days=1)

    told = [message.text for message in await messages(must(await case_by_id(case.id)).person)]
    assert any(said in text for text in told)
    assert not any("情况复杂" in text for text in told)


async def test_a_city_that_publishes_words_for_its_ways_shows_these_words(client: Client) -> None:
    await client.get("/xinxing/")

    assert "进度查询" in client.text
    assert "材料补传" in client.text


async def test_the_first_page_leads_to_the_city_that_was_chosen_last(client: Client) -> None:
    await client.get("/")
    assert "上次选的" not in client.text
    await client.get("/xinxing/")

    await client.get("/")

    assert "接着去新星市" in client.text
    assert client.text.count('href="/xinxing/"') == 1
    assert 'href="/meishan/"' in client.text


async def test_who_signs_in_without_the_guide_finds_their_city_again(client: Client) -> None:
    await make_person("xx-01")
    await client.sign_in("13800000001", "xinxing")

    await client.get("/")

    assert "接着去新星市" in client.text


async def test_a_city_that_does_not_exist_is_not_remembered(client: Client) -> None:
    client.http.cookies.set("__Host-city", "nowhere", domain="mt.example.cn")

    await client.get("/")

    assert client.status == 200
    assert "上次选的" not in client.text
