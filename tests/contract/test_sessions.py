"""Sessions: a new id for each sign-in, an end to each session, and what a cookie may be."""

import re
from datetime import timedelta

import pytest

from portal.core.store.database import execute, fetch_value
from portal.core.tools import clock
from portal.core.web.sessions import COOKIE, anonymous, forget_old
from tests.helpers.client import ORIGIN, Client
from tests.helpers.factories import make_draft, make_person
from tests.helpers.world import MOBILE, sign_in_citizen, sign_in_clerk

pytestmark = pytest.mark.usefixtures("database")

HOST = ORIGIN.removeprefix("https://")


def cookie(client: Client) -> str:
    """Return the id in the browser's cookie, "" when it has none."""
    return client.http.cookies.get(COOKIE) or ""


def take_over(client: Client, id: str) -> None:
    """Put *id* into the browser's cookie, as somebody who found or invented it would."""
    client.http.cookies.clear()
    client.http.cookies.set(COOKIE, id, domain=HOST)


async def signed_in(client: Client, path: str = "/meishan/me") -> bool:
    """Return whether the browser is still let in at *path*."""
    answer = await client.http.get(path)
    return answer.status_code == 200


async def sessions() -> int:
    return int(await fetch_value("SELECT count(*) FROM session"))


# -- a new id ------------------------------------------------------------------------------------


async def test_signing_in_gives_a_new_id(client: Client) -> None:
    await make_person()
    await client.get("/meishan/login")
    before = cookie(client)

    await sign_in_citizen(client)

    assert before.startswith("a.")
    assert cookie(client).startswith("s.")
    assert before.split(".")[1] not in cookie(client)


async def test_a_token_from_before_the_sign_in_is_dead_after_it(client: Client) -> None:
    await make_person()
    await client.get("/meishan/login")
    before = client.hidden["csrf"]

    await sign_in_citizen(client)
    answer = await client.http.post("/meishan/apply/new", data={"csrf": before})

    assert answer.status_code == 419


async def test_signing_in_again_kills_the_session_before(client: Client) -> None:
    await make_person()
    await sign_in_citizen(client)
    first = cookie(client)
    clock.shift(timedelta(minutes=2))
    await client.get("/meishan/logout")
    token = client.hidden["csrf"]

    async with Client() as second_try:
        take_over(second_try, first)
        await second_try.get("/staff/login")
        await sign_in_clerk(second_try)

    assert await sessions() == 1
    assert not await signed_in(client)
    assert (await client.http.post("/meishan/notices", data={"csrf": token})).status_code == 303


async def test_choosing_who_one_is_gives_a_new_id_and_the_old_one_is_dead(client: Client) -> None:
    await make_person("xx-02")
    await make_person("xx-03")  # mother and son share a phone
    await client.sign_in("13800000003", "xinxing")
    assert client.path == "/xinxing/login/person"
    before = cookie(client)
    chosen = re.search(r'name="person" value="([^"]+)"', client.text)
    assert chosen

    await client.post("/xinxing/login/person", {"person": chosen[1]})

    assert client.path == "/xinxing/me"
    assert cookie(client) != before
    assert await sessions() == 1
    take_over(client, before)
    assert not await signed_in(client, "/xinxing/login/person")


async def test_an_invented_id_is_neither_kept_nor_sent_back(client: Client) -> None:
    await make_person()
    for invented in ("s.attacker-chosen", "a.attacker.chosen", "attacker-chosen", "s.", "a.."):
        take_over(client, invented)
        await client.get("/meishan/login")
        assert cookie(client) != invented
        assert "attacker" not in client.text
        assert "attacker" not in str(client.page.headers)
        assert cookie(client).startswith("a.")

    assert await sessions() == 0


async def test_a_cookie_that_is_no_text_does_no_harm(client: Client) -> None:
    for strange in (b"\xe9\xff", b"s.\xe9", b"a.\xe9.\xe9", b"=;;=", b"x" * 9000):
        answer = await client.http.get("/meishan/login", headers={b"cookie": COOKIE.encode() + b"=" + strange})

        assert answer.status_code == 200


async def test_an_id_an_attacker_was_given_is_not_the_one_after_sign_in(client: Client) -> None:
    await make_person()
    planted = anonymous()
    take_over(client, planted)

    await sign_in_citizen(client)

    async with Client() as attacker:
        take_over(attacker, planted)
        assert not await signed_in(attacker)
        take_over(attacker, f"s.{planted.split('.')[1]}")
        assert not await signed_in(attacker)


async def test_the_database_holds_no_id_that_would_let_anybody_in(client: Client) -> None:
    await make_person()
    await sign_in_citizen(client)
    kept = bytes(await fetch_value("SELECT id FROM session"))

    assert kept not in cookie(client).encode()
    assert cookie(client).encode() not in kept
    take_over(client, f"s.{kept.hex()}")
    assert not await signed_in(client)


# -- an end --------------------------------------------------------------------------------------

LIMITS = {"citizen": (timedelta(minutes=30), timedelta(hours=12)), "clerk": (timedelta(minutes=15), timedelta(hours=8))}
SECOND = timedelta(seconds=5)  # a test takes time too


async def come_in(client: Client, who: str) -> str:
    """Sign in as *who* and return an address only they may see."""
    if who == "clerk":
        await sign_in_clerk(client)
        return "/staff/"
    await make_person()
    await sign_in_citizen(client)
    return "/meishan/me"


