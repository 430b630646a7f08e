"""账号设置: devices, phones, consents, one's own data, and the end of the account."""

import json
import re
from datetime import timedelta

import pytest

from portal.accounts import consents, face, person, phones
from portal.core.store import audit
from portal.core.store.database import execute, fetch_value
from portal.core.tools import clock
from portal.core.tools.paper import LIMITS
from tests.helpers.client import Client
from tests.helpers.factories import make_case, make_draft, make_person
from tests.helpers.seen import heading, refused

pytestmark = pytest.mark.usefixtures("database")

PHONE = "13800000101"


async def at_settings(client: Client) -> None:
    await client.sign_in(PHONE)
    await client.get("/meishan/settings")


async def test_the_open_sessions_are_listed_and_this_one_is_marked(client: Client) -> None:
    await make_person()
    client.http.headers["user-agent"] = "Mozilla/5.0 (Linux; Android 14) MicroMessenger/8.0"
    async with Client() as other:
        other.http.headers["user-agent"] = "Mozilla/5.0 (Windows NT 10.0)"
        await other.sign_in(PHONE)
        await at_settings(client)

    assert client.text.count("就是这一台") == 1
    assert "微信" in client.text
    assert "Windows 电脑" in client.text


async def test_one_session_ends_another_and_stays_itself(client: Client) -> None:
    await make_person()
    async with Client() as other:
        await other.sign_in(PHONE)
        await at_settings(client)
        (session,) = re.findall(r'name="session" value="(\w+)"', client.text)
        await client.post("/meishan/settings/devices", {"session": session})
        await other.get("/meishan/me")
        assert other.path == "/meishan/login"

    await client.get("/meishan/me")
    assert client.path == "/meishan/me"


async def test_all_others_end_at_one_press(client: Client) -> None:
    await make_person()
    async with Client() as second, Client() as third:
        await second.sign_in(PHONE)
        await third.sign_in(PHONE)
        await at_settings(client)
        await client.post("/meishan/settings/devices", {"action": "others"})
        for one in (second, third):
            await one.get("/meishan/me")
            assert one.path == "/meishan/login"

    await client.get("/meishan/me")
    assert client.path == "/meishan/me"


@pytest.mark.parametrize("session", ["", "zz", "00"])
async def test_a_session_that_is_none_of_mine_is_left_alone(client: Client, session: str) -> None:
    await make_person()
    await at_settings(client)
    fields = {"csrf": await token_of(client), "session": session}

    answer = await client.http.post("/meishan/settings/devices", data=fields)

    assert answer.status_code == 303
    assert await fetch_value("SELECT count(*) FROM session") == 1


async def test_signing_out_everywhere_ends_every_session(client: Client) -> None:
    await make_person()
    async with Client() as other:
        await other.sign_in(PHONE)
        await client.sign_in(PHONE)
        await client.get("/meishan/logout")
        await client.post("/meishan/logout", {"action": "everywhere"}, follow=False)
        await other.get("/meishan/me")
        assert other.path == "/meishan/login"

    assert client.page.headers["clear-site-data"] == '"cache", "storage"'
    assert await fetch_value("SELECT count(*) FROM session") == 0


async def test_a_new_browser_beside_another_is_told_and_the_first_is_not(client: Client) -> None:
    who = await make_person()
    await client.sign_in(PHONE)
    first = await fetch_value("SELECT count(*) FROM notice WHERE person = $1", who.id)
    async with Client() as other:
        await other.sign_in(PHONE)
        await other.get("/meishan/notices")
        assert "在新设备登录或换了手机号" in other.text

    assert first == 0
    assert await fetch_value("SELECT count(*) FROM notice WHERE channel = 'sms' AND code = 'N35'") == 1


async def test_a_browser_that_was_here_before_is_known_again(client: Client) -> None:
    await make_person()
    await client.sign_in(PHONE)
    await client.get("/meishan/logout")
    await client.post("/meishan/logout")

    await client.sign_in(PHONE)

    assert await fetch_value("SELECT count(*) FROM device") == 1
    assert await fetch_value("SELECT count(*) FROM notice") == 0


async def test_a_second_phone_can_be_removed_but_not_the_one_in_use_nor_the_last(client: Client) -> None:
    who = await make_person()
    second = await person.phone_of("13900000001")
    await phones.add_phone(who.id, second)
    await at_settings(client)
    shown = client.text
    first = await person.phone_of(PHONE)

    await client.post("/meishan/settings/phones", {"phone": first})
    kept = await fetch_value("SELECT count(*) FROM person_phone WHERE person = $1", who.id)
    await client.post("/meishan/settings/phones", {"phone": second})
    await client.post("/meishan/settings/phones", {"phone": first})

    assert "138****0101" in shown and "139****0001" in shown
    assert kept == 2
    assert await phones.phones_of(who.id) == [(first, PHONE)]


async def test_consents_are_listed_with_version_and_the_face_can_be_taken_back(client: Client) -> None:
    who = await make_person()
    await consents.give(who.id, "face", face.CONSENT_VERSION, clock.now())
    await at_settings(client)
    before = client.text
    (consent,) = re.findall(r'name="consent" value="([\w-]+)"', before)

    await client.post("/meishan/settings/consents", {"consent": consent})

    assert "版本 test，" in before
    assert f"版本 {face.CONSENT_VERSION}，" in before
    assert "已经不同意了" in client.text
    assert await fetch_value("SELECT count(*) FROM consent WHERE withdrawn_at IS NULL") == 1


