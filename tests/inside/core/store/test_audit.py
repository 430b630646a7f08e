"""The audit log: nobody changes, removes or slips in a row without being found."""

import asyncio
from datetime import timedelta

import pytest

from portal.core.store import audit
from portal.core.store.audit import Entry, broken, note
from portal.core.store.database import execute, fetch_all, fetch_value, transaction
from portal.core.tools import clock

pytestmark = pytest.mark.usefixtures("database")


class Broken(Exception):
    """What goes wrong in the middle of somebody's work."""


async def noted(count: int = 7) -> list[int]:
    """Write *count* rows and return their ids."""
    for number in range(count):
        await note(
            actor=f"clerk-{number}", role="reviewer", act="read_document", thing=f"document:{number}", why="看病历"
        )
    return [row.id for row in await rows()]


async def rows() -> list[Entry]:
    return await fetch_all(Entry, "FROM audit ORDER BY id")


async def test_an_untouched_log_is_whole() -> None:
    await noted()

    assert await broken() is None


async def test_an_empty_log_is_whole() -> None:
    assert await broken() is None


async def test_a_row_says_who_did_what_to_whom_why_and_when() -> None:
    await note(actor="clerk", role="reviewer", act="read_document", thing="document:1", about="person", why="复核")

    (row,) = await rows()
    assert (row.actor, row.role, row.act, row.thing, row.about, row.why) == (
        "clerk",
        "reviewer",
        "read_document",
        "document:1",
        "person",
        "复核",
    )
    assert abs(row.at - clock.now()) < timedelta(minutes=1)


CHANGES = {
    "actor": "'another'",
    "role": "'supervisor'",
    "act": "'sign_in'",
    "thing": "'document:99'",
    "about": "'person'",
    "why": "''",
    "at": "'2020-01-01 00:00:00+00:00'",
}


@pytest.mark.parametrize("column", CHANGES)
@pytest.mark.parametrize("position", [0, 3, 6])
async def test_a_row_of_which_anything_was_changed_is_found(column: str, position: int) -> None:
    ids = await noted()

    await execute(f"UPDATE audit SET {column} = {CHANGES[column]} WHERE id = $1", ids[position])

    assert await broken() == ids[position]


async def test_a_row_whose_hash_was_changed_is_found() -> None:
    ids = await noted()

    await execute("UPDATE audit SET hash = $2 WHERE id = $1", ids[3], b"x" * 32)

    assert await broken() == ids[3]


@pytest.mark.parametrize("position", [0, 3, 5])
async def test_where_a_row_was_removed_the_next_one_is_found(position: int) -> None:
    ids = await noted()

    await execute("DELETE FROM audit WHERE id = $1", ids[position])

    assert await broken() == ids[position + 1]


async def test_two_rows_that_changed_places_are_found() -> None:
    ids = await noted()

    await execute("UPDATE audit SET id = -1 WHERE id = $1", ids[2])
    await execute("UPDATE audit SET id = $1 WHERE id = $2", ids[2], ids[3])
    await execute("UPDATE audit SET id = $1 WHERE id = -1", ids[3])

    assert await broken() == ids[2]


async def test_a_row_that_was_slipped_in_is_found() -> None:
    ids = await noted()
    await execute("DELETE FROM audit WHERE id = $1", ids[3])

    await execute(
        "INSERT INTO audit (id, at, actor, role, act, thing, about, why, hash) "
        "SELECT $1, at, actor, role, act, thing, about, why, hash FROM audit WHERE id = $2",
        ids[3],
        ids[2],
    )

    assert await broken() == ids[3]


async def test_a_row_that_was_added_at_the_end_is_found() -> None:
    ids = await noted()

    await execute(
        "INSERT INTO audit (at, actor, role, act, hash) SELECT at, actor, role, act, hash FROM audit WHERE id = $1",
        ids[-1],
    )

    assert await broken() == (await rows())[-1].id


async def test_a_log_longer_than_one_reading_is_checked_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "BATCH", 3)
    ids = await noted(8)
    whole = await broken()

    await execute("UPDATE audit SET why = 'x' WHERE id = $1", ids[-1])

    assert whole is None
    assert await broken() == ids[-1]


async def test_many_who_write_at_once_make_one_chain() -> None:
    await asyncio.gather(*(note(actor=str(number), role="r", act="a") for number in range(40)))

    assert await fetch_value("SELECT count(*) FROM audit") == 40
    assert await broken() is None


async def test_what_did_not_happen_is_not_noted() -> None:
    async def fail() -> None:
        async with transaction():
            await note(actor="clerk", role="r", act="a")
            raise Broken

    await noted(2)
    with pytest.raises(Broken):
        await fail()
    await noted(1)

    assert await fetch_value("SELECT count(*) FROM audit") == 3
    assert await broken() is None
