"""Two tabs: who sends the older one sees what they typed beside what is saved, and chooses answer by answer."""

from urllib.parse import quote_plus

import pytest

from portal.cases.life.case import Case, answers_of, case_by_id
from tests.helpers.client import Client
from tests.helpers.factories import citizen, make_draft, make_person, send_in
from tests.helpers.must import must
from tests.helpers.seen import heading
from tests.helpers.sides import choose, sides

pytestmark = pytest.mark.usefixtures("database")

MINE, OTHER = "苏祠路 1 号", "三苏大道 2 号"


async def answers(case: Case) -> dict[str, str]:
    return answers_of(must(await case_by_id(case.id)))


async def two_tabs(client: Client, slug: str, first: dict[str, str], second: dict[str, str]) -> Case:
    """Open a step in two tabs, and send one after the other."""
    case = await make_draft()
    await client.sign_in("13800000101")
    step = f"/meishan/apply/{case.id}/{slug}"
    await client.get(step)
    older = dict(client.hidden)
    await client.post(step, first)
    assert client.status == 200
    client.page = await client.http.post(step, data={**older, **second})
    return case


async def test_both_versions_stand_side_by_side_and_only_where_they_differ(client: Client) -> None:
    same = {"mobile": "13800000101"}
    await two_tabs(client, "person", {**same, "address": OTHER}, {**same, "address": MINE})

    assert (client.status, heading(client)) == (409, "内容刚才已经变了")
    assert list(sides(client).values()) == [[f"address={quote_plus(MINE)}", f"address={quote_plus(OTHER)}"]]
    assert client.text.index("您刚才填的</span>") < client.text.index(MINE) < client.text.index("现在保存的</span>")
    assert client.text.index("现在保存的</span>") < client.text.index(OTHER)
    assert "按我选的保存" in client.text


async def test_what_was_typed_is_chosen_beforehand_and_saved(client: Client) -> None:
    same = {"mobile": "13800000101"}
    case = await two_tabs(client, "person", {**same, "address": OTHER}, {**same, "address": MINE})

    await choose(client)

    assert client.path.endswith("/disease")
    assert (await answers(case))["address"] == MINE


async def test_what_is_saved_can_be_chosen_too(client: Client) -> None:
    same = {"mobile": "13800000101"}
    case = await two_tabs(client, "person", {**same, "address": OTHER}, {**same, "address": MINE})

    await choose(client, chosen_1=sides(client)["chosen-1"][1])

    assert client.path.endswith("/disease")
    assert (await answers(case))["address"] == OTHER


async def test_one_may_be_chosen_here_and_the_other_there(client: Client) -> None:
    case = await two_tabs(
        client,
        "person",
        {"mobile": "13800000102", "address": OTHER, "employer": "甲厂"},
        {"mobile": "13800000101", "address": MINE, "employer": "乙厂"},
    )
    asked = sides(client)
    saved = next(name for name, texts in asked.items() if texts[1].startswith("address="))

    await choose(client, **{saved.replace("-", "_"): asked[saved][1]})

    kept = await answers(case)
    assert (kept["mobile"], kept["address"], kept["employer"]) == ("13800000101", OTHER, "乙厂")


async def test_the_parts_of_a_day_are_one_answer_and_choices_are_told_by_their_names(client: Client) -> None:
    draft = await make_draft()
    given = answers_of(draft)
    year, month, day = given["diagnosed_on"].split("-")
    parts = {"diagnosed_on-year": year, "diagnosed_on-month": month, "diagnosed_on-day": day}
    same = {name: given[name] for name in given if name in ("hospital", "doctor", "diagnosis", "diagnosis_text")}
    case = await two_tabs(client, "diagnosis", {**same, **parts}, {**same, **parts, "diagnosed_on-year": "2011"})

    assert f"2011 年 {month} 月 {day} 日" in client.text
    await choose(client)
    assert (await answers(case))["diagnosed_on"].startswith("2011-")


async def test_a_choice_is_shown_by_its_words_and_not_by_its_code(client: Client) -> None:
    case = await two_tabs(client, "disease", {"disease": "M01600"}, {"disease": "M03900"})

    assert '<span class="said">M03900</span>' not in client.text
    assert '<span class="said">高血压' in client.text
    await choose(client)
    assert (await answers(case))["disease"] == "M03900"


async def test_if_both_tabs_said_the_same_nothing_is_asked(client: Client) -> None:
    same = {"mobile": "13800000101", "address": MINE}
    await two_tabs(client, "person", same, same)

    assert client.status == 409
    assert not sides(client)
    assert "您刚才填的，和现在保存的一样，不用再填。" in client.text
    await choose(client)
    assert client.path.endswith("/disease")


async def test_a_third_change_meanwhile_is_shown_once_more(client: Client) -> None:
    same = {"mobile": "13800000101"}
    case = await two_tabs(client, "person", {**same, "address": OTHER}, {**same, "address": MINE})
    page = client.page
    await client.get(f"/meishan/apply/{case.id}/person")
    await client.post(client.path, {**same, "address": "第三条路"})
    client.page = page

    await choose(client)

    assert client.status == 409
    assert "第三条路" in client.text
    await choose(client)
    assert (await answers(case))["address"] == MINE


async def test_a_wrong_answer_that_is_chosen_is_said_as_ever(client: Client) -> None:
    await two_tabs(client, "person", {"mobile": "13800000102"}, {"mobile": "138"})

    await choose(client)

    assert client.status == 422
    assert 'value="138"' in client.text
    assert "field--wrong" in client.text


async def test_if_the_draft_was_handed_in_meanwhile_it_is_said_and_the_words_can_be_copied(client: Client) -> None:
    case = await make_draft()
    await client.sign_in("13800000101")
    step = f"/meishan/apply/{case.id}/person"
    await client.get(step)
    await send_in(case, citizen(await make_person()))

    await client.post(step, {"mobile": "13800000101", "address": MINE})

    assert client.status == 409
    assert "最近的一步：" in client.text
    assert f'<p class="said">{MINE}</p>' in client.text
    assert '<p class="said">13800000101</p>' not in client.text


async def test_the_page_of_a_draft_that_was_handed_in_leads_to_the_case(client: Client) -> None:
    case = await make_draft()
    sent = await send_in(case, citizen(await make_person()))
    await client.sign_in("13800000101")

    await client.get(f"/meishan/apply/{case.id}/person")

    assert client.path == f"/meishan/cases/{sent.number}"
