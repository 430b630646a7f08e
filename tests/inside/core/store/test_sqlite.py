"""The SQLite engine: writers in the order they came, readers beside them, nothing half written.

These tests are about SQLite whatever database the rest of the run uses.
"""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from piccolo.querystring import QueryString

from portal.core.store.sqlite import OneWriterEngine

TABLES = (
    "CREATE TABLE counter (id INTEGER PRIMARY KEY, n INTEGER NOT NULL)",
    "INSERT INTO counter VALUES (1, 0)",
    "CREATE TABLE note (who TEXT NOT NULL, page INTEGER NOT NULL, UNIQUE (who, page))",
    "CREATE TABLE child (parent INTEGER REFERENCES counter (id) DEFERRABLE INITIALLY DEFERRED)",
)


class Broken(Exception):
    """What goes wrong in the middle of somebody's work."""


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[OneWriterEngine]:
    """An engine on a database of its own, with a counter that stands at 0 and an empty list of notes."""
    made = OneWriterEngine(tmp_path / "own.sqlite")
    for statement in TABLES:
        await made.run_ddl(statement)
    yield made
    made.shut()


@contextmanager
def beside(engine: OneWriterEngine) -> Iterator[sqlite3.Connection]:
    """Another process's connection to the same file."""
    connection = sqlite3.connect(engine.path, isolation_level=None, timeout=0, check_same_thread=False)
    try:
        yield connection
    finally:
        connection.close()


async def write(engine: OneWriterEngine, who: str, *, fails: bool = False) -> None:
    """Write two notes that belong together, with a pause between them."""
    async with engine.transaction() as on:
        on.connection.execute("INSERT INTO note VALUES (?, 1)", (who,))
        await asyncio.sleep(0)
        if fails:
            raise Broken(who)
        on.connection.execute("INSERT INTO note VALUES (?, 2)", (who,))


def pages(connection: sqlite3.Connection) -> dict[str, int]:
    """Return how many notes each writer has."""
    return dict(connection.execute("SELECT who, count(*) FROM note GROUP BY who").fetchall())


def listened(engine: OneWriterEngine) -> list[str]:
    """Return a list that fills with what the writer's connection is told."""
    heard: list[str] = []
    engine.writer().connection.set_trace_callback(heard.append)
    return heard


async def turns(count: int) -> None:
    """Let the loop turn *count* times."""
    for _ in range(count):
        await asyncio.sleep(0)


# -- many at once --------------------------------------------------------------------------------


async def test_fifty_people_who_each_count_six_times_come_to_three_hundred(engine: OneWriterEngine) -> None:
    async def count_on() -> None:
        for _ in range(6):
            async with engine.transaction() as on:
                (seen,) = on.connection.execute("SELECT n FROM counter").fetchone()
                await asyncio.sleep(0)
                on.connection.execute("UPDATE counter SET n = ?", (seen + 1,))

    outcomes = await asyncio.gather(*(count_on() for _ in range(50)), return_exceptions=True)

    assert outcomes == [None] * 50
    assert engine.reader().execute("SELECT n FROM counter").fetchone() == (300,)


async def test_writers_are_served_in_the_order_they_came(engine: OneWriterEngine) -> None:
    served: list[int] = []

    async def come(number: int) -> None:
        async with engine.transaction():
            served.append(number)
            await turns(number % 3)

    await asyncio.gather(*(come(number) for number in range(100)))

    assert served == list(range(100))


async def test_more_writers_than_one_commit_takes_are_all_served(engine: OneWriterEngine) -> None:
    heard = listened(engine)

    await asyncio.gather(*(write(engine, str(number)) for number in range(200)))

    assert pages(engine.reader()) == {str(number): 2 for number in range(200)}
    assert 4 <= heard.count("COMMIT") < 50


async def test_readers_do_not_wait_for_a_writer_and_see_what_was_before_it(engine: OneWriterEngine) -> None:
    inside, go_on = asyncio.Event(), asyncio.Event()

    async def write_slowly() -> None:
        async with engine.transaction() as on:
            on.connection.execute("UPDATE counter SET n = 7")
            inside.set()
            await go_on.wait()

    writing = asyncio.create_task(write_slowly())
    await inside.wait()
    on_the_loop = engine.reader().execute("SELECT n FROM counter").fetchone()
    in_threads = await asyncio.gather(
        *(engine.run_querystring(QueryString("SELECT n FROM counter")) for _ in range(12))
    )
    still_writing = not writing.done()
    go_on.set()
    await writing

    assert still_writing
    assert on_the_loop == (0,)
    assert in_threads == [[{"n": 0}]] * 12
    assert engine.reader().execute("SELECT n FROM counter").fetchone() == (7,)