@pytest.mark.parametrize("who", LIMITS)
async def test_whoever_does_nothing_is_let_in_until_the_pause_is_too_long(client: Client, who: str) -> None:
    path = await come_in(client, who)
    idle, _ = LIMITS[who]

    clock.shift(idle - SECOND)
    just_before = await signed_in(client, path)
    clock.shift(2 * idle - 2 * SECOND)
    after_another_pause = await signed_in(client, path)
    clock.shift(3 * idle)
    too_late = await signed_in(client, path)

    assert (just_before, after_another_pause, too_late) == (True, True, False)


@pytest.mark.parametrize("who", LIMITS)
async def test_whoever_never_pauses_is_out_in_the_end(client: Client, who: str) -> None:
    path = await come_in(client, who)
    idle, lasts = LIMITS[who]
    passed = timedelta()
    while passed + idle / 2 < lasts:
        passed += idle / 2
        clock.shift(passed)
        assert await signed_in(client, path), passed

    clock.shift(lasts - SECOND)
    just_before = await signed_in(client, path)
    clock.shift(lasts + SECOND)
    too_late = await signed_in(client, path)

    assert (just_before, too_late) == (True, False)


async def test_an_expired_session_stays_dead_when_it_is_used_again_and_again(client: Client) -> None:
    path = await come_in(client, "citizen")
    clock.shift(timedelta(minutes=31))

    assert not await signed_in(client, path)
    assert not await signed_in(client, path)


async def test_whoever_comes_back_too_late_is_told_that_nothing_was_lost(client: Client) -> None:
    await come_in(client, "citizen")
    clock.shift(timedelta(minutes=31))

    await client.get("/meishan/me")

    assert client.path == "/meishan/login"
    assert "填过的内容都存好了" in client.text


async def test_a_draft_survives_the_session_and_signing_in_leads_back_to_its_step(client: Client) -> None:
    case = await make_draft()
    await sign_in_citizen(client)
    step = f"/meishan/apply/{case.id}/diagnosis"
    await client.get(step)
    clock.shift(timedelta(minutes=31))

    await client.get(step)
    await client.post("/meishan/login", {"mobile": MOBILE})
    from portal.core.outside.sms import demo_messages

    code = (await demo_messages(MOBILE, 1))[0].rpartition("#")[2]
    await client.post("/meishan/login/code", {"code": code})

    assert client.path == step
    assert "眉山市人民医院" in client.text


@pytest.mark.parametrize("who", LIMITS)
async def test_signing_out_ends_the_session_on_the_server(client: Client, who: str) -> None:
    path = await come_in(client, who)
    old = cookie(client)
    await client.get("/meishan/logout" if who == "citizen" else "/staff/")

    answer = await client.post("/meishan/logout" if who == "citizen" else "/staff/logout", follow=False)

    assert await sessions() == 0
    assert cookie(client) == ""
    assert "cache" in answer.headers["clear-site-data"]
    take_over(client, old)
    assert not await signed_in(client, path)


async def test_a_clerk_who_is_switched_off_is_out_at_the_next_request(client: Client) -> None:
    await sign_in_clerk(client)
    await execute("UPDATE staff SET active = $1", False)

    await client.get("/staff/")

    assert client.path == "/staff/login"


async def test_sessions_whose_time_is_over_are_forgotten(client: Client) -> None:
    await come_in(client, "citizen")
    kept = await forget_old()
    clock.shift(timedelta(hours=12, seconds=1))

    assert kept == 0
    assert await forget_old() == 1
    assert await sessions() == 0


async def test_a_session_seen_a_moment_ago_is_not_written_again(client: Client) -> None:
    path = await come_in(client, "citizen")
    before = await fetch_value("SELECT seen_at FROM session")

    await signed_in(client, path)
    at_once = await fetch_value("SELECT seen_at FROM session")
    clock.shift(timedelta(seconds=61))
    await signed_in(client, path)

    assert at_once == before
    assert await fetch_value("SELECT seen_at FROM session") > before


# -- the cookie ----------------------------------------------------------------------------------


async def test_every_cookie_of_a_visit_is_for_this_site_only_and_out_of_reach_of_scripts(client: Client) -> None:
    set_by_us: list[str] = []

    async def remember(answer: object) -> None:
        set_by_us.extend(answer.headers.get_list("set-cookie"))  # type: ignore[attr-defined]

    client.http.event_hooks = {"response": [remember]}
    await make_person()
    await client.get("/meishan/?look=elder")
    await client.get("/?look=en")
    await sign_in_citizen(client)
    await client.get("/meishan/logout")
    await client.post("/meishan/logout")
    await sign_in_clerk(client)

    assert len(set_by_us) >= 6
    for line in set_by_us:
        name, *flags = line.split("; ")
        assert name.startswith("__Host-"), line
        assert {"Path=/", "Secure", "HttpOnly", "SameSite=Lax"} <= set(flags), line
        assert not any(flag.lower().startswith("domain") for flag in flags), line
        assert len(line) < 4096


async def test_a_page_without_a_form_gives_a_newcomer_no_cookie_but_the_citys(client: Client) -> None:
    answers = [await client.get(path) for path in ("/", "/meishan/", "/meishan/")]

    first, guide, again = [answer.headers.get_list("set-cookie") for answer in answers]
    assert [line.partition(";")[0] for line in guide] == ["__Host-city=meishan"]
    assert first == again == []


async def test_a_token_is_written_differently_on_every_page(client: Client) -> None:
    await client.get("/meishan/login")
    first = client.hidden["csrf"]
    await client.get("/meishan/login")

    assert client.hidden["csrf"] != first
