"""The admin's page of users: taken on, switched off, other roles, and a way in again for who lost phone and codes."""

import re
from datetime import timedelta

import pytest

from portal.accounts import second_factor, users
from portal.accounts.staff import by_login, member
from portal.core.store import audit
from portal.core.store.database import fetch_value
from portal.core.tools import clock
from tests.helpers.client import Client
from tests.helpers.factories import make_staff

HOME = "/staff/users"
PASSWORD = "four words that fit"


async def at_the_desk(client: Client) -> None:
    await make_staff("admin", login="admin-one")
    await client.staff_sign_in("admin-one")
    await client.get("/staff/")
    assert client.path == HOME


def code_on(client: Client) -> str:
    found = re.search(r'id="setup-code"><strong>([a-z0-9-]{19})<', client.text)
    return found[1] if found else ""


async def finish(login: str, code: str, password: str = PASSWORD) -> Client:
    """Have somebody with a set-up code choose a password at their own desk."""
    own = Client()
    await own.get("/staff/setup")
    await own.post("/staff/setup", {"login": login, "code": code, "password": password, "again": password})
    return own


async def test_somebody_new_gets_a_code_chooses_a_password_and_sets_the_app_up(client: Client) -> None:
    await at_the_desk(client)
    await client.get(f"{HOME}/new")
    await client.post(f"{HOME}/new", {"name": "", "login": "张"})
    assert client.status == 422
    await client.post(f"{HOME}/new", {"name": "新来的", "login": "New-One", "roles": ["reviewer", "king"]})
    code = code_on(client)
    assert code

    own = await finish("new-one", code.upper())
    assert own.path == "/staff/login"
    await own.post("/staff/login", {"login": "new-one", "password": PASSWORD})
    await own.post("/staff/login/setup")
    found = await by_login("new-one")
    assert found
    await own.post("/staff/login/code", {"code": await second_factor.unused_code(found.id)})

    assert own.path == "/staff/recovery"
    assert (found.roles, found.region) == ("reviewer", "meishan")
    again = await finish("new-one", code)
    assert again.status == 422  # a code is good once
    acts = [row.act for row in await audit.done_to(f"staff:{found.id}")]
    assert acts == ["add_staff", "set_up_sign_in"]


async def test_a_code_is_seen_for_ten_minutes_by_who_made_it_and_holds_three_days(client: Client) -> None:
    await at_the_desk(client)
    someone = await make_staff("reviewer", login="someone")
    await make_staff("admin", login="admin-two")
    await client.get(f"{HOME}/{someone.id}")
    await client.post(f"{HOME}/{someone.id}", {"action": "reset"})
    code = code_on(client)
    other = Client()
    await other.staff_sign_in("admin-two")
    await other.get(f"{HOME}/{someone.id}")
    assert code
    assert code_on(other) == ""

    clock.shift(timedelta(minutes=11))
    await client.get(f"{HOME}/{someone.id}")
    assert code_on(client) == ""
    clock.shift(timedelta(days=3, minutes=1))
    late = await finish("someone", code)
    assert late.status == 422


async def test_who_lost_phone_and_codes_begins_anew_and_nothing_old_opens_the_door(client: Client) -> None:
    await at_the_desk(client)
    someone = await make_staff("reviewer", login="someone")
    inside = Client()
    await inside.staff_sign_in("someone")
    old = await second_factor.factor(someone.id)
    await client.get(f"{HOME}/{someone.id}")

    await client.post(f"{HOME}/{someone.id}", {"action": "reset"})

    await inside.get("/staff/queue")
    assert inside.path == "/staff/login"  # out at once
    await inside.post("/staff/login", {"login": "someone", "password": "long enough"})
    assert inside.status == 422
    assert await second_factor.factor(someone.id) is None
    assert (await finish("someone", "aaaa-bbbb-cccc-dddd")).status == 422
    own = await finish("someone", code_on(client))
    assert own.path == "/staff/login"
    await second_factor.prepare(someone.id)
    new = await second_factor.factor(someone.id)
    assert old
    assert new
    assert new.key != old.key


