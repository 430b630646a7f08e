"""Passkeys of staff: added by who is signed in, good once per challenge, in one browser, at our address only."""

import html
import json
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from portal.accounts import passkeys
from portal.accounts.passkeys import Site, site
from portal.accounts.staff import TRIES, Member
from portal.core.store.database import execute, fetch_value
from portal.core.tools import clock
from tests.helpers.authenticator import PRESENT, Authenticator
from tests.helpers.client import Client
from tests.helpers.factories import make_staff

pytestmark = pytest.mark.usefixtures("database")
HOME, DOOR = "/staff/passkeys", "/staff/login"


@pytest.fixture
async def other() -> AsyncIterator[Client]:
    """The browser of somebody else."""
    async with Client() as made:
        yield made


async def options(client: Client, path: str = DOOR) -> dict[str, Any]:
    """Open a page and return what its script would hand to the browser."""
    await client.get(path)
    shown = re.search(r'data-options="([^"]*)"', client.text)
    assert shown, client.text
    found: dict[str, Any] = json.loads(html.unescape(shown[1]))
    return found


async def make_key(client: Client, key: Authenticator, name: str = "办公室的电脑") -> None:
    """Add *key* as the member who is signed in."""
    answer = key.create(await options(client, HOME))
    await client.post(HOME, {"name": name, "credential": answer})


async def member_with_key(client: Client, login: str = "meishan-reviewer") -> tuple[Member, Authenticator]:
    """Return a member of staff who has added a passkey and signed out."""
    member, key = await make_staff(login=login), Authenticator()
    await client.staff_sign_in(login)
    await make_key(client, key)
    assert client.status == 200, client.text
    await client.post("/staff/logout")
    return member, key


async def enter(client: Client, key: Authenticator) -> None:
    """Sign in with *key*."""
    await send(client, key.get(await options(client)))


async def send(client: Client, answer: str) -> None:
    """Send what a browser answered."""
    await client.post("/staff/login/passkey", {"credential": answer})


def refused(client: Client) -> bool:
    """Return whether the door says that the passkey did not pass."""
    return client.status == 422 and "通行密钥没有通过" in client.text


async def acts() -> list[str]:
    """Return what the log tells of passkeys and sign-ins, in order."""
    return [
        str(await fetch_value("SELECT act FROM audit WHERE id = $1", id))
        for id in range(1, int(await fetch_value("SELECT max(id) FROM audit") or 0) + 1)
    ]


# -- adding and signing in -----------------------------------------------------------------------


async def test_a_passkey_leads_in_without_password_and_code(client: Client) -> None:
    member, key = await member_with_key(client)

    await enter(client, key)

    assert client.path == "/staff/"
    assert member.name in client.text
    assert await fetch_value("SELECT sign_count FROM passkey") == 1
    assert await fetch_value("SELECT thing FROM audit WHERE act = 'sign_in' ORDER BY id DESC LIMIT 1") == (
        f"passkey:{await fetch_value('SELECT id FROM passkey')}"
    )


async def test_a_passkey_leads_to_the_page_one_wanted_and_never_elsewhere(client: Client) -> None:
    _, key = await member_with_key(client)
    answer = key.get(await options(client, f"{DOOR}?next=/staff/notices"))
    await client.post("/staff/login/passkey", {"credential": answer, "next": "/staff/notices"})
    wanted = client.path
    await client.post("/staff/logout")
    answer = key.get(await options(client))
    await client.post("/staff/login/passkey", {"credential": answer, "next": "https://evil.example/"})

    assert (wanted, client.path) == ("/staff/notices", "/staff/")


async def test_what_is_asked_of_the_browser_is_a_verified_key_that_knows_its_holder(client: Client) -> None:
    member = await make_staff()
    await client.staff_sign_in(member.login)

    adding = await options(client, HOME)
    await client.post("/staff/logout")
    entering = await options(client)

    assert adding["rp"]["id"] == entering["rpId"] == "mt.example.cn"
    assert adding["authenticatorSelection"]["userVerification"] == entering["userVerification"] == "required"
    assert adding["authenticatorSelection"]["residentKey"] == "required"
    assert adding["challenge"] != entering["challenge"]


