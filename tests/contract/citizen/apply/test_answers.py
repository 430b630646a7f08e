"""A step of the wizard: good answers are kept, bad ones come back with what is wrong."""

from urllib.parse import urlencode

import pytest

from portal.cases.apply.draft import keep_answers
from portal.cases.life.case import answers_of, case_by_id
from tests.helpers import walk
from tests.helpers.answers import ANSWERS
from tests.helpers.client import Client
from tests.helpers.factories import make_draft, make_person
from tests.helpers.seen import chosen, refused, title, typed

FORM = {"content-type": "application/x-www-form-urlencoded"}


async def begun(client: Client, **answers: str) -> str:
    """Return where the draft of 张丽 lives, who is signed in."""
    case = await make_draft(answers={"mobile": "13800000101", **answers})
    await client.sign_in("13800000101")
    return walk.home_of(case)


async def kept(home: str) -> dict[str, str]:
    case = await case_by_id(home.rpartition("/")[2])
    assert case
    return answers_of(case)


# step, what was sent, what is said of it
WRONG = [
    ("person", {"mobile": ""}, {"mobile": "请填写手机号码。"}),
    ("person", {"mobile": "123"}, {"mobile": "手机号应该是 11 位，1 开头。请再检查一次。"}),
    ("disease", {}, {"disease": "请选一个病种。"}),
    ("disease", {"disease": "M99999"}, {"disease": "请从列出的选项里选一个。"}),
    (
        "diagnosis",
        {"department": "长" * 51},
        {
            "hospital": "请填写确诊的医院。",
            "department": "科室名称太长了，请写 50 个字以内。",
            "diagnosed_on": "请填写确诊日期。",
        },
    ),
    (
        "diagnosis",
        {"hospital": "甲医院", "diagnosed_on-year": "2026", "diagnosed_on-month": "2", "diagnosed_on-day": "30"},
        {"diagnosed_on": "没有这一天。请检查年、月、日。"},
    ),
    (
        "diagnosis",
        {"hospital": "甲医院", "diagnosed_on-year": "2999", "diagnosed_on-month": "1", "diagnosed_on-day": "1"},
        {"diagnosed_on": "确诊日期不能晚于今天。请再看一看诊断证明。"},
    ),
    ("form", {}, {"form_way": "请选一种填表的方法。"}),
    ("delivery", {}, {"delivery": "请选一种领取结果的方法。"}),
    (
        "delivery",
        {"delivery": "mail", "recipient": "张3", "postal_address": "苏祠路"},
        {
            "recipient": "收件人姓名里只能有汉字、字母和点“·”。请再检查一次。",
            "recipient_mobile": "请填写收件人手机号码。",
            "postal_address": "地址还不完整。请写到门牌号；农村写到村、组；团场写到连队。",
        },
    ),
    (
        "notify",
        {"notify_channel": "pigeon"},
        {"notify_channel": "请从列出的选项里选一个。", "notify_mobile": "请填写收短信的手机号码。"},
    ),
]


@pytest.mark.parametrize(("slug", "sent", "said"), WRONG)
async def test_every_error_is_said_in_the_summary_and_at_its_field(
    client: Client, slug: str, sent: dict[str, str], said: dict[str, str]
) -> None:
    home = await begun(client)

    await walk.answer(client, home, slug, sent)

    assert refused(client) == said
    assert all(client.text.count(message) >= 2 for message in said.values())
    assert f"done.{slug}" not in await kept(home)


async def test_what_was_typed_stands_there_again(client: Client) -> None:
    home = await begun(client)

    await walk.answer(
        client,
        home,
        "diagnosis",
        {
            "hospital": "甲 “乙” & <丙> 医院",
            "department": "长" * 51,
            "diagnosed_on-year": "26",
            "diagnosed_on-month": "十三",
            "diagnosed_on-day": "4",
            "treatment": "吃药\n打针",
        },
    )

    assert set(refused(client)) == {"department", "diagnosed_on"}
    assert typed(client, "hospital") == "甲 “乙” & <丙> 医院"
    assert typed(client, "treatment") == "吃药\n打针"
    assert [typed(client, f"diagnosed_on-{part}") for part in ("year", "month", "day")] == ["26", "十三", "4"]


async def test_a_choice_stays_chosen_when_something_else_is_wrong(client: Client) -> None:
    home = await begun(client)

    await walk.answer(client, home, "notify", {"notify_channel": "sms", "notify_mobile": "1"})

    assert set(refused(client)) == {"notify_mobile"}
    assert chosen(client, "notify_channel") == ["sms"]


@pytest.mark.parametrize(
    ("slug", "name"),
    [("person", "address"), ("person", "employer"), ("diagnosis", "hospital"), ("diagnosis", "treatment")],
)
@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("text", ["answer", "home", "token", "none", "{{ 7 * 7 }}", "{name}", "%s", "$1"])
async def test_what_was_typed_stands_in_its_field_and_nowhere_else(
    client: Client, slug: str, name: str, language: str, text: str
) -> None:
    home = await begun(client, **{name: "标记"})
    await client.get(f"{home}/{slug}?look={language}")
    before = client.text.count("标记")
    case = await case_by_id(home.rpartition("/")[2])
    assert case
    plain = client.text.count(text)
    await keep_answers(case, {name: text}, seen=str(case.row_version))

    await client.get(f"{home}/{slug}")

    assert before == 1
    assert typed(client, name) == text
    assert client.text.count(text) == plain + 1


