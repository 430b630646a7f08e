"""Files that arrive in parts: nothing that has arrived is lost, nothing counts twice, nothing stays for ever."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from hashlib import sha256

import obstore
import pytest

from portal.core.store import storage
from portal.core.store.crypto import random_bytes
from portal.core.store.database import execute, fetch_value
from portal.core.store.storage import incoming, opened_file
from portal.core.tools import clock
from portal.core.tools.errors import Stale, TooLarge, TooMany
from portal.documents import partial
from portal.documents.partial import PART, Partial

MOST = 20 << 20
CONTENT = random_bytes(2 * PART + 1000)
pytestmark = pytest.mark.usefixtures("empty_store")


async def begin(size: int = len(CONTENT)) -> Partial:
    return await partial.begin("me", "报告.pdf", size, MOST)


async def arriving(content: bytes, then: BaseException | None = None) -> AsyncIterator[bytes]:
    """Yield *content* in pieces as a network does; in the end the connection may break."""
    for at in range(0, len(content), 65_536):
        yield content[at : at + 65_536]
    if then:
        raise then


async def stored() -> list[str]:
    return [name async for name in storage.names() if name.startswith("partial-")]


async def test_a_file_goes_on_where_it_stopped_and_is_whole_in_the_end() -> None:
    upload = await begin()
    with pytest.raises(ConnectionError):
        await partial.append(upload, 0, arriving(CONTENT[: PART + 500], ConnectionError()))

    reached = await partial.offset(upload)
    assert reached == PART + 500
    assert await partial.append(upload, reached, arriving(CONTENT[reached:])) == len(CONTENT)

    async with partial.whole(upload) as file:
        assert (file.filename, file.size, file.digest) == ("报告.pdf", len(CONTENT), sha256(CONTENT).digest())
        assert file.head == CONTENT[:4096]
        assert opened_file(file.name, file.path.read_bytes()) == CONTENT
    assert list(incoming().iterdir()) == []


async def test_what_lies_in_the_store_and_the_table_meanwhile_is_sealed() -> None:
    upload = await begin()
    await partial.append(upload, 0, arriving(b"A" * 1000))

    (name,) = await stored()
    answer = await obstore.get_async(storage.store(), name)
    raw = bytes(await answer.bytes_async())
    assert b"AAAA" not in raw
    assert "报告".encode() not in await fetch_value("SELECT name FROM partial_upload WHERE id = $1", upload.id)


async def test_bytes_sent_again_by_the_connection_that_was_given_up_do_not_count() -> None:
    upload = await begin()
    await partial.append(upload, 0, arriving(CONTENT[:PART]))

    with pytest.raises(Stale):
        await partial.append(upload, 0, arriving(CONTENT[: PART // 2]))

    assert await partial.offset(upload) == PART
    assert len(await stored()) == 1


async def test_more_than_was_announced_is_refused_and_what_had_come_stays() -> None:
    upload = await begin(1000)
    with pytest.raises(TooLarge):
        await partial.append(upload, 0, arriving(CONTENT[:2000]))

    assert await partial.offset(upload) == 0


async def test_a_file_of_somebody_else_is_not_found() -> None:
    upload = await begin()

    assert await partial.partial(upload.id, "me") == upload
    assert await partial.partial(upload.id, "you") is None
    assert await partial.partial("made up", "me") is None


async def test_nobody_has_more_on_the_way_than_an_application_may_hold() -> None:
    await begin(15 << 20)
    with pytest.raises(TooLarge):
        await begin(6 << 20)
    for _ in range(partial.AT_ONCE - 1):
        await begin(1)
    with pytest.raises(TooMany):
        await begin(1)


async def test_a_file_is_taken_once_however_often_it_is_named_at_the_same_time() -> None:
    upload = await begin(10)
    turns: list[str] = []

    async def name_it() -> None:
        outcome = await partial.claim(upload)
        turns.append(outcome)
        if not outcome:
            await asyncio.sleep(0.1)
            await partial.settle(upload, partial.TAKEN)

    await asyncio.gather(name_it(), name_it(), name_it())

    assert sorted(turns) == ["", "taken", "taken"]


async def test_whoever_was_killed_while_taking_it_is_followed_by_another_after_two_minutes() -> None:
    upload = await begin(10)
    assert await partial.claim(upload) == ""

    clock.shift(partial.CLAIM + timedelta(seconds=1))

    assert await partial.claim(upload) == ""


async def test_what_nobody_finished_is_swept_with_its_parts_after_a_day() -> None:
    upload, young = await begin(), await begin()
    await partial.append(upload, 0, arriving(CONTENT[:PART]))
    await execute("UPDATE partial_upload SET ends_at = $2 WHERE id = $1", upload.id, clock.now())
    await partial.append(young, 0, arriving(b"x"))

    await partial.sweep()

    assert await partial.partial(upload.id, "me") is None
    assert await fetch_value("SELECT count(*) FROM partial_part WHERE upload = $1", upload.id) == 0
    assert [name.partition("/")[0] for name in await stored()] == [f"partial-{young.id}"]
    clock.shift(timedelta(days=2))
    await partial.sweep()
    assert await stored() == []


async def test_a_part_without_a_row_is_swept_too(machine_clock: None) -> None:
    await storage.put(**{"partial-lost/part": b"x"})

    clock.shift(timedelta(days=2))
    await partial.sweep()

    assert await stored() == []


async def test_what_was_given_up_is_gone_at_once() -> None:
    upload = await begin()
    await partial.append(upload, 0, arriving(b"x" * 100))

    await partial.cancel(upload)

    assert await partial.partial(upload.id, "me") is None
    assert await stored() == []
