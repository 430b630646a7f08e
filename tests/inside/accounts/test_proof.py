"""The proof of work before a third code: the browser computes, or the person waits; nobody solves a picture."""

import base64
import json
from datetime import timedelta
from hashlib import sha256
from html import unescape

import pytest

from portal.accounts import proof, sign_in
from portal.core.outside.sms import demo_messages
from portal.core.tools import clock
from portal.core.web.sessions import Visitor, anonymous
from tests.helpers.changes import ChangeSettings
from tests.helpers.client import Client
from tests.helpers.seen import heading

pytestmark = pytest.mark.usefixtures("database")

PHONE = "13800000101"


@pytest.fixture(autouse=True)
def two_are_free(settings: ChangeSettings) -> None:
    """Let two codes an hour be free, as they are outside of the demonstration and of other tests."""
    settings(codes_free=2)


def browser() -> Visitor:
    return Visitor(anonymous())


def solved(puzzle: dict[str, object]) -> str:
    """Return the solution, found as the browser finds it."""
    for number in range(int(str(puzzle["maxnumber"])) + 1):
        if sha256(f"{puzzle['salt']}{number}".encode()).hexdigest() == puzzle["challenge"]:
            fields = {name: puzzle[name] for name in ("algorithm", "challenge", "salt", "signature")}
            return base64.b64encode(json.dumps({**fields, "number": number}).encode()).decode()
    raise AssertionError("no number fits")


def puzzle_of(visitor: Visitor) -> dict[str, object]:
    made = proof.puzzle(visitor)
    return {name: getattr(made, name) for name in made.__struct_fields__}


def puzzle_on(client: Client) -> dict[str, object]:
    """Return the puzzle on the page."""
    text = unescape(client.text.partition('data-puzzle="')[2].partition('"')[0])
    found: dict[str, object] = json.loads(text)
    return found


async def third_ask(client: Client) -> None:
    """Ask for three codes in one hour."""
    for _ in range(3):
        await client.get("/meishan/login")
        await client.post("/meishan/login", {"mobile": PHONE})


async def test_the_third_code_of_an_hour_waits_for_a_proof(client: Client) -> None:
    await third_ask(client)

    assert client.status == 422
    assert heading(client) == "请稍等一下"
    assert "138****0101" in client.text
    assert len(await demo_messages(PHONE)) == 2


async def test_with_the_puzzle_solved_the_code_goes_out(client: Client) -> None:
    await third_ask(client)

    await client.post("/meishan/login", {"proof": solved(puzzle_on(client))})

    assert heading(client) == "输入验证码"
    assert len(await demo_messages(PHONE)) == 3


async def test_without_script_the_code_goes_out_after_half_a_minute(client: Client) -> None:
    await third_ask(client)
    clock.shift(timedelta(seconds=12))
    await client.post("/meishan/login", {"proof": ""})
    early, ticket = client.text, client.hidden["ticket"]
    clock.shift(timedelta(seconds=31))
    await client.post("/meishan/login", {"proof": "", "ticket": ticket})

    assert "还没有到时间，请再等 1" in early
    assert heading(client) == "输入验证码"
    assert len(await demo_messages(PHONE)) == 3


async def test_asking_again_on_the_page_of_the_code_waits_for_a_proof_too(client: Client) -> None:
    await client.get("/meishan/login")
    await client.post("/meishan/login", {"mobile": PHONE})
    clock.shift(timedelta(seconds=61))
    await client.post("/meishan/login/code", {"action": "again"})
    clock.shift(timedelta(seconds=122))
    await client.post("/meishan/login/code", {"action": "again"})
    asked = heading(client)
    await client.post("/meishan/login/code", {"proof": solved(puzzle_on(client))})

    assert asked == "请稍等一下"
    assert "验证码已经重新发送" in client.text
    assert len(await demo_messages(PHONE)) == 3


async def test_another_browser_asking_for_the_same_phone_must_prove_too(client: Client) -> None:
    await third_ask(client)
    async with Client() as other:
        await other.get("/meishan/login")
        await other.post("/meishan/login", {"mobile": PHONE})
        assert heading(other) == "请稍等一下"


async def test_a_browser_that_asks_for_one_phone_after_the_other_must_prove() -> None:
    visitor = browser()
    for number in range(2):
        assert not await sign_in.must_prove(visitor, f"1380010000{number}", "10.0.0.1")
        from portal.regions.load import REGIONS

        await sign_in.ask(visitor, REGIONS["meishan"], f"1380010000{number}", "10.0.0.1", "mt.example.cn")

    assert await sign_in.must_prove(visitor, "13800100009", "10.0.0.1")


async def test_a_solution_works_once_and_in_its_own_browser() -> None:
    mine, other = browser(), browser()
    solution = solved(puzzle_of(mine))

    assert not await proof.proved(other, solution, "")
    assert await proof.proved(mine, solution, "")
    assert not await proof.proved(mine, solution, "")


async def test_a_solution_of_an_old_puzzle_is_none() -> None:
    visitor = browser()
    solution = solved(puzzle_of(visitor))
    clock.shift(timedelta(minutes=11))

    assert not await proof.proved(visitor, solution, "")


async def test_a_puzzle_one_made_oneself_is_none() -> None:
    visitor = browser()
    puzzle = puzzle_of(visitor)
    own = (sha256(f"{puzzle['salt']}{number}".encode()).hexdigest() for number in (0, 1))
    puzzle["challenge"] = next(one for one in own if one != puzzle["challenge"])  # ours may be that of 0 by chance

    assert not await proof.proved(visitor, solved(puzzle), "")


@pytest.mark.parametrize("text", ["", "x", "e30=", "令牌", "bnVsbA==", "W10=", "\x00"])
async def test_what_is_no_solution_is_refused_and_no_error_of_ours(text: str) -> None:
    assert not await proof.proved(browser(), text, text)


async def test_a_ticket_is_good_after_the_wait_once_and_not_for_ever() -> None:
    visitor = browser()
    ticket, later = proof.ticket(visitor), proof.ticket(visitor)
    at_once = await proof.proved(visitor, "", ticket)
    clock.shift(timedelta(seconds=31))
    after = [await proof.proved(visitor, "", ticket) for _ in range(2)]
    stranger = await proof.proved(browser(), "", later)
    clock.shift(timedelta(minutes=11))

    assert (at_once, after, stranger) == (False, [True, False], False)
    assert not await proof.proved(visitor, "", later)