@pytest.mark.parametrize("action", ["save", "back"])
async def test_saving_and_going_back_keep_what_was_typed_unchecked(client: Client, action: str) -> None:
    home = await begun(client)

    await walk.answer(
        client,
        home,
        "diagnosis",
        {"hospital": "", "department": "长" * 60, "diagnosed_on-year": "26", "action": action},
    )

    answers = await kept(home)
    assert client.path == {"save": home, "back": f"{home}/disease"}[action]
    assert (answers["department"], answers["diagnosed_on"]) == ("长" * 60, "26--")
    assert "done.diagnosis" not in answers
    await client.get(f"{home}/diagnosis")
    assert typed(client, "department") == "长" * 60
    assert typed(client, "diagnosed_on-year") == "26"


async def test_going_back_from_the_first_step_leads_to_the_list(client: Client) -> None:
    home = await begun(client)

    await walk.answer(client, home, "insurance", {"action": "back"})

    assert client.path == home


async def test_a_step_that_was_saved_half_done_says_so_in_the_list(client: Client) -> None:
    home = await begun(client)
    await walk.answer(client, home, "diagnosis", {"hospital": "甲医院", "action": "save"})

    assert client.path == home
    assert "进行中" in client.text


async def test_an_answer_that_stopped_being_good_is_to_be_mended(client: Client) -> None:
    home = await begun(client, **{"disease": "M99999", "done.disease": "yes"})

    await client.get(home)

    assert "需要修改" in client.text


async def test_only_the_steps_own_answers_are_kept(client: Client) -> None:
    home = await begun(client)

    await walk.answer(client, home, "person", {"mobile": "13800000101", "disease": "M01600", "state": "approved"})

    assert "disease" not in await kept(home)
    assert "state" not in await kept(home)


async def test_a_tab_that_is_older_than_the_draft_is_told_so_and_changes_nothing(client: Client) -> None:
    home = await begun(client)
    await client.get(f"{home}/person")
    older = dict(client.hidden)
    await walk.answer(client, home, "person", {"mobile": "13800000101", "address": "新地址"})

    await client.get(f"{home}/person")
    await client.post(f"{home}/person", {**older, "mobile": "13800000101", "address": "旧地址"})

    assert client.status == 409
    assert "这一次没有保存" in client.text
    assert (await kept(home))["address"] == "新地址"


async def test_coming_from_the_review_a_good_answer_leads_back_to_it(client: Client) -> None:
    home = walk.home_of(await walk.ready())
    await client.sign_in("13800000101")
    await client.get(f"{home}/review")
    assert f'href="{home}/diagnosis?return=review"' in client.text

    await client.get(f"{home}/diagnosis?return=review")
    assert "改好了，回去核对" in client.text
    await client.post(f"{home}/diagnosis?return=review", walk.GIVEN["diagnosis"])

    assert client.path == f"{home}/review"


async def test_a_bad_answer_on_the_way_back_to_the_review_keeps_leading_there(client: Client) -> None:
    home = walk.home_of(await walk.ready())
    await client.sign_in("13800000101")
    await client.get(f"{home}/person?return=review")
    await client.post(f"{home}/person?return=review", {"mobile": "1"})
    assert client.status == 422

    await client.post(f"{home}/person?return=review", {"mobile": "13800000101"})

    assert client.path == f"{home}/review"


@pytest.mark.parametrize("slug", ["nothing", "review2", "signatur", "__init__", "%2e%2e", "answers"])
async def test_a_step_that_is_not_on_the_way_is_not_there(client: Client, slug: str) -> None:
    home = await begun(client)

    await client.get(f"{home}/{slug}")

    assert client.status == 404


STEPS = (
    "",
    "/insurance",
    "/person",
    "/materials",
    "/form",
    "/review",
    "/signature",
    "/paper",
    "/paper.pdf",
    "/deletion",
)


@pytest.mark.parametrize("page", STEPS)
async def test_the_draft_of_somebody_else_looks_as_if_it_were_not_there(client: Client, page: str) -> None:
    foreign = walk.home_of(await walk.ready("ms-10"))
    await make_person("ms-01")
    await client.sign_in("13800000101")

    await client.get(f"{foreign}{page}")
    theirs = (client.status, title(client))
    await client.get(f"/meishan/apply/AAAAAAAAAAAAAAAAAAAAAA{page}")

    assert theirs == (client.status, title(client)) == (404, "没有找到这个页面")


@pytest.mark.parametrize("page", STEPS)
async def test_a_draft_of_one_city_is_not_there_in_another(client: Client, page: str) -> None:
    case = await walk.ready()
    await client.sign_in("13800000101")

    await client.get(f"/xinxing/apply/{case.id}{page}")

    assert client.status == 404


@pytest.mark.parametrize("slug", [*walk.GIVEN, "materials", "deletion"])
async def test_nobody_posts_into_the_draft_of_somebody_else(client: Client, slug: str) -> None:
    foreign = await walk.ready("ms-10")
    home = await begun(client)
    await client.get(home + "/person")

    await client.post(f"{walk.home_of(foreign)}/{slug}", {**walk.GIVEN.get(slug, {}), "row_version": "1"})

    assert client.status == 404
    unchanged = await case_by_id(foreign.id)
    assert unchanged == foreign
    assert answers_of(foreign) == ANSWERS


async def test_a_field_that_is_missing_or_doubled_upsets_nobody(client: Client) -> None:
    home = await begun(client)
    await client.get(f"{home}/person")
    body = [("csrf", client.hidden["csrf"]), ("row_version", "1"), ("mobile", "13800000101"), ("mobile", "123")]

    answer = await client.http.post(f"{home}/person", content=urlencode(body), headers=FORM)

    assert answer.status_code == 303
    assert (await kept(home))["mobile"] == "13800000101"
    await client.get(f"{home}/person")
    nothing = await client.http.post(f"{home}/person", data={"csrf": client.hidden["csrf"]})
    assert nothing.status_code == 409