async def test_everything_we_hold_can_be_taken_away_as_json(client: Client) -> None:
    who = await make_person()
    case = await make_case()
    await at_settings(client)

    await client.get("/meishan/settings/export/data.json")

    held = json.loads(client.page.content)
    assert client.page.headers["content-disposition"].startswith("attachment")
    assert held["person"]["number"] == who.id_number
    assert held["phones"] == [PHONE]
    assert held["cases"][0]["number"] == case.number
    assert held["cases"][0]["answers"]["hospital"] == "眉山市人民医院"
    assert [one["purpose"] for one in held["consents"]] == ["electronic_delivery", "personal_data"]
    assert held["messages"]


async def test_and_as_a_pdf(client: Client) -> None:
    await make_case()
    await at_settings(client)

    await client.get("/meishan/settings/export/data.pdf")

    assert LIMITS
    assert client.page.content.startswith(b"%PDF-")
    assert client.page.headers["content-disposition"].startswith("attachment")


async def test_there_is_no_other_export(client: Client) -> None:
    await make_person()
    await at_settings(client)

    await client.get("/meishan/settings/export/data.csv")

    assert client.status == 404
    assert await fetch_value("SELECT count(*) FROM audit WHERE act = 'export'") == 0


@pytest.mark.parametrize("name", ["data.json", "data.pdf"])
async def test_the_audit_log_says_that_a_copy_of_everything_left(client: Client, name: str) -> None:
    who = await make_person()
    await at_settings(client)

    await client.get(f"/meishan/settings/export/{name}")

    assert client.status == 200
    (row,) = await audit.entries(act="export")
    assert (row.actor, row.about, row.thing) == (who.id, who.id, name)


async def test_closing_the_account_asks_first_and_then_nobody_gets_in_by_that_phone(client: Client) -> None:
    await make_draft()
    await at_settings(client)
    await client.get("/meishan/settings/closing")
    assert "1 份没有提交的草稿" in client.text
    await client.post("/meishan/settings/closing")
    assert "请先看清楚" in refused(client)["sure"]

    await client.post("/meishan/settings/closing", {"sure": "yes"}, follow=False)

    assert client.page.headers["clear-site-data"] == '"cache", "storage"'
    assert await fetch_value("SELECT count(*) FROM session") == 0
    assert await fetch_value("SELECT count(*) FROM cases") == 0
    assert await fetch_value("SELECT count(*) FROM consent WHERE withdrawn_at IS NULL") == 0
    await client.sign_in(PHONE)
    assert heading(client) == "实名注册"


async def test_with_a_case_under_way_the_account_stays_open(client: Client) -> None:
    await make_case()
    await at_settings(client)
    await client.get("/meishan/settings/closing")
    told = client.text

    await client.http.post(
        "/meishan/settings/closing", data={"csrf": await token_of(client), "sure": "yes"}, follow_redirects=True
    )

    assert "您还有 1 件正在办，现在不能注销" in told
    await client.get("/meishan/me")
    assert client.path == "/meishan/me"


async def token_of(client: Client) -> str:
    """Return a good token of the browser's session."""
    await client.get("/meishan/logout")
    return client.hidden["csrf"]


async def test_a_phone_that_was_silent_for_long_shows_nothing_before_more_is_known(client: Client) -> None:
    await make_person()
    clock.shift(timedelta(days=91))

    await client.sign_in(PHONE)

    assert client.path == "/meishan/login/identity"
    assert "张" not in client.text.partition("<main")[2].partition("</main")[0]
    await client.get("/meishan/me")
    assert client.path in ("/meishan/register", "/meishan/login/person", "/meishan/login/identity")
    assert "张丽" not in client.text


async def test_who_knows_both_numbers_is_back_in(client: Client) -> None:
    who = await make_person()
    clock.shift(timedelta(days=91))
    await client.sign_in(PHONE)
    await client.post("/meishan/login/identity", {"id_number": who.id_number, "card_no": "M00000009"})
    wrong = refused(client)["id_number"]
    await client.get("/meishan/login/identity")

    await client.post("/meishan/login/identity", {"id_number": who.id_number, "card_no": who.card_no})

    assert "对不上" in wrong
    assert client.path == "/meishan/me"


async def test_after_five_wrong_pairs_it_is_enough(client: Client) -> None:
    who = await make_person()
    clock.shift(timedelta(days=91))
    await client.sign_in(PHONE)
    for _ in range(5):
        await client.post("/meishan/login/identity", {"id_number": who.id_number, "card_no": "M1"})

    await client.post("/meishan/login/identity", {"id_number": who.id_number, "card_no": who.card_no})

    assert client.status == 429


async def test_a_phone_in_use_stays_in_use(client: Client) -> None:
    await make_person()
    for days in (0, 60, 120, 180):
        clock.shift(timedelta(days=days))
        await client.sign_in(PHONE)
        assert client.path == "/meishan/me"
        await client.get("/meishan/logout")
        await client.post("/meishan/logout")


async def test_where_one_of_two_was_silent_the_other_chooses_themself(client: Client) -> None:
    old, young = await make_person("ms-02"), await make_person("ms-03")
    phone = await person.phone_of("13800000103")
    await execute(
        "UPDATE person_phone SET made_at = $2 WHERE id = $1", f"{old.id}:{phone}", clock.now() - timedelta(days=99)
    )

    await client.sign_in("13800000103")

    assert client.path == "/meishan/login/person"
    assert young.masked_name in client.text
    assert old.masked_name not in client.text
    assert "我很久没有登录了" in client.text
