"""Signing in by SMS code: one phone, one browser, five minutes, five tries, once."""

import asyncio
import re
from collections import Counter
from datetime import timedelta
from hashlib import sha256

import pytest

from portal.accounts import sign_in
from portal.accounts.sign_in import ChallengeRow, demo_code
from portal.core.outside import sms
from portal.core.outside.sms import demo_messages
from portal.core.store.crypto import digits
from portal.core.store.database import fetch_one, fetch_value
from portal.core.tools import clock
from portal.core.tools.errors import TooMany
from portal.core.web.sessions import Visitor, anonymous
from portal.piccolo_app import TABLES
from portal.regions.load import REGIONS
from tests.helpers.changes import ChangeSettings
from tests.helpers.client import Client
from tests.helpers.factories import make_person

pytestmark = pytest.mark.usefixtures("database")

PHONE = "13800000101"
MEISHAN = REGIONS["meishan"]


def browser() -> Visitor:
    return Visitor(anonymous())


async def ask(visitor: Visitor, phone: str = PHONE, address: str = "10.0.0.1") -> tuple[ChallengeRow, str]:
    """Return the challenge and the code that was sent."""
    id = await sign_in.ask(visitor, MEISHAN, phone, address, "mt.example.cn")
    row = await sign_in.challenge(visitor, id)
    assert row
    return row, await last_code(phone)


async def last_code(phone: str = PHONE) -> str:
    return (await demo_messages(phone, 1))[0].rpartition("#")[2]


async def again(row: ChallengeRow, visitor: Visitor) -> ChallengeRow:
    """Press 重新发送 and return the challenge as it is then."""
    assert await sign_in.ask_again(row, MEISHAN, "10.0.0.1", "mt.example.cn") == 0
    renewed = await sign_in.challenge(visitor, row.id)
    assert renewed
    return renewed


