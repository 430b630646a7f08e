"""How long a session lasts: the warning, one press for more, twelve hours at most, nothing that keeps itself alive."""

import re
from datetime import timedelta

import pytest

from portal.core.tools import clock
from tests.helpers.client import Client
from tests.helpers.factories import make_case, make_person
from tests.helpers.seen import heading

pytestmark = pytest.mark.usefixtures("database")


async def left(client: Client) -> int:
    """Return the seconds that the server says are left."""
    answer = await client.http.get("/meishan/session")
    return int(re.findall(r'data-seconds="(\d+)"', answer.text)[0])


async def signed_in(client: Client) -> None:
    await make_person()
    await client.sign_in("13800000101")


async def test_every_page_says_how_long_the_session_lasts(client: Client) -> None:
    await signed_in(client)

    (said,) = re.findall(r'<session-watch data-address="/meishan/session" data-seconds="(\d+)"', client.text)

    assert 1790 <= int(said) <= 1800


async def test_a_page_for_nobody_in_particular_has_no_watch(client: Client) -> None:
    await client.get("/meishan/")

    assert "session-watch" not in client.text


async def test_to_ask_how_long_it_lasts_does_not_make_it_last(client: Client) -> None:
    await signed_in(client)
    for minutes in range(5, 30, 5):
        clock.shift(timedelta(minutes=minutes))
        assert abs(await left(client) - (30 - minutes) * 60) <= 5
    clock.shift(timedelta(minutes=31))

    assert await left(client) == 0


async def test_one_press_gives_half_an_hour_more(client: Client) -> None:
    await signed_in(client)
    clock.shift(timedelta(minutes=26))
    await client.get("/meishan/session")
    assert "还有 4 分钟就会自动退出" in client.text

    await client.post("/meishan/session/extension")

    assert await left(client) > 29 * 60


async def test_a_progress_page_left_open_does_not_keep_a_session_alive(client: Client) -> None:
    case = await make_case()
    await client.sign_in("13800000101")
    for minutes in range(1, 31):
        clock.shift(timedelta(minutes=minutes))
        await client.http.get(f"/meishan/cases/{case.number}/progress?seen={case.told}")
    clock.shift(timedelta(minutes=30, seconds=5))

    await client.get("/meishan/me")

    assert client.path == "/meishan/login"


async def test_after_twelve_hours_nothing_makes_it_last(client: Client) -> None:
    await signed_in(client)
    for minutes in range(25, 12 * 60, 25):
        clock.shift(timedelta(minutes=minutes))
        await client.get("/meishan/session/extension")
    assert await left(client) <= 25 * 60
    clock.shift(timedelta(hours=12, seconds=5))

    await client.get("/meishan/me")

    assert client.path == "/meishan/login"


async def test_without_script_a_page_says_how_long_it_lasts(client: Client) -> None:
    await signed_in(client)

    await client.get("/meishan/session/extension")

    assert heading(client) == "登录还有多久"
    assert "30 分钟以后会自动退出" in client.text or "29 分钟以后会自动退出" in client.text


async def test_who_is_not_signed_in_is_told_so(client: Client) -> None:
    await client.get("/meishan/session/extension")

    assert "您现在没有登录" in client.text