async def test_the_list_names_passkeys_and_one_can_be_removed(client: Client) -> None:
    _, key = await member_with_key(client)
    await enter(client, key)
    await client.get(HOME)
    listed = client.text
    await client.post(f"{HOME}/removal", {"passkey": str(await fetch_value("SELECT id FROM passkey"))})
    emptied = client.text
    await client.post("/staff/logout")
    await enter(client, key)

    assert "办公室的电脑" in listed
    assert "还没有通行密钥" in emptied
    assert refused(client)
    assert [act for act in await acts() if "passkey" in act] == ["add_passkey", "remove_passkey"]


async def test_nobody_removes_the_passkey_of_a_colleague(client: Client, other: Client) -> None:
    await member_with_key(client)
    await make_staff(login="colleague")
    await other.staff_sign_in("colleague")
    await other.get(HOME)

    await other.post(f"{HOME}/removal", {"passkey": str(await fetch_value("SELECT id FROM passkey"))})

    assert other.status == 404
    assert await fetch_value("SELECT count(*) FROM passkey") == 1


async def test_a_passkey_without_a_name_or_with_a_long_one_is_asked_for_again(client: Client) -> None:
    await make_staff()
    await client.staff_sign_in("meishan-reviewer")
    await client.get(HOME)

    await client.post(HOME, {"name": " "})
    empty = client.text
    await client.post(HOME, {"name": "很长" * 21})

    assert "请填写名称" in empty
    assert client.status == 422
    assert "很长" * 21 in client.text


async def test_a_device_is_added_once_and_ten_are_enough(client: Client) -> None:
    _, key = await member_with_key(client)
    await enter(client, key)
    known = await options(client, HOME)
    await make_key(client, key)
    again = client.status
    for _ in range(passkeys.AT_MOST - 1):
        await make_key(client, Authenticator())
    await client.get(HOME)

    assert len(known["excludeCredentials"]) == 1
    assert again == 422
    assert await fetch_value("SELECT count(*) FROM passkey") == passkeys.AT_MOST
    assert "最多添加 10 个" in client.text


# -- what is refused -----------------------------------------------------------------------------


async def test_a_passkey_used_at_another_address_is_refused(client: Client) -> None:
    _, key = await member_with_key(client)
    key.origin = "https://mt.example.cn.evil.example"

    await enter(client, key)

    assert refused(client)


async def test_a_passkey_made_at_another_address_is_not_kept(client: Client) -> None:
    await make_staff()
    await client.staff_sign_in("meishan-reviewer")

    await make_key(client, Authenticator(origin="https://evil.example"))

    assert client.status == 422
    assert await fetch_value("SELECT count(*) FROM passkey") == 0


async def test_a_passkey_of_another_domain_is_refused(client: Client) -> None:
    _, key = await member_with_key(client)

    await send(client, key.get({**await options(client), "rpId": "evil.example"}))

    assert refused(client)


async def test_an_answer_is_good_once(client: Client) -> None:
    _, key = await member_with_key(client)
    asked = await options(client)
    cookies = dict(client.http.cookies)
    answer = key.get(asked)
    hidden = client.hidden
    await send(client, answer)
    first = client.path
    client.http.cookies.clear()
    client.http.cookies.update(cookies)
    await client.post("/staff/login/passkey", {**hidden, "credential": answer})
    replayed = refused(client)
    await client.post("/staff/login/passkey", {**hidden, "credential": key.get(asked)})

    assert first == "/staff/"
    assert replayed
    assert refused(client)


async def test_a_challenge_of_another_browser_is_refused(client: Client, other: Client) -> None:
    _, key = await member_with_key(client)
    await other.get(DOOR)

    await send(other, key.get(await options(client)))

    assert refused(other)


async def test_a_challenge_for_adding_signs_nobody_in(client: Client) -> None:
    _, key = await member_with_key(client)
    await enter(client, key)
    asked = await options(client, HOME)

    await send(client, key.get({**asked, "rpId": asked["rp"]["id"]}))

    assert refused(client)


async def test_a_challenge_of_ours_cannot_be_made_up(client: Client) -> None:
    _, key = await member_with_key(client)
    asked = await options(client)

    for made_up in ("", "AAAA", "A" * 54, asked["challenge"][:-4] + "AAAA"):
        await send(client, key.get({**asked, "challenge": made_up}))
        assert refused(client), made_up