def other_than(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


def chi_square(found: Counter[str], of: int) -> float:
    return sum((found[digit] - of / 10) ** 2 / (of / 10) for digit in "0123456789")


def test_every_digit_of_a_code_is_as_likely_as_any_other() -> None:
    codes = [digits(6) for _ in range(10_000)]

    for place in range(6):  # 9 degrees of freedom: above 60 once in a thousand million runs
        assert chi_square(Counter(code[place] for code in codes), 10_000) < 60
    assert {len(code) for code in codes} == {6}
    assert any(code.startswith("0") for code in codes)


async def test_the_code_that_was_sent_lets_in() -> None:
    row, code = await ask(browser())

    assert await sign_in.answer(row, code) == "good"


async def test_a_wrong_code_does_not() -> None:
    row, code = await ask(browser())

    assert await sign_in.answer(row, other_than(code)) == "wrong"
    assert await sign_in.answer(row, "") == "wrong"


async def test_a_code_works_for_five_minutes_and_not_a_second_longer() -> None:
    row, code = await ask(browser())
    late, late_code = await ask(browser(), "13800000102")
    clock.shift(timedelta(minutes=4, seconds=58))
    in_time = await sign_in.answer(row, code)
    clock.shift(timedelta(minutes=5, seconds=1))

    assert in_time == "good"
    assert await sign_in.answer(late, late_code) == "expired"


async def test_a_code_works_once() -> None:
    visitor = browser()
    row, code = await ask(visitor)
    await sign_in.answer(row, code)

    assert await sign_in.answer(row, code) == "locked"
    assert await sign_in.challenge(visitor, row.id) is None


async def test_of_two_right_answers_at_once_one_wins() -> None:
    row, code = await ask(browser())

    outcomes = await asyncio.gather(*(sign_in.answer(row, code) for _ in range(2)))

    assert sorted(outcomes) == ["good", "locked"]


async def test_after_five_wrong_tries_the_right_code_is_refused() -> None:
    row, code = await ask(browser())
    outcomes = [await sign_in.answer(await read(row), other_than(code)) for _ in range(5)]

    assert outcomes == ["wrong"] * 4 + ["locked"]
    assert await sign_in.answer(await read(row), code) == "locked"


async def read(row: ChallengeRow) -> ChallengeRow:
    """Return a challenge as a new request would read it."""
    found = await fetch_one(ChallengeRow, "FROM challenge WHERE id = $1", row.id)
    assert found
    return found


async def test_twenty_wrong_answers_at_once_leave_no_room_for_the_right_one() -> None:
    row, code = await ask(browser())

    outcomes = await asyncio.gather(*(sign_in.answer(row, other_than(code)) for _ in range(20)))

    assert "good" not in outcomes
    assert outcomes.count("wrong") <= 5
    assert await sign_in.answer(row, code) == "locked"


async def test_a_code_belongs_to_its_challenge_and_its_browser() -> None:
    mine, other = browser(), browser()
    row, code = await ask(mine)
    second, _ = await ask(mine)

    assert await sign_in.challenge(other, row.id) is None
    assert await sign_in.challenge(mine, "no such challenge") is None
    assert await sign_in.answer(second, code) == "wrong"


async def test_asking_again_waits_a_minute_and_says_how_long() -> None:
    visitor = browser()
    row, _ = await ask(visitor)
    clock.shift(timedelta(seconds=20))
    wait = await sign_in.ask_again(row, MEISHAN, "10.0.0.1", "mt.example.cn")

    assert 38 <= wait <= 41
    assert len(await demo_messages(PHONE)) == 1


async def test_the_older_code_works_on_until_its_own_end() -> None:
    visitor = browser()
    row, older = await ask(visitor)
    clock.shift(timedelta(minutes=2))
    row = await again(row, visitor)
    clock.shift(timedelta(minutes=4, seconds=58))

    assert await last_code() != older
    assert await sign_in.answer(row, older) == "good"


async def test_after_its_end_only_the_newer_one_does() -> None:
    visitor = browser()
    row, older = await ask(visitor)
    clock.shift(timedelta(minutes=2))
    row = await again(row, visitor)
    clock.shift(timedelta(minutes=5, seconds=1))

    assert await sign_in.answer(row, older) == "expired"
    assert await sign_in.answer(row, await last_code()) == "good"


async def test_tries_at_the_older_and_the_newer_code_count_together() -> None:
    visitor = browser()
    row, older = await ask(visitor)
    for _ in range(3):
        await sign_in.answer(row, other_than(older))
    clock.shift(timedelta(minutes=2))
    row = await again(row, visitor)
    newer = await last_code()
    for _ in range(2):
        await sign_in.answer(row, other_than(newer) if other_than(newer) != older else "")

    assert await sign_in.answer(row, newer) == "locked"


async def test_a_dump_of_the_database_holds_neither_code_nor_phone_nor_their_hashes() -> None:
    _, code = await ask(browser())

    cells = [cell for table in TABLES for row in await table.select() for cell in row.values()]

    blobs = [cell.encode() if isinstance(cell, str) else cell for cell in cells if isinstance(cell, str | bytes)]
    assert len(blobs) > 10
    for secret in (code.encode(), PHONE.encode()):
        for form in (secret, sha256(secret).digest(), sha256(secret).hexdigest().encode()):
            assert not any(form in blob for blob in blobs)


async def test_a_phone_gets_five_codes_an_hour_from_wherever_they_are_asked_for() -> None:
    for number in range(5):
        await ask(browser(), address=f"10.0.1.{number}")

    with pytest.raises(TooMany) as refused:
        await ask(browser(), address="10.0.1.9")

    assert 0 < refused.value.retry_after <= 3600
    await ask(browser(), "13800000199")


async def test_a_phone_gets_ten_codes_a_day() -> None:
    for hour in range(2):
        clock.shift(timedelta(hours=hour, seconds=hour))
        for _ in range(5):
            await ask(browser())
    clock.shift(timedelta(hours=2, seconds=2))

    with pytest.raises(TooMany):
        await ask(browser())

    clock.shift(timedelta(days=1, seconds=3))
    await ask(browser())


async def test_many_people_behind_one_address_are_let_through_but_must_prove() -> None:
    for number in range(20):
        visitor = browser()
        assert not await sign_in.must_prove(visitor, f"138001000{number:02}", "10.0.0.1")
        await ask(visitor, f"138001000{number:02}")

    assert await sign_in.must_prove(browser(), "13800100099", "10.0.0.1")
    assert not await sign_in.must_prove(browser(), "13800100099", "10.0.0.2")
    await ask(browser(), "13800100099")


async def test_an_address_gets_two_hundred_codes_an_hour_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sign_in, "ADDRESS_AT_MOST", 1)
    for number in range(20):
        await ask(browser(), f"138001000{number:02}")

    with pytest.raises(TooMany):
        await ask(browser(), "13800100099")

    await ask(browser(), "13800100099", address="10.0.0.2")


