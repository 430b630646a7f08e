"""电子送达: never ticked beforehand, never in the way, said wherever answers are said, taken back at once."""

import re

import pytest

from portal.cases.apply import acting, draft
from portal.cases.life.case import answers_of, case_by_id
from portal.core.store.database import fetch_value
from portal.questions.delivery import ELECTRONIC
from portal.regions.load import REGIONS
from tests.helpers import care, walk
from tests.helpers.answers import ANSWERS
from tests.helpers.client import Client
from tests.helpers.factories import make_decided, make_draft, make_person, make_staff
from tests.helpers.mail import REFUSED, sent_in
from tests.helpers.seen import chosen

ME = "13800000101"
ROW = re.compile(r"<dt>电子送达</dt>\s*<dd>([^<]+)</dd>")


@pytest.mark.parametrize(("no", "region"), [("ms-01", "meishan"), ("xx-01", "xinxing")])
async def test_the_box_is_never_ticked_beforehand_and_says_what_happens_without_it(
    client: Client, no: str, region: str
) -> None:
    case = await make_draft(no, region, {})
    await client.sign_in(care.record(no).phone, region)

    await client.get(f"{walk.home_of(case)}/delivery")

    assert chosen(client, ELECTRONIC.name) == []
    assert REGIONS[region].rules.delivery.refused_zh in client.text
    assert "结果一放进您的账号就算您收到了，申诉的天数从那天算起" in client.text


async def test_who_leaves_it_open_goes_on_and_reads_it_on_the_review_page_and_the_form(client: Client) -> None:
    case = await walk.ready(electronic_delivery="")
    await client.sign_in(ME)
    home = walk.home_of(case)

    await client.get(f"{home}/delivery")
    await client.post(f"{home}/delivery", {"delivery": "certificate"})
    assert client.path == f"{home}/notify"
    await client.get(f"{home}/review")
    assert ROW.findall(client.text) == ["不同意电子送达"]
    assert f'href="{home}/delivery?return=review">修改<span class="visually-hidden"> 电子送达</span>' in client.text
    await client.get(f"{home}/paper")
    assert "不同意电子送达" in client.text
    await walk.sign(client, home, "张丽")

    assert "提交成功" in client.text
    assert await fetch_value("SELECT count(*) FROM consent WHERE purpose = 'electronic_delivery'") == 0


async def test_who_changes_their_mind_on_the_review_page_comes_back_to_it(client: Client) -> None:
    case = await walk.ready(electronic_delivery="")
    await client.sign_in(ME)
    home = walk.home_of(case)

    await client.get(f"{home}/delivery?return=review")
    await client.post(f"{home}/delivery?return=review", {"delivery": "certificate", ELECTRONIC.name: "yes"})

    assert client.path == f"{home}/review"
    assert ROW.findall(client.text) == ["同意电子送达"]
    await client.get(f"{home}/delivery")
    assert chosen(client, ELECTRONIC.name) == ["yes"]


async def test_the_consent_stands_in_the_settings_and_is_taken_back_with_one_press(client: Client) -> None:
    case = await sent_in(ANSWERS)
    await client.sign_in(ME)
    await client.get("/meishan/settings")
    assert "不再算已经送到您手里" in client.text
    (consent,) = re.findall(r'name="consent" value="([\w-]+)"', client.text)

    await client.post("/meishan/settings/consents", {"consent": consent})

    assert "已经不同意了" in client.text
    await make_staff("supervisor")
    await client.staff_sign_in("meishan-supervisor")
    await client.get(f"/staff/cases/{case.number}")
    assert "没有同意电子送达，结果文书须邮寄" in client.text
    assert "已送到网上账号，申请人还没有打开" in client.text  # the letters from before stay served


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        (ANSWERS, "申请人同意电子送达"),
        (REFUSED, "没有同意电子送达，结果文书须邮寄"),
        ({**REFUSED, "address": ""}, "没有同意电子送达，须邮寄；没有地址，请问申请人寄到哪里"),
    ],
)
async def test_the_desk_sees_whether_letters_are_served_on_line_or_must_be_mailed(
    client: Client, answers: dict[str, str], said: str
) -> None:
    case = await make_decided(await sent_in(answers))
    await make_staff("supervisor")
    await client.staff_sign_in("meishan-supervisor")

    await client.get(f"/staff/cases/{case.number}")

    assert said in client.text
    assert ("邮寄：等打印" in client.text) == (said == "没有同意电子送达，结果文书须邮寄")
    assert ("放在网上账号里，没有同意电子送达" in client.text) == (answers is not ANSWERS)


async def test_where_no_mail_is_sent_the_desk_is_told_to_serve_the_local_way(client: Client) -> None:
    case = await sent_in({**REFUSED}, "xinxing")
    await make_staff("supervisor", "xinxing")
    await client.staff_sign_in("xinxing-supervisor")

    await client.get(f"/staff/cases/{case.number}")

    assert "没有同意电子送达，本地不邮寄，请按本地的办法送达" in client.text


async def test_the_progress_page_says_that_the_result_comes_on_paper_too(client: Client) -> None:
    agreed, refused = await sent_in(ANSWERS), await sent_in({**REFUSED, "disease": "M06900"})
    await client.sign_in(ME)

    for case, said in ((agreed, "电子认定证明"), (refused, "电子认定证明和邮寄")):
        await client.get(walk.case_address(case))
        assert re.search(rf"<dt>结果给您</dt>\s*<dd>{said}</dd>", client.text)


@pytest.mark.parametrize(("scopes", "asked"), [(care.SCOPES, True), (("apply", "view"), False)])
async def test_a_proxy_is_asked_only_where_they_may_receive(
    client: Client, scopes: tuple[str, ...], asked: bool
) -> None:
    known = await care.become(await care.propose(await make_person("ms-03"), "ms-14", scopes=scopes), "active")
    case = await acting.begin(known, "13800000103")
    await client.sign_in("13800000103")

    await client.get(f"{walk.home_of(case)}/delivery")

    assert (f'name="{ELECTRONIC.name}"' in client.text) == asked
    assert ("所以结果会直接给对方本人" in client.text) == (not asked)
    await client.post(f"{walk.home_of(case)}/delivery", {"delivery": "certificate", ELECTRONIC.name: "yes"})
    assert client.path == f"{walk.home_of(case)}/notify"
    await client.get(f"{walk.home_of(case)}/review")
    assert ROW.findall(client.text) == (["同意电子送达"] if asked else [])


async def test_a_box_that_was_posted_with_something_else_in_it_is_refused(client: Client) -> None:
    case = await walk.ready()
    await client.sign_in(ME)

    await client.get(f"{walk.home_of(case)}/delivery")
    await client.post(f"{walk.home_of(case)}/delivery", {"delivery": "certificate", ELECTRONIC.name: "on"})

    assert client.status == 422
    kept = await case_by_id(case.id)
    assert kept
    assert answers_of(kept)[ELECTRONIC.name] == "yes"


async def test_a_draft_that_was_thrown_away_agreed_to_nothing(client: Client) -> None:
    case = await walk.ready()
    await client.sign_in(ME)

    await draft.delete(case)
    await client.get("/meishan/settings")

    assert 'name="consent"' not in client.text
