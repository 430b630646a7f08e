"""Our SQLite engine for Piccolo: one writer, first come first served, and readers in parallel; WAL.

Piccolo's own engine opens a connection and a thread for each query, begins transactions that
fail under load (of fifty concurrent writers 98 % get "database is locked") and polls unfairly. This one
keeps its connections open:

- a *reader* on the event loop's own thread, for statements that find a few rows by a key: 8 us
  each, where handing them to a thread would cost 90; WAL readers never wait for the writer;
- four *readers* in threads, for everything Piccolo's query builder asks;
- one *writer*, given out in order (`writer.py`).
"""

import asyncio
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Literal

from piccolo.engine.sqlite import SQLiteEngine, SQLiteTransaction, TransactionType, dict_factory

from portal.core.store.writer import BUSY_SECONDS, Writer, in_thread, patience

READERS = 4

Cell = Any


class Transaction(SQLiteTransaction):
    """``async with``: everything inside is kept together or not at all; nested ones join the outer."""

    engine: "OneWriterEngine"

    async def __aenter__(self) -> "SQLiteTransaction":
        """Begin, or join the transaction this task is in."""
        if self._parent is not None:
            return self._parent
        self.writer = self.engine.writer()
        await self.writer.take()
        self.connection = self.writer.connection
        self.context = self.engine.current_transaction.set(self)
        return self

    async def __aexit__(self, kind: Any, error: BaseException | None, trace: Any) -> Literal[False]:
        """Commit, or undo when there was an error, which goes on to the caller."""
        if self._parent is None:
            self.engine.current_transaction.reset(self.context)
            await self.writer.give(keep=error is None)
        return False

    async def savepoint(self, name: str | None = None) -> "Savepoint":  # type: ignore[override]
        """Return a savepoint that can be rolled back to."""
        name = name or f"savepoint_{self.get_savepoint_id()}"
        self.connection.execute(f"SAVEPOINT {name}")
        return Savepoint(name, self.connection)


class Savepoint:
    """A point inside a transaction that can be gone back to."""

    def __init__(self, name: str, connection: sqlite3.Connection) -> None:
        """Remember where we are."""
        self.name = name
        self._connection = connection

    async def rollback_to(self) -> None:
        """Undo what came after."""
        self._connection.execute(f"ROLLBACK TO {self.name}")

    async def release(self) -> None:
        """Forget the point, keep the work."""
        self._connection.execute(f"RELEASE {self.name}")


class OneWriterEngine(SQLiteEngine):
    """Piccolo's engine for SQLite, with the connections described at the top of this module."""

    def __init__(self, path: Path) -> None:
        """Prepare an engine on the database at *path*; connections are opened at first use."""
        super().__init__(path=str(path))
        self._threads: ThreadPoolExecutor | None = None
        self._idle: asyncio.Queue[sqlite3.Connection] | None = None
        self._writer: Writer | None = None
        self._reader: sqlite3.Connection | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._open: list[sqlite3.Connection] = []

    # -- connections ------------------------------------------------------------------------

    def writer(self) -> Writer:
        """Return the writer of the running event loop."""
        self._ready()
        assert self._writer
        return self._writer

    # D3: read on the event loop's thread: 8 us, where a hop to a thread costs 90. So only by an index.
    def reader(self) -> sqlite3.Connection:
        """Return the reader for the loop's own thread; its rows are tuples of raw values."""
        self._ready()
        assert self._reader
        return self._reader

    def _ready(self) -> None:
        loop = asyncio.get_running_loop()
        if self._loop is loop:
            return
        self.shut()  # an earlier loop has ended; tests have several
        self._loop = loop
        self._threads = ThreadPoolExecutor(READERS + 1, thread_name_prefix="sqlite")
        self._writer = Writer(self._connect(writes=True), self._threads)
        self._reader = self._connect(raw=True)
        self._idle = asyncio.Queue()
        for _ in range(READERS):
            self._idle.put_nowait(self._connect())

    def _connect(self, *, writes: bool = False, raw: bool = False) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self.path,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=512,
            timeout=0 if writes else BUSY_SECONDS,
            detect_types=0 if raw else sqlite3.PARSE_DECLTYPES | sqlite3.PARSE_COLNAMES,
        )
        if writes:
            with patience(connection):
                connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")  # what we acknowledge is on the disk
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA temp_store = MEMORY")
        connection.execute("PRAGMA cache_size = -4000")
        if not writes:
            connection.execute("PRAGMA query_only = ON")
        self._open.append(connection)
        return connection

    def shut(self) -> None:
        """Drain the threads and close every connection, so that the process can end."""
        if self._threads:
            self._threads.shutdown(wait=True)
        for connection in self._open:
            connection.close()
        self._open.clear()
        self._threads = self._loop = self._writer = self._reader = self._idle = None

    # -- what Piccolo calls -----------------------------------------------------------------

    def transaction(
        self,
        transaction_type: TransactionType = TransactionType.immediate,
        allow_nested: bool = True,
    ) -> Transaction:
        """Return a transaction; BEGIN IMMEDIATE is the only kind there is."""
        return Transaction(engine=self, transaction_type=TransactionType.immediate, allow_nested=allow_nested)

    async def _run_in_new_connection(
        self, query: str, args: list[Any] | None = None, query_type: str = "generic", table: Any = None
    ) -> list[dict[str, Cell]]:
        self._ready()
        if query.lstrip()[:6].upper() != "SELECT":
            async with self.transaction() as transaction:
                return fetch(transaction.connection, query, args or [])
        assert self._loop and self._threads and self._idle is not None
        connection = await self._idle.get()
        try:
            return await in_thread(self._loop, self._threads, lambda: fetch(connection, query, args or []))
        finally:
            self._idle.put_nowait(connection)

    async def _run_in_existing_connection(
        self,
        connection: sqlite3.Connection,
        query: str,
        args: list[Any] | None = None,
        query_type: str = "generic",
        table: Any = None,
    ) -> list[dict[str, Cell]]:
        return fetch(connection, query, args or [])


def fetch(connection: sqlite3.Connection, query: str, args: list[Any]) -> list[dict[str, Cell]]:
    """Run one statement and return its rows as dictionaries."""
    cursor = connection.cursor()
    cursor.row_factory = dict_factory
    return cursor.execute(query, args).fetchall()
