"""A form that comes after its session has ended is kept sealed, and sent again by the same person."""

from datetime import timedelta
from html import unescape

import pytest

from portal.core.store.database import execute, fetch_value
from portal.core.tools import clock
from portal.core.web import late
from tests.helpers.client import Client
from tests.helpers.factories import make_draft, make_person
from tests.helpers.seen import heading

pytestmark = pytest.mark.usefixtures("database")

WORDS = "东坡区苏祠路 1 号"


async def too_late(client: Client) -> str:
    """Fill in a step, let the session end, press 下一步; return the address of the step."""
    case = await make_draft()
    await client.sign_in("13800000101")
    step = f"/meishan/apply/{case.id}/person"
    await client.get(step)
    clock.shift(clock.ahead() + timedelta(minutes=31))
    await client.post(step, {"mobile": "13800000101", "address": WORDS})
    return step


async def back_in(client: Client, mobile: str = "13800000101") -> None:
    """Sign in on the page one was led to."""
    from portal.accounts.sign_in import demo_code

    await client.post("/meishan/login", {"mobile": mobile})
    await client.post("/meishan/login/code", {"code": await demo_code(mobile)})


async def test_what_was_posted_too_late_is_sent_again_after_signing_in(client: Client) -> None:
    step = await too_late(client)
    told = (client.path, "您刚才填的都收好了" in client.text)
    await back_in(client)
    shown = heading(client)
    sent = {**client.hidden}

    await client.post(step, sent)

    assert told == ("/meishan/login", True)
    assert shown == "刚才填的还在"
    assert client.path.endswith("/disease")
    await client.get(step)
    assert WORDS in client.text


async def test_the_form_keeps_its_fields_and_gets_the_token_of_the_new_session(client: Client) -> None:
    await too_late(client)
    await back_in(client)

    assert unescape(client.hidden["address"]) == WORDS
    assert client.text.count('name="csrf"') == 2


async def test_somebody_else_who_signs_in_on_the_same_browser_does_not_see_it(client: Client) -> None:
    await make_person("ms-04")
    await too_late(client)
    wanted = str(client.page.url)

    await back_in(client, "13800000104")

    assert "session/resumption" in wanted
    assert client.status == 404
    assert WORDS not in client.text


async def test_who_does_not_want_it_any_more_goes_back_to_the_page(client: Client) -> None:
    step = await too_late(client)
    await back_in(client)
    id = client.path.rpartition("/")[2]

    await client.post(f"/meishan/session/resumption/{id}", {"csrf": client.hidden["csrf"]})

    assert client.path == step
    assert await fetch_value("SELECT count(*) FROM kept_post") == 0


async def test_what_is_kept_is_sealed(client: Client) -> None:
    await too_late(client)

    kept = bytes(await fetch_value("SELECT content FROM kept_post"))

    assert WORDS.encode() not in kept
    assert b"13800000101" not in kept


async def test_after_a_day_it_is_forgotten(client: Client) -> None:
    await too_late(client)
    clock.shift(clock.ahead() + timedelta(hours=25))

    assert await late.forget_old() == 1


async def test_a_form_of_another_session_is_not_kept(client: Client) -> None:
    case = await make_draft()
    async with Client() as stranger:
        await stranger.get("/meishan/login")
        foreign = stranger.hidden["csrf"]
    await client.sign_in("13800000101")
    clock.shift(timedelta(minutes=31))

    answer = await client.http.post(f"/meishan/apply/{case.id}/person", data={"csrf": foreign, "address": WORDS})

    assert answer.status_code == 419
    assert await fetch_value("SELECT count(*) FROM kept_post") == 0


async def test_a_form_of_a_session_that_was_ended_is_not_kept(client: Client) -> None:
    case = await make_draft()
    await client.sign_in("13800000101")
    await client.get(f"/meishan/apply/{case.id}/person")
    await execute("DELETE FROM session")

    await client.post(f"/meishan/apply/{case.id}/person", {"address": WORDS})

    assert client.path == "/meishan/login"
    assert await fetch_value("SELECT count(*) FROM kept_post") == 0


async def test_a_clerk_s_form_is_kept_too(client: Client) -> None:
    from tests.helpers.factories import make_case, make_staff

    case = await make_case()
    clerk = await make_staff()
    await client.staff_sign_in(clerk.login)
    page = f"/staff/cases/{case.number}/corrections/new"
    await client.get(page)
    clock.shift(clock.ahead() + timedelta(minutes=16))
    await client.post(page, {"words-identity": "请重拍身份证"})
    assert client.path == "/staff/login"

    await client.staff_sign_in_here(clerk.login)

    assert heading(client) == "刚才填的还在"
    assert "请重拍身份证" in unescape(client.text)