# -- kept together or not at all -----------------------------------------------------------------


async def test_one_who_fails_in_a_group_is_undone_alone(engine: OneWriterEngine) -> None:
    heard = listened(engine)

    outcomes = await asyncio.gather(
        *(write(engine, str(number), fails=number in (3, 7)) for number in range(10)), return_exceptions=True
    )

    assert [number for number, outcome in enumerate(outcomes) if isinstance(outcome, Broken)] == [3, 7]
    assert pages(engine.reader()) == {str(number): 2 for number in range(10) if number not in (3, 7)}
    assert heard.count("COMMIT") == 1, "they did not share a commit, so this test has tested nothing"
    assert heard.count("ROLLBACK TO member") == 2


async def test_one_who_fails_alone_leaves_nothing(engine: OneWriterEngine) -> None:
    with pytest.raises(Broken):
        await write(engine, "alone", fails=True)

    assert pages(engine.reader()) == {}
    assert not engine.writer().connection.in_transaction


async def test_what_was_acknowledged_is_seen_by_others_at_once_and_never_before(engine: OneWriterEngine) -> None:
    with beside(engine) as other:

        async def write_and_look(who: str) -> None:
            async with engine.transaction() as on:
                on.connection.execute("INSERT INTO note VALUES (?, 1)", (who,))
                await asyncio.sleep(0)
                assert who not in pages(other)
            assert who in pages(other)

        await asyncio.gather(*(write_and_look(str(number)) for number in range(100)))

        assert len(pages(other)) == 100


async def test_a_commit_that_fails_is_told_to_everybody_in_the_group(engine: OneWriterEngine) -> None:
    async def adopt_an_orphan() -> None:
        async with engine.transaction() as on:
            on.connection.execute("INSERT INTO child VALUES (99)")  # noticed at COMMIT only

    outcomes = await asyncio.gather(
        write(engine, "before"), adopt_an_orphan(), write(engine, "after"), return_exceptions=True
    )
    await write(engine, "later")

    assert [type(outcome) for outcome in outcomes] == [sqlite3.IntegrityError] * 3
    assert pages(engine.reader()) == {"later": 2}
    assert engine.reader().execute("SELECT count(*) FROM child").fetchone() == (0,)


async def test_when_the_database_undoes_everything_by_itself_nobody_is_told_it_was_kept(
    engine: OneWriterEngine,
) -> None:
    async def lose_everything() -> None:
        async with engine.transaction() as on:
            on.connection.execute("INSERT INTO note VALUES ('twice', 1)")
            on.connection.execute("INSERT OR ROLLBACK INTO note VALUES ('twice', 1)")

    first, lost, last = await asyncio.gather(
        write(engine, "first"), lose_everything(), write(engine, "last"), return_exceptions=True
    )

    assert isinstance(first, sqlite3.Error)
    assert isinstance(lost, sqlite3.Error)
    assert last is None
    assert pages(engine.reader()) == {"last": 2}


