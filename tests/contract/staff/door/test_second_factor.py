"""The second factor of staff: codes by RFC 6238, each once; recovery codes; no page of the desk without it."""

import re
from datetime import timedelta

import pytest

from portal.accounts import second_factor, staff
from portal.accounts.second_factor import code_at
from portal.core.store.database import execute, fetch_value
from portal.core.tools import clock
from portal.routes import declared
from tests.helpers.client import Client
from tests.helpers.factories import make_staff
from tests.helpers.seen import heading, refused

pytestmark = pytest.mark.usefixtures("database")


@pytest.mark.parametrize(
    ("second", "code"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_the_codes_are_those_of_rfc_6238(second: int, code: str) -> None:
    assert code_at(b"12345678901234567890", second // 30) == code[-6:]


async def half_way(client: Client, login: str = "meishan-reviewer") -> str:
    """Give the password and return the member's id."""
    await client.get("/staff/login")
    await client.post("/staff/login", {"login": login, "password": "long enough"})
    return str(await fetch_value("SELECT id FROM staff WHERE login = $1", login))


async def test_password_and_code_lead_in(client: Client) -> None:
    await make_staff()
    id = await half_way(client)
    asked = heading(client)

    await client.post("/staff/login/code", {"code": await second_factor.unused_code(id)})

    assert asked == "动态验证码"
    assert client.path == "/staff/"


async def test_the_password_alone_opens_no_page_of_the_desk(client: Client) -> None:
    await make_staff()
    await half_way(client)
    desk = [route for route in declared() if route.path.startswith("/staff") and route.method == "GET"]
    pages = [route.path for route in desk if not {"anyone", staff.HALF} & set(route.who)]

    answers = {path: (await client.http.get(re.sub(r"{\w+}", "1", path))).status_code for path in pages}

    assert len(answers) > 8
    assert set(answers.values()) == {403}, answers


async def test_a_code_is_good_once_and_in_the_half_minutes_beside_its_own() -> None:
    member = await make_staff()
    mine = await second_factor.factor(member.id)
    assert mine
    now = second_factor.present_step()

    assert not await second_factor.fits(member.id, code_at(mine.key, now - 2))
    assert await second_factor.fits(member.id, code_at(mine.key, now - 1))
    assert await second_factor.fits(member.id, code_at(mine.key, now))
    assert not await second_factor.fits(member.id, code_at(mine.key, now))
    assert await second_factor.fits(member.id, code_at(mine.key, now + 1))
    assert not await second_factor.fits(member.id, code_at(mine.key, now + 2))


async def test_after_five_wrong_codes_the_right_one_waits(client: Client) -> None:
    await make_staff()
    id = await half_way(client)
    for _ in range(staff.TRIES):
        await client.post("/staff/login/code", {"code": "000000"})

    await client.post("/staff/login/code", {"code": await second_factor.unused_code(id)})

    assert client.status == 429
    assert await fetch_value("SELECT count(*) FROM audit WHERE act = 'sign_in_failed'") == staff.TRIES


async def test_a_wrong_and_an_empty_code_are_told_at_the_field(client: Client) -> None:
    await make_staff()
    await half_way(client)

    await client.post("/staff/login/code", {"code": ""})
    empty = refused(client)
    await client.post("/staff/login/code", {"code": "000000"})

    assert empty == {"code": "请填写动态验证码。"}
    assert "动态验证码不对" in refused(client)["code"]


async def test_at_the_first_visit_the_app_is_set_up_and_recovery_codes_are_shown_once(client: Client) -> None:
    member = await make_staff()
    await execute("DELETE FROM second_factor")
    await half_way(client)
    asked = client.text
    await client.post("/staff/login/setup")
    setting_up = client.text
    mine = await second_factor.factor(member.id)
    assert mine
    await client.post("/staff/login/code", {"code": await second_factor.unused_code(member.id)})
    shown = client.text
    clock.shift(timedelta(minutes=11))
    await client.get("/staff/recovery")

    assert "开始设置" in asked
    assert "<svg" in setting_up and mine.base32[:4] in setting_up
    codes = second_factor.recovery_codes(mine)
    assert all(code in shown for code in codes)
    assert not any(code in client.text for code in codes)
    assert "还有 10 个恢复码" in client.text


async def test_a_recovery_code_leads_in_once(client: Client) -> None:
    member = await make_staff()
    mine = await second_factor.factor(member.id)
    assert mine
    code = second_factor.recovery_codes(mine)[3]
    await half_way(client)

    await client.post("/staff/login/code", {"code": code.upper(), "action": "recovery"})

    assert client.path == "/staff/"
    assert not await second_factor.recovers(member.id, code)
    assert await second_factor.recovery_left(member.id) == 9


async def test_who_was_switched_off_between_password_and_code_does_not_get_in(client: Client) -> None:
    member = await make_staff()
    id = await half_way(client)
    await execute("UPDATE staff SET active = $2 WHERE id = $1", member.id, False)

    await client.post("/staff/login/code", {"code": await second_factor.unused_code(id)})

    assert client.path == "/staff/login"


async def test_half_way_in_lasts_ten_minutes(client: Client) -> None:
    await make_staff()
    id = await half_way(client)
    clock.shift(timedelta(minutes=11))

    await client.post("/staff/login/code", {"code": await second_factor.unused_code(id)})

    assert client.path == "/staff/login"


async def test_a_clerk_stays_a_quarter_of_an_hour_and_eight_hours_at_most(client: Client) -> None:
    await make_staff()
    await client.staff_sign_in("meishan-reviewer")
    for minutes in range(14, 8 * 60 - 10, 14):
        clock.shift(timedelta(minutes=minutes))
        await client.get("/staff/")
        assert client.path == "/staff/"
    clock.shift(timedelta(hours=8, seconds=5))
    await client.get("/staff/")
    absolute = client.path
    await client.staff_sign_in("meishan-reviewer")
    clock.shift(clock.ahead() + timedelta(minutes=15, seconds=5))
    await client.get("/staff/")

    assert (absolute, client.path) == ("/staff/login", "/staff/login")


async def test_the_secret_is_sealed() -> None:
    member = await make_staff()
    mine = await second_factor.factor(member.id)
    assert mine

    assert mine.key not in mine.secret
    assert mine.base32.encode() not in mine.secret
