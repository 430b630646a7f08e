"""The database: the same values and the same manners on SQLite and on PostgreSQL."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, date, datetime, timedelta, timezone

import asyncpg
import msgspec
import pytest
from piccolo.columns import Boolean, Bytea, Date, Integer, Text, Timestamptz, Varchar
from piccolo.table import Table

from portal.core.store import ddl
from portal.core.store.database import (
    ON_SQLITE,
    Taken,
    after_commit,
    execute,
    fetch_all,
    fetch_one,
    fetch_value,
    insert,
    migrate,
    transaction,
)
from portal.piccolo_app import TABLES

SQL = """
CREATE TABLE thing (
  id VARCHAR(32) PRIMARY KEY NOT NULL,
  name VARCHAR(40) NOT NULL UNIQUE,
  count INTEGER NOT NULL DEFAULT 0,
  ready BOOLEAN NOT NULL DEFAULT FALSE,
  secret BYTEA,
  made_at TIMESTAMPTZ,
  due_on DATE,
  words TEXT
)
"""


class Thing(Table, tablename="thing"):
    """A table for these tests only."""

    id = Varchar(length=32, primary_key=True, default=None)
    name = Varchar(length=40, unique=True)
    count = Integer()  # type: ignore[assignment]  # hides a method of the table, as columns may
    ready = Boolean()
    secret = Bytea(null=True, default=None)
    made_at = Timestamptz(null=True, default=None)
    due_on = Date(null=True, default=None)
    words = Text(null=True, default=None)


class Row(msgspec.Struct, frozen=True):
    """A row of it."""

    id: str
    name: str
    count: int
    ready: bool
    secret: bytes | None
    made_at: datetime | None
    due_on: date | None
    words: str | None


class Broken(Exception):
    """What goes wrong in the middle of somebody's work."""


@pytest.fixture(autouse=True)
async def things(migrated: None) -> AsyncIterator[None]:
    """An empty table of things."""
    for statement in ddl.statements(SQL):
        await execute(statement)
    yield
    await execute("DROP TABLE thing")


async def add(id: str, **values: object) -> None:
    await insert(Thing, id=id, **{"name": f"name of {id}", "count": 0, "ready": False, **values})


async def undone(work: Callable[[], Awaitable[object]]) -> None:
    """Do *work* in a transaction in which something then goes wrong."""
    async with transaction():
        await work()
        raise Broken


async def names() -> list[str]:
    return [row.id for row in await fetch_all(Row, "FROM thing ORDER BY id")]


# -- values --------------------------------------------------------------------------------------

BEIJING = timezone(timedelta(hours=8))
MOMENT = datetime(2026, 11, 22, 23, 59, 59, 123456, BEIJING)


async def test_what_was_kept_comes_back_as_what_it_was() -> None:
    await add(
        "full", count=2**31 - 1, ready=True, secret=b"\x00\xff", made_at=MOMENT, due_on=date(2028, 2, 29), words="门诊"
    )

    row = await fetch_one(Row, "FROM thing WHERE id = $1", "full")

    assert row == Row("full", "name of full", 2**31 - 1, True, b"\x00\xff", MOMENT, date(2028, 2, 29), "门诊")
    assert type(row.ready) is bool
    assert type(row.secret) is bytes
    assert type(row.due_on) is date


async def test_a_moment_comes_back_aware_and_in_utc() -> None:
    await add("moment", made_at=MOMENT)

    row = await fetch_one(Row, "FROM thing WHERE id = $1", "moment")

    assert row
    assert row.made_at
    assert row.made_at.utcoffset() == timedelta()
    assert row.made_at == MOMENT


async def test_what_was_not_given_comes_back_as_nothing() -> None:
    await add("empty")

    row = await fetch_one(Row, "FROM thing WHERE id = $1", "empty")

    assert row == Row("empty", "name of empty", 0, False, None, None, None, None)


async def test_moments_are_ordered_by_time_also_on_a_full_second() -> None:
    full = datetime(2026, 11, 22, 10, 0, 0, 0, UTC)
    for number in (3, 1, 2, 0):
        await add(str(number), made_at=full + timedelta(milliseconds=500 * number))

    in_order = [row.id for row in await fetch_all(Row, "FROM thing ORDER BY made_at")]
    after = await fetch_value("SELECT count(*) FROM thing WHERE made_at > $1", full)

    assert in_order == ["0", "1", "2", "3"]
    assert after == 3


async def test_where_nothing_is_found_there_is_nothing() -> None:
    assert await fetch_one(Row, "FROM thing WHERE id = $1", "nobody") is None
    assert await fetch_all(Row, "FROM thing") == []
    assert await fetch_value("SELECT name FROM thing WHERE id = $1", "nobody") is None


async def test_a_statement_may_give_rows_back_that_it_changed() -> None:
    await add("a")

    found = await fetch_all(Row, "UPDATE thing SET count = count + 1 RETURNING id, name, count, ready, secret, "
                            "made_at, due_on, words")  # fmt: skip

    assert [row.count for row in found] == [1]
    assert await fetch_value("SELECT count FROM thing WHERE id = 'a'") == 1