async def test_a_browser_gets_ten_codes_an_hour_for_whatever_phones() -> None:
    visitor = browser()
    for number in range(10):
        await ask(visitor, f"138001000{number:02}", address=f"10.0.1.{number}")

    with pytest.raises(TooMany):
        await ask(visitor, "13800100099", address="10.0.1.99")


async def test_when_the_day_s_budget_is_used_up_nobody_gets_a_code(settings: ChangeSettings) -> None:
    settings(codes_budget=3)
    for number in range(3):
        await ask(browser(), f"138001000{number:02}")

    with pytest.raises(TooMany):
        await ask(browser(), "13800100099")


async def test_pressed_twice_at_once_another_code_is_sent_once() -> None:
    visitor = browser()
    row, _ = await ask(visitor)
    clock.shift(timedelta(seconds=61))

    waits = await asyncio.gather(*(sign_in.ask_again(row, MEISHAN, "10.0.0.1", "mt.example.cn") for _ in range(2)))

    assert sorted(waits) == [0, 60]
    assert len(await demo_messages(PHONE)) == 2


async def test_a_code_can_be_read_by_phone_and_is_heard_twice() -> None:
    visitor = browser()
    id = await sign_in.ask(visitor, MEISHAN, PHONE, "10.0.0.1", "mt.example.cn", voice=True)
    row = await sign_in.challenge(visitor, id)
    assert row
    (said,) = await demo_messages(PHONE)
    code = await demo_code(PHONE)

    assert said.count("，".join(code)) == 2
    assert await fetch_value("SELECT channel FROM sent_message") == "voice"
    assert await sign_in.answer(row, code) == "good"


async def test_when_the_gateway_is_down_the_person_is_told_to_try_later(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Down:
        def speaks(self, _template: str) -> bool:
            return False

        async def send(self, *_: object) -> str:
            raise sms.NotSent

    monkeypatch.setattr(sms, "gateway", Down)
    await client.get("/meishan/login")

    await client.post("/meishan/login", {"mobile": PHONE})

    assert client.status == 503
    assert "短信现在发不出去" in client.text


async def test_nobody_learns_whether_a_phone_is_known(client: Client) -> None:
    await make_person("ms-01")

    known = await answers_to(client, PHONE)
    async with Client() as other:
        unknown = await answers_to(other, "13800000188")

    assert known == unknown


async def answers_to(client: Client, phone: str) -> tuple[int, set[str], str]:
    """Return status, header names and page after a phone was typed, with what differs by chance taken out."""
    await client.get("/meishan/login")
    await client.post("/meishan/login", {"mobile": phone}, follow=False)
    status, names = client.status, set(client.page.headers)
    await client.get(client.page.headers["location"])
    masked = f"{phone[:3]}****{phone[-4:]}"
    return status, names, re.sub(r'value="[^"]*"', "", client.text.replace(masked, "(phone)"))


async def test_wrong_tries_do_not_shut_out_who_is_in_already(client: Client) -> None:
    await make_person("ms-01")
    await client.sign_in(PHONE)
    row, code = await ask(browser())
    for _ in range(6):
        await sign_in.answer(row, other_than(code))

    await client.get("/meishan/me")

    assert client.path == "/meishan/me"
    assert "张丽" in client.text


async def test_yesterdays_challenges_are_forgotten() -> None:
    await ask(browser())
    clock.shift(timedelta(days=1, minutes=6))
    await ask(browser())

    assert await sign_in.forget_old() == 1