async def test_on_a_full_disk_nothing_half_written_stays_and_work_goes_on_when_there_is_room(
    engine: OneWriterEngine,
) -> None:
    connection = engine.writer().connection
    (used,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {used + 3}")

    async def write_much(who: str) -> None:
        async with engine.transaction() as on:
            for page in range(10):
                on.connection.execute("INSERT INTO note VALUES (?, ?)", (who + "x" * 3000, page))

    outcomes = await asyncio.gather(
        write(engine, "small"), write_much("a"), write_much("b"), write(engine, "last"), return_exceptions=True
    )
    kept = pages(engine.reader())
    connection.execute("PRAGMA max_page_count = 1000000")
    await write_much("c")

    assert [type(outcome) for outcome in outcomes[1:3]] == [sqlite3.OperationalError] * 2
    acknowledged = {who for who, outcome in (("small", outcomes[0]), ("last", outcomes[3])) if outcome is None}
    assert kept == dict.fromkeys(acknowledged, 2)
    assert pages(engine.reader())["c" + "x" * 3000] == 10


async def test_a_transaction_inside_another_joins_it(engine: OneWriterEngine) -> None:
    async def write_inside() -> None:
        async with engine.transaction():
            await write(engine, "inner")
            raise Broken

    with pytest.raises(Broken):
        await write_inside()
    async with engine.transaction():
        await write(engine, "kept")

    assert pages(engine.reader()) == {"kept": 2}


async def test_inside_a_transaction_people_see_what_they_wrote(engine: OneWriterEngine) -> None:
    async with engine.transaction():
        await engine.run_querystring(QueryString("INSERT INTO note VALUES ({}, {})", "me", 1))
        seen = await engine.run_querystring(QueryString("SELECT who, page FROM note"))

    assert seen == [{"who": "me", "page": 1}]


async def test_what_came_after_a_savepoint_can_be_undone_alone(engine: OneWriterEngine) -> None:
    async with engine.transaction() as on:
        on.connection.execute("INSERT INTO note VALUES ('kept', 1)")
        point = await on.savepoint()
        on.connection.execute("INSERT INTO note VALUES ('undone', 1)")
        await point.rollback_to()  # type: ignore[no-untyped-call]  # piccolo's own
        on.connection.execute("INSERT INTO note VALUES ('kept', 2)")
        await point.release()  # type: ignore[no-untyped-call]

    assert pages(engine.reader()) == {"kept": 2}


# -- people who go away --------------------------------------------------------------------------


@pytest.mark.parametrize("step", range(14))
async def test_whoever_goes_away_at_any_step_leaves_nothing_half_done(engine: OneWriterEngine, step: int) -> None:
    others = [asyncio.create_task(write(engine, "before")), asyncio.create_task(write(engine, "beside"))]
    going = asyncio.create_task(write(engine, "going"))
    others.append(asyncio.create_task(write(engine, "behind")))
    await turns(step)
    going.cancel()

    await asyncio.gather(*others)
    await asyncio.wait({going})
    await asyncio.wait_for(write(engine, "next"), 5)

    found = pages(engine.reader())
    assert found.pop("going", 0) in (0, 2)
    assert found == {"before": 2, "beside": 2, "behind": 2, "next": 2}
    assert not engine.writer().connection.in_transaction


@pytest.mark.parametrize("after", [0.0, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02])
async def test_whoever_goes_away_after_any_time_leaves_nothing_half_done(engine: OneWriterEngine, after: float) -> None:
    everybody = [asyncio.create_task(write(engine, str(number))) for number in range(40)]
    await asyncio.sleep(after)
    for one in everybody[::2]:
        one.cancel()

    outcomes = await asyncio.gather(*everybody, return_exceptions=True)
    await asyncio.wait_for(write(engine, "next"), 5)

    found = pages(engine.reader())
    assert set(found.values()) == {2}
    assert {str(number) for number, outcome in enumerate(outcomes) if outcome is None} <= set(found)
    assert outcomes[1::2] == [None] * 20
    assert "next" in found


@pytest.mark.parametrize("step", range(6))
async def test_whoever_goes_away_while_waiting_for_another_process_leaves_the_writer_free(
    engine: OneWriterEngine, step: int
) -> None:
    with beside(engine) as other:
        other.execute("BEGIN IMMEDIATE")
        going = asyncio.create_task(write(engine, "going"))
        behind = asyncio.create_task(write(engine, "behind"))
        await turns(step)
        going.cancel()
        await turns(2)
        other.execute("COMMIT")

        await asyncio.wait({going})
        await asyncio.wait_for(behind, 5)

        assert pages(other) == {"behind": 2}
        other.execute("BEGIN IMMEDIATE")
        other.execute("ROLLBACK")


async def test_whoever_goes_away_alone_while_waiting_for_another_process_holds_nothing_afterwards(
    engine: OneWriterEngine,
) -> None:
    with beside(engine) as other:
        other.execute("BEGIN IMMEDIATE")
        going = asyncio.create_task(write(engine, "going"))
        await turns(3)
        going.cancel()
        other.execute("COMMIT")
        await asyncio.wait({going})

        other.execute("BEGIN IMMEDIATE")
        other.execute("ROLLBACK")
        await asyncio.wait_for(write(engine, "next"), 5)

        assert pages(other) == {"next": 2}


@pytest.mark.parametrize("step", range(4))
async def test_whoever_goes_away_while_reading_gives_the_reader_back(engine: OneWriterEngine, step: int) -> None:
    query = QueryString("SELECT n FROM counter")
    for _ in range(6):  # more than there are readers
        going = asyncio.create_task(engine.run_querystring(query))
        await turns(step)
        going.cancel()
        await asyncio.wait({going})

    found = await asyncio.wait_for(asyncio.gather(*(engine.run_querystring(query) for _ in range(8))), 5)

    assert found == [[{"n": 0}]] * 8


# -- other processes -----------------------------------------------------------------------------


async def test_another_process_that_writes_is_waited_for_and_the_loop_goes_on(engine: OneWriterEngine) -> None:
    with beside(engine) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("UPDATE counter SET n = 41")
        writing = asyncio.create_task(engine.run_querystring(QueryString("UPDATE counter SET n = n + 1")))
        await turns(50)
        read_meanwhile = engine.reader().execute("SELECT n FROM counter").fetchone()
        waited = not writing.done()
        other.execute("COMMIT")
        await asyncio.wait_for(writing, 5)

    assert waited
    assert read_meanwhile == (0,)
    assert engine.reader().execute("SELECT n FROM counter").fetchone() == (42,)


async def test_what_another_process_wrote_is_seen(engine: OneWriterEngine) -> None:
    with beside(engine) as other:
        other.execute("UPDATE counter SET n = 5")

    on_the_loop = engine.reader().execute("SELECT n FROM counter").fetchone()
    in_a_thread = await engine.run_querystring(QueryString("SELECT n FROM counter"))

    assert on_the_loop == (5,)
    assert in_a_thread == [{"n": 5}]


# -- opening and closing -------------------------------------------------------------------------


def own_threads() -> list[str]:
    """Return the names of the engine's threads that are alive."""
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("sqlite")]