async def test_whoever_changes_rows_is_told_how_many() -> None:
    await add("a")
    await add("b")

    assert await execute("UPDATE thing SET count = 5") == 2
    assert await execute("UPDATE thing SET count = 5 WHERE id = $1", "nobody") == 0
    assert await execute("DELETE FROM thing WHERE id = $1", "a") == 1


async def test_text_that_looks_like_a_statement_stays_text() -> None:
    await add("a", words="'); DROP TABLE thing; --")

    assert await fetch_value("SELECT words FROM thing WHERE id = $1", "a") == "'); DROP TABLE thing; --"


async def test_the_query_builder_sees_the_same_values() -> None:
    await add("a", ready=True, secret=b"\x00", made_at=MOMENT, due_on=date(2026, 11, 22))

    (found,) = await Thing.select(Thing.ready, Thing.secret, Thing.made_at, Thing.due_on)

    assert found == {"ready": True, "secret": b"\x00", "made_at": MOMENT, "due_on": date(2026, 11, 22)}


async def test_a_column_that_is_not_there_cannot_be_written() -> None:
    with pytest.raises(ValueError, match="colour"):
        await insert(Thing, id="a", colour="red")

    assert await names() == []


# -- the only one of its kind --------------------------------------------------------------------


async def test_the_second_of_a_kind_is_told_the_place_is_taken() -> None:
    await add("a")

    with pytest.raises(Taken):
        await add("a", name="another")
    with pytest.raises(Taken):
        await add("b", name="name of a")

    assert await names() == ["a"]


async def test_inside_a_transaction_the_second_of_a_kind_is_told_so_and_nothing_of_it_stays() -> None:
    await add("a")

    async def add_another_under_the_same_name() -> None:
        await add("b")
        await execute("UPDATE thing SET name = 'name of a' WHERE id = 'b'")

    with pytest.raises(Taken):
        await undone(add_another_under_the_same_name)

    assert await names() == ["a"]


async def test_of_twenty_who_want_the_same_name_at_once_one_gets_it() -> None:
    outcomes = await asyncio.gather(*(add(str(number), name="wanted") for number in range(20)), return_exceptions=True)

    assert sum(outcome is None for outcome in outcomes) == 1
    assert all(outcome is None or isinstance(outcome, Taken) for outcome in outcomes)


async def test_a_missing_value_is_not_mistaken_for_a_taken_one() -> None:
    with pytest.raises(Exception, match=r"(?i)null") as error:
        await add("a", count=None)

    assert not isinstance(error.value, Taken)


# -- together or not at all ----------------------------------------------------------------------


async def test_a_transaction_that_fails_leaves_nothing() -> None:
    async def add_two() -> None:
        await add("a")
        await execute("INSERT INTO thing (id, name) VALUES ('b', 'b')")

    with pytest.raises(Broken):
        await undone(add_two)

    assert await names() == []


async def test_what_is_in_a_transaction_is_seen_inside_at_once_and_outside_at_its_end() -> None:
    inside, go_on = asyncio.Event(), asyncio.Event()

    async def write() -> list[str]:
        async with transaction():
            await add("a")
            inside.set()
            await go_on.wait()
            return await names()

    writing = asyncio.create_task(write())
    await inside.wait()
    outside = await names()
    go_on.set()

    assert outside == []
    assert await writing == ["a"]
    assert await names() == ["a"]


async def test_a_transaction_inside_another_goes_with_it() -> None:
    async def add_inside() -> None:
        async with transaction():
            await add("a")

    with pytest.raises(Broken):
        await undone(add_inside)

    assert await names() == []


async def test_the_query_builder_joins_the_transaction() -> None:
    async def build() -> None:
        await Thing.insert(Thing(id="a", name="a", count=1, ready=False))
        assert await names() == ["a"]

    with pytest.raises(Broken):
        await undone(build)

    assert await names() == []


async def test_whoever_goes_away_in_the_middle_leaves_nothing() -> None:
    inside = asyncio.Event()

    async def write() -> None:
        async with transaction():
            await add("a")
            inside.set()
            await asyncio.Event().wait()

    writing = asyncio.create_task(write())
    await inside.wait()
    writing.cancel()
    await asyncio.wait({writing})

    assert await names() == []


async def test_fifty_writers_at_once_all_succeed() -> None:
    await add("sum")

    async def write(number: int) -> None:
        for turn in range(4):
            async with transaction():
                await execute("UPDATE thing SET count = count + 1 WHERE id = 'sum'")
                await add(f"{number}-{turn}")

    outcomes = await asyncio.gather(*(write(number) for number in range(50)), return_exceptions=True)

    assert outcomes == [None] * 50
    assert await fetch_value("SELECT count FROM thing WHERE id = 'sum'") == 200
    assert await fetch_value("SELECT count(*) FROM thing") == 201


async def test_transactions_whose_connection_is_cut_leave_room_for_others() -> None:
    async def cut() -> None:
        if not ON_SQLITE:  # there is no line to cut there
            await execute("SELECT pg_terminate_backend(pg_backend_pid())")

    for _ in range(12):  # more than the pool has connections, or nobody would miss one
        with pytest.raises((Broken, asyncpg.PostgresError, asyncpg.InterfaceError)):
            await undone(cut)
    await asyncio.wait_for(add("a"), 10)

    assert await names() == ["a"]


