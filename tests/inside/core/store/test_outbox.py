"""The outbox: what must follow a change follows it once, and what fails is tried again and not hidden."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import msgspec
import pytest

from portal.core.store import jobs, outbox
from portal.core.store.database import execute, fetch_all, fetch_one, fetch_value, transaction
from portal.core.store.jobs import CLAIM, TRIES, work_once
from portal.core.tools import clock
from portal.core.tools.wake import WORK

pytestmark = pytest.mark.usefixtures("database")

DONE: list[str] = []
FAILING: set[str] = set()


@jobs.works("test: say")
async def say(word: str) -> None:
    """Say *word*, if it can be said today."""
    await asyncio.sleep(0)
    if word in FAILING:
        raise ConnectionError(f"nobody may read {word} in a log")
    DONE.append(word)


class Row(msgspec.Struct, frozen=True):
    """What the outbox holds."""

    key: str
    payload: str
    tries: int
    run_at: datetime
    done_at: datetime | None
    failed_at: datetime | None
    error: str | None


@pytest.fixture(autouse=True)
async def quiet() -> AsyncIterator[None]:
    """Nothing said yet."""
    DONE.clear()
    FAILING.clear()
    yield
    await WORK.wait(0)


class Broken(Exception):
    """What goes wrong in the middle of somebody's work."""


async def row() -> Row:
    found = await fetch_one(Row, "FROM outbox")
    assert found
    return found


# -- adding --------------------------------------------------------------------------------------


async def test_work_added_in_a_transaction_waits_for_its_end() -> None:
    async with transaction():
        await outbox.add("test: say", "1", word="hello")
        done_inside = list(DONE)
    taken = await work_once()

    assert done_inside == []
    assert (taken, DONE) == (1, ["hello"])


async def test_work_is_rolled_back_with_what_it_follows() -> None:
    async def fail() -> None:
        async with transaction():
            await outbox.add("test: say", "1", word="hello")
            raise Broken

    with pytest.raises(Broken):
        await fail()

    assert await fetch_value("SELECT count(*) FROM outbox") == 0
    assert await work_once() == 0


async def test_the_same_work_added_twice_is_done_once() -> None:
    await outbox.add("test: say", "1", word="hello")
    await outbox.add("test: say", "1", word="hello again")
    await work_once()
    await outbox.add("test: say", "1", word="hello once more")
    await work_once()

    assert DONE == ["hello"]


async def test_the_same_key_of_another_kind_is_other_work() -> None:
    await outbox.add("test: say", "1", word="hello")
    await outbox.add("test: other", "1", word="hello")

    assert await fetch_value("SELECT count(*) FROM outbox") == 2


async def test_the_worker_hears_of_new_work_after_the_commit_only() -> None:
    await WORK.wait(0)
    async with transaction():
        await outbox.add("test: say", "1", word="hello")
        inside = WORK.rung

    assert (inside, WORK.rung) == (False, True)


async def test_work_for_later_waits_for_its_time() -> None:
    await outbox.add("test: say", "1", at=clock.now() + timedelta(hours=1), word="later")

    at_once = await work_once()
    clock.shift(timedelta(hours=1, seconds=1))
    afterwards = await work_once()

    assert (at_once, afterwards, DONE) == (0, 1, ["later"])


async def test_work_is_done_in_the_order_it_was_added() -> None:
    for number in range(5):
        await outbox.add("test: say", str(number), word=str(number))

    await work_once()

    assert DONE == ["0", "1", "2", "3", "4"]


# -- several workers -----------------------------------------------------------------------------


async def test_two_workers_at_once_do_everything_once() -> None:
    for number in range(60):
        await outbox.add("test: say", str(number), word=str(number))

    while sum(await asyncio.gather(*(work_once() for _ in range(4)))):
        pass

    assert sorted(DONE, key=int) == [str(number) for number in range(60)]
    assert await fetch_value("SELECT count(*) FROM outbox WHERE done_at IS NOT NULL AND tries = 1") == 60


async def test_what_a_killed_worker_had_taken_is_done_by_another() -> None:
    await outbox.add("test: say", "1", word="hello")
    now = clock.now()
    await fetch_all(Row, CLAIMED, now, now + CLAIM, 20)  # and then it was killed

    at_once = await work_once()
    clock.shift(CLAIM + timedelta(seconds=1))
    afterwards = await work_once()

    assert (at_once, afterwards, DONE) == (0, 1, ["hello"])


CLAIMED = jobs.CLAIM_SQL.replace(
    "RETURNING id, key, kind, payload, tries", "RETURNING key, payload, tries, run_at, done_at, failed_at, error"
)


# -- failing -------------------------------------------------------------------------------------


async def test_what_fails_is_tried_again_later_and_later_and_succeeds_in_the_end() -> None:
    FAILING.add("hello")
    await outbox.add("test: say", "1", word="hello")
    pauses = []
    for _ in range(4):
        await work_once()
        pauses.append((await row()).run_at - clock.now())
        assert await work_once() == 0, "it is tried again at once"
        clock.shift(clock.ahead() + pauses[-1] + timedelta(seconds=1))

    FAILING.clear()
    await work_once()

    assert [round(pause.total_seconds()) for pause in pauses] == [5, 20, 80, 320]
    assert DONE == ["hello"]
    assert (await row()).error is None


async def test_what_fails_too_often_is_given_up_and_stays_in_sight() -> None:
    FAILING.add("hello")
    await outbox.add("test: say", "1", word="hello")
    for _ in range(TRIES + 3):
        await work_once()
        clock.shift(clock.ahead() + timedelta(hours=7))

    left = await row()
    assert left.tries == TRIES
    assert left.failed_at is not None
    assert left.done_at is None
    assert "ConnectionError at" in (left.error or "")


async def test_an_error_is_kept_by_its_kind_and_place_without_what_it_was_about() -> None:
    FAILING.add("hello")
    await outbox.add("test: say", "1", word="hello")
    await work_once()

    assert "nobody may read" not in ((await row()).error or "")
    assert "hello" not in ((await row()).error or "")


async def test_one_that_fails_does_not_hold_up_the_others() -> None:
    FAILING.add("1")
    for number in range(3):
        await outbox.add("test: say", str(number), word=str(number))

    await work_once()

    assert DONE == ["0", "2"]


async def test_work_that_nobody_knows_how_to_do_is_kept() -> None:
    await outbox.add("test: nobody", "1")

    await work_once()

    left = await row()
    assert (left.error or "").startswith("KeyError at core/store/jobs.py:")
    assert left.done_at is None


# -- the worker ----------------------------------------------------------------------------------


async def test_the_worker_wakes_when_work_comes_and_ends_when_told() -> None:
    working = asyncio.create_task(jobs.work_forever())
    await asyncio.sleep(0)
    await outbox.add("test: say", "1", word="hello")

    async with asyncio.timeout(10):
        while not DONE:
            await asyncio.sleep(0.005)
    working.cancel()
    await asyncio.wait({working})

    assert DONE == ["hello"]
    assert working.cancelled()


async def test_a_row_of_the_outbox_holds_identifiers_only() -> None:
    await outbox.add("test: say", "1", word="id-123")

    assert json.loads((await row()).payload) == {"word": "id-123"}
    assert await execute("DELETE FROM outbox WHERE key = $1", "test: say:1") == 1