async def test_closing_ends_every_thread_and_leaves_the_file_to_others(tmp_path: Path) -> None:
    before = len(own_threads())
    engine = OneWriterEngine(tmp_path / "closed.sqlite")
    await engine.run_ddl(TABLES[0])
    await asyncio.gather(*(engine.run_querystring(QueryString("SELECT n FROM counter")) for _ in range(8)))
    while_open = len(own_threads())

    engine.shut()

    assert while_open > before
    assert len(own_threads()) == before
    assert not (tmp_path / "closed.sqlite-wal").exists(), "somebody still holds the database open"


async def test_an_engine_that_was_closed_opens_again(engine: OneWriterEngine) -> None:
    await write(engine, "before")
    engine.shut()

    await write(engine, "after")

    assert pages(engine.reader()) == {"before": 2, "after": 2}


def test_an_engine_serves_one_loop_after_another(tmp_path: Path) -> None:
    engine = OneWriterEngine(tmp_path / "loops.sqlite")

    async def first() -> None:
        await engine.run_ddl(TABLES[2])
        await write(engine, "first")

    async def second() -> dict[str, int]:
        await write(engine, "second")
        return pages(engine.reader())

    asyncio.run(first())
    found = asyncio.run(second())
    engine.shut()

    assert found == {"first": 2, "second": 2}


PRAGMAS = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


async def test_every_connection_writes_ahead_flushes_fully_and_minds_foreign_keys(engine: OneWriterEngine) -> None:
    for connection in (engine.writer().connection, engine.reader()):
        found = {name: connection.execute(f"PRAGMA {name}").fetchone()[0] for name in PRAGMAS}
        assert found == PRAGMAS

    for name, wanted in PRAGMAS.items():
        rows = await engine.run_querystring(QueryString(f"SELECT {name} FROM pragma_{name}"))
        assert rows == [{name: wanted}]


async def test_readers_cannot_write(engine: OneWriterEngine) -> None:
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        engine.reader().execute("UPDATE counter SET n = 1")


async def test_a_child_without_its_parent_is_refused(engine: OneWriterEngine) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        await engine.run_querystring(QueryString("INSERT INTO child VALUES (99)"))