@pytest.mark.parametrize("action", ["off", "roles", "reset"])
async def test_nobody_changes_oneself(client: Client, action: str) -> None:
    await at_the_desk(client)
    me = await by_login("admin-one")
    assert me
    await client.get(f"{HOME}/{me.id}")
    assert "请另一位管理员来改" in client.text
    assert 'name="action"' not in client.text
    await client.get(f"{HOME}/new")

    await client.post(f"{HOME}/{me.id}", {"action": action, "roles": "admin auditor", "seen": "admin.on"})

    assert client.status == 409
    assert await by_login("admin-one") == me


async def test_switched_off_is_out_at_once_and_other_roles_hold_from_the_next_sign_in(client: Client) -> None:
    await at_the_desk(client)
    someone = await make_staff("reviewer", login="someone")
    inside = Client()
    await inside.staff_sign_in("someone")
    await client.get(f"{HOME}/{someone.id}")
    seen = client.hidden["seen"]

    await client.post(f"{HOME}/{someone.id}", {"action": "roles", "roles": ["auditor", "expert"]})
    await inside.get("/staff/queue")
    assert inside.path == "/staff/login"
    await client.post(f"{HOME}/{someone.id}", {"action": "off", "seen": seen})
    assert client.status == 409  # it is not what this page had shown
    await client.get(f"{HOME}/{someone.id}")
    await client.post(f"{HOME}/{someone.id}", {"action": "off"})

    assert await member(someone.id) is None
    await inside.post("/staff/login", {"login": "someone", "password": "long enough"})
    assert inside.status == 422
    rows = [(row.act, row.why) for row in await audit.done_to(f"staff:{someone.id}")]
    assert rows == [("change_roles", "reviewer -> expert auditor"), ("switch_off", "")]
    await client.get(f"{HOME}/{someone.id}")
    await client.post(f"{HOME}/{someone.id}", {"action": "on"})
    assert await member(someone.id)


async def test_a_login_is_nobody_elses_and_another_city_looks_missing(client: Client) -> None:
    await at_the_desk(client)
    far = await make_staff("reviewer", "xinxing", login="far-away")
    await client.get(f"{HOME}/new")
    await client.post(f"{HOME}/new", {"name": "某人", "login": "far-away", "roles": "reviewer"})
    assert client.status == 422
    assert "已经有人用了" in client.text
    await client.get(f"{HOME}/{far.id}")
    assert client.status == 404
    await client.get(HOME)
    assert "far-away" not in client.text
    assert await fetch_value("SELECT count(*) FROM staff_setup") == 0


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"login": "", "code": "", "password": "", "again": ""}, "请填写管理员给您的设置码"),
        ({"login": "x", "code": "x", "password": "short", "again": "short"}, "密码至少 12 位"),
        ({"login": "x", "code": "x", "password": PASSWORD, "again": "other"}, "两次填的密码不一样"),
        ({"login": "x", "code": "x", "password": PASSWORD, "again": PASSWORD}, "账号或设置码不对"),
    ],
)
async def test_the_set_up_says_what_is_wrong_and_shows_no_password_again(
    client: Client, fields: dict[str, str], said: str
) -> None:
    await client.get("/staff/setup")

    await client.post("/staff/setup", fields)

    assert client.status == 422
    assert said in client.text
    assert PASSWORD not in client.text


async def test_guessing_a_code_is_stopped(client: Client) -> None:
    someone = await make_staff("reviewer", login="someone")
    admin = await make_staff("admin")
    known = await users.user_in(someone.id, "meishan")
    assert known
    await users.reset(known, admin)

    tries = [(await finish("someone", "aaaa-bbbb-cccc-dddd")).status for _ in range(6)]

    assert tries == [422] * 5 + [429]
