"""Rate limits: so many in a window, counted together by everybody, each rule for itself."""

import asyncio
from datetime import timedelta

import pytest

from portal.core.store.database import fetch_value
from portal.core.store.limits import allow, forget_old, forgive, hits
from portal.core.tools import clock
from portal.core.tools.errors import TooMany

pytestmark = pytest.mark.usefixtures("database")

HOUR = timedelta(hours=1)


async def refused(rule: str = "rule", subject: str = "138", at_most: int = 3) -> bool:
    """Return whether one more is one too many."""
    try:
        await allow(rule, subject, at_most, HOUR)
    except TooMany:
        return True
    return False


async def test_so_many_are_allowed_and_the_next_is_refused() -> None:
    assert [await refused() for _ in range(5)] == [False, False, False, True, True]


async def test_whoever_is_refused_is_told_why_and_when_to_come_back() -> None:
    for _ in range(3):
        await refused()
    clock.shift(timedelta(minutes=20))

    with pytest.raises(TooMany) as told:
        await allow("rule", "138", 3, HOUR, "请等一会儿。")

    assert told.value.why == "请等一会儿。"
    assert 39 * 60 < told.value.retry_after <= 40 * 60


async def test_a_window_begins_with_the_first_and_ends_on_time() -> None:
    for _ in range(3):
        await refused()

    clock.shift(HOUR - timedelta(seconds=5))
    just_before = await refused()
    clock.shift(HOUR + timedelta(seconds=1))
    afterwards = [await refused() for _ in range(4)]

    assert just_before
    assert afterwards == [False, False, False, True]


async def test_each_rule_and_each_subject_is_counted_for_itself() -> None:
    for _ in range(5):
        await refused("rule", "138")

    assert not await refused("another rule", "138", 1)
    assert not await refused("rule", "139", 1)
    assert await hits("rule", "138", HOUR) == 6


async def test_words_that_run_together_are_not_the_same_rule() -> None:
    await hits("code", "1:138", HOUR)

    assert await hits("code:1", "138", HOUR) == 1


async def test_of_fifty_at_once_exactly_so_many_get_through() -> None:
    outcomes = await asyncio.gather(*(refused(at_most=7) for _ in range(50)))

    assert outcomes.count(False) == 7
    assert await fetch_value("SELECT hits FROM rate_limit") == 50


async def test_nobody_can_read_from_the_table_whose_limit_it_is() -> None:
    await hits("code: phone", "13800000101", HOUR)

    kept = bytes(await fetch_value("SELECT key FROM rate_limit"))

    assert len(kept) == 32
    assert b"138" not in kept


async def test_whoever_is_forgiven_begins_anew() -> None:
    for _ in range(5):
        await refused()
    await forgive("rule", "138")

    assert not await refused()


async def test_windows_that_are_over_are_forgotten_and_others_kept() -> None:
    await hits("short", "138", timedelta(minutes=1))
    await hits("long", "138", HOUR)
    clock.shift(timedelta(minutes=2))

    assert await forget_old() == 1
    assert await hits("long", "138", HOUR) == 2