async def test_a_challenge_lasts_five_minutes(client: Client) -> None:
    _, key = await member_with_key(client)
    asked = await options(client)
    clock.shift(timedelta(minutes=5, seconds=1))

    await send(client, key.get(asked))

    assert refused(client)


async def test_a_key_nobody_has_added_is_refused(client: Client) -> None:
    await member_with_key(client)

    await enter(client, Authenticator())

    assert refused(client)
    assert (await acts())[-1] == "sign_in_failed"


async def test_a_stranger_who_knows_the_name_of_a_key_is_refused(client: Client) -> None:
    _, key = await member_with_key(client)
    stranger = Authenticator()
    stranger.id, stranger.holder = key.id, key.holder

    await enter(client, stranger)

    assert refused(client)


async def test_a_key_that_says_it_is_somebody_elses_is_refused(client: Client) -> None:
    _, key = await member_with_key(client)
    key.holder = b"somebody else"

    await enter(client, key)

    assert refused(client)


async def test_a_copy_of_a_key_that_counts_from_lower_down_is_refused(client: Client) -> None:
    _, key = await member_with_key(client)
    key.count = 7
    await enter(client, key)
    await client.post("/staff/logout")
    key.count = 3

    await enter(client, key)

    assert refused(client)
    assert await fetch_value("SELECT sign_count FROM passkey") == 8


async def test_who_only_touches_the_key_and_does_not_unlock_it_is_refused(client: Client) -> None:
    _, key = await member_with_key(client)
    key.flags = PRESENT

    await enter(client, key)

    assert refused(client)


async def test_who_was_switched_off_does_not_get_in(client: Client) -> None:
    member, key = await member_with_key(client)
    await execute("UPDATE staff SET active = $2 WHERE id = $1", member.id, False)

    await enter(client, key)

    assert refused(client)


@pytest.mark.parametrize(
    "answer", ["", "x", "[]", "{}", '{"response": {}}', '{"response": {"clientDataJSON": "e30"}}', "[" * 30_000]
)
async def test_what_no_browser_sends_is_refused(client: Client, answer: str) -> None:
    await make_staff()
    await client.get(DOOR)
    await send(client, answer)
    at_the_door = refused(client)
    await client.staff_sign_in("meishan-reviewer")
    await client.get(HOME)
    await client.post(HOME, {"name": "电脑", "credential": answer})

    assert at_the_door
    assert client.status == 422


async def test_after_five_bad_answers_with_a_key_the_good_one_waits(client: Client) -> None:
    _, key = await member_with_key(client)
    key.holder, good = b"somebody else", key.holder
    for _ in range(TRIES):
        await enter(client, key)
    key.holder = good

    await enter(client, key)

    assert client.status == 429


async def test_the_door_without_script_says_that_password_and_code_stay(client: Client) -> None:
    await client.get(DOOR)

    assert "没有打开 JavaScript。请用密码和动态验证码登录。" in client.text
    assert "<div data-with hidden>" in client.text


# -- where passkeys are good ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("origin", "wanted"),
    [
        ("https://mt.example.cn", Site("mt.example.cn", "https://mt.example.cn")),
        ("https://mt.example.cn:8443", Site("mt.example.cn", "https://mt.example.cn:8443")),
        ("http://127.0.0.1:8000", Site("localhost", "http://localhost:8000")),
        ("http://[::1]:8000", Site("localhost", "http://localhost:8000")),
        ("http://localhost:8000", Site("localhost", "http://localhost:8000")),
        ("https://10.1.2.3", Site("", "")),
    ],
)
def test_passkeys_are_tied_to_the_domain_and_a_laptop_is_called_localhost(origin: str, wanted: Site) -> None:
    assert site(origin) == wanted


async def test_without_a_domain_nobody_is_offered_a_passkey(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passkeys, "SITE", Site("", ""))
    await make_staff()
    await client.get(DOOR)
    door = client.text
    await client.staff_sign_in("meishan-reviewer")
    await client.get(HOME)

    assert "<pass-key" not in door
    assert "用 IP 地址访问，不能用通行密钥" in client.text