async def test_a_commit_that_fails_leaves_room_for_others() -> None:
    await execute(ORPHANS)

    async def adopt_an_orphan() -> None:
        async with transaction():
            await execute("INSERT INTO orphan VALUES ('nobody')")  # noticed at COMMIT only

    for _ in range(12):
        with pytest.raises((sqlite3.IntegrityError, asyncpg.ForeignKeyViolationError)):
            await adopt_an_orphan()
    await asyncio.wait_for(add("a"), 10)
    left = await fetch_value("SELECT count(*) FROM orphan")
    await execute("DROP TABLE orphan")

    assert left == 0
    assert await names() == ["a"]


ORPHANS = "CREATE TABLE orphan (parent VARCHAR(32) REFERENCES thing (id) DEFERRABLE INITIALLY DEFERRED)"


# -- what follows a commit -----------------------------------------------------------------------


async def test_what_should_follow_a_commit_follows_it_and_not_before() -> None:
    order: list[str] = []

    async with transaction():
        after_commit(lambda: order.append("afterwards"))
        await add("a")
        order.append("inside")

    assert order == ["inside", "afterwards"]


async def test_what_should_follow_a_commit_waits_for_the_outermost_transaction() -> None:
    order: list[str] = []

    async with transaction():
        async with transaction():
            after_commit(lambda: order.append("afterwards"))
        order.append("after the inner one")

    assert order == ["after the inner one", "afterwards"]


async def test_what_should_follow_a_commit_does_not_follow_a_failure() -> None:
    done: list[str] = []

    async def announce() -> None:
        after_commit(lambda: done.append("told"))

    with pytest.raises(Broken):
        await undone(announce)
    async with transaction():
        await add("another")

    assert done == []


async def test_outside_of_a_transaction_it_is_done_at_once() -> None:
    done: list[str] = []

    after_commit(lambda: done.append("told"))

    assert done == ["told"]


# -- tables --------------------------------------------------------------------------------------

Columns = dict[str, tuple[str, bool]]
SAME_TYPE = {"character varying": "VARCHAR", "timestamp with time zone": "TIMESTAMPTZ", "SERIAL": "INTEGER"}


def kind(text: str, *, on_sqlite: bool = ON_SQLITE) -> str:
    """Return a type by one name, whatever database or library says it."""
    for there, here in SAME_TYPE.items():
        text = text.replace(there, here)
    text = text.upper()
    return {"BYTEA": "BLOB", "BIGINT": "INTEGER"}.get(text, text) if on_sqlite else text


async def in_the_database(table: str) -> Columns:
    """Return ``{column: (type, may be null)}`` of a migrated table."""
    if ON_SQLITE:
        rows = await fetch_all(Told, 'SELECT name, type, NOT "notnull" FROM pragma_table_info($1)', table)
    else:
        rows = await fetch_all(
            Told,
            "SELECT attname::text, format_type(atttypid, atttypmod), NOT attnotnull FROM pg_attribute "
            "WHERE attrelid = $1::text::regclass AND attnum > 0 AND NOT attisdropped",
            table,
        )
    return {row.name: (kind(row.type), row.null) for row in rows}


class Told(msgspec.Struct, frozen=True):
    """What the database says of a column."""

    name: str
    type: str
    null: bool


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table._meta.tablename)
async def test_a_migrated_table_is_what_the_code_says(table: type[Table]) -> None:
    in_code = {
        column._meta.db_column_name: (kind(column.column_type), column._meta.null) for column in table._meta.columns
    }

    assert await in_the_database(table._meta.tablename) == in_code


async def test_every_migrated_table_is_known_to_the_code() -> None:
    found = await fetch_all(
        Name,
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
        if ON_SQLITE
        else "SELECT table_name::text AS name FROM information_schema.tables WHERE table_schema = 'public'",
    )

    assert {row.name for row in found} == {table._meta.tablename for table in TABLES} | {"thing", "migration"}


class Name(msgspec.Struct, frozen=True):
    """A table's name."""

    name: str


async def test_migrating_again_changes_nothing() -> None:
    await add("a")

    await migrate()

    assert await names() == ["a"]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table._meta.tablename)
async def test_what_the_code_looks_for_has_an_index(table: type[Table]) -> None:
    wanted = {column._meta.db_column_name for column in table._meta.columns if column._meta.index}

    assert wanted <= await indexed(table._meta.tablename)


async def indexed(table: str) -> set[str]:
    """Return the columns an index of *table* begins with."""
    if ON_SQLITE:
        found = await fetch_all(
            Name,
            "SELECT i.name AS name FROM pragma_index_list($1) l, pragma_index_info(l.name) i WHERE i.seqno = 0",
            table,
        )
    else:
        found = await fetch_all(
            Name,
            "SELECT a.attname::text AS name FROM pg_index i "
            "JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0] "
            "WHERE i.indrelid = $1::text::regclass",
            table,
        )
    return {row.name for row in found}
