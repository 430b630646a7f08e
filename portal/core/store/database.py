"""The database: SQLite by default, PostgreSQL by ``DATABASE_URL``; the same SQL on both.

A statement whose text is fixed is SQL text, run by `fetch_one`, `fetch_all`, `fetch_value`, `execute` and `insert`:
parameters are ``$1 $2 ...``, rows come back as the struct they are asked for. A statement whose shape depends on the
question (the staff queue's filters) is built with Piccolo. Both join the same `transaction`. Building a query with
Piccolo costs 0.2-0.7 ms, a prepared SELECT by key 8 us: that is why (D4).

Piccolo finds the engine through ``PICCOLO_CONF``, which names ``portal.piccolo_app``.
"""

import fcntl
import os
import re
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, redirect_stdout
from contextvars import ContextVar
from datetime import date, datetime
from functools import cache
from io import StringIO
from typing import Any, TypeVar, get_type_hints

import asyncpg
from piccolo.table import Table

from portal.core.store.postgres import Pooled
from portal.core.store.sqlite import OneWriterEngine
from portal.core.tools.errors import StorageFull
from portal.core.tools.settings import SETTINGS

os.environ.setdefault("PICCOLO_CONF", "portal.piccolo_app")

T = TypeVar("T")

_afterwards: ContextVar[list[Callable[[], None]] | None] = ContextVar("afterwards", default=None)


class Taken(Exception):
    """A row that must be the only one of its kind exists already."""


def _engine() -> OneWriterEngine | Pooled:
    if SETTINGS.database:
        return Pooled(config={"dsn": SETTINGS.database}, extensions=())
    return OneWriterEngine(SETTINGS.data / "portal.sqlite")


DB = _engine()
ON_SQLITE = isinstance(DB, OneWriterEngine)


@asynccontextmanager
async def opened() -> AsyncIterator[None]:
    """Keep the database open: the folder for SQLite, the pool for PostgreSQL."""
    if isinstance(DB, OneWriterEngine):
        SETTINGS.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            yield
        finally:
            DB.shut()
    else:
        await DB.start_connection_pool(min_size=1, max_size=SETTINGS.pool)
        try:
            yield
        finally:
            await DB.close_connection_pool()


@asynccontextmanager
async def transaction() -> AsyncIterator[None]:
    """Keep everything inside together or not at all; it is on the disk when the block has ended.

    Inside another transaction this joins it. Never start a task inside: it would inherit the
    transaction and use it after its end.

    Raises:
        Taken: a unique row exists already.
        StorageFull: the database has no room.
    """
    outer = _afterwards.get()
    if outer is not None:
        yield
        return
    mine: list[Callable[[], None]] = []
    token = _afterwards.set(mine)
    try:
        async with DB.transaction():
            yield
    except _UNIQUE as error:
        if _is_unique(error):
            raise Taken(str(error)) from error
        raise
    except _FULL as error:
        if _is_full(error):
            raise StorageFull from error
        raise
    finally:
        _afterwards.reset(token)
    for act in mine:
        act()


def after_commit(act: Callable[[], None]) -> None:
    """Call *act* once the transaction we are in is on the disk; at once outside of one."""
    mine = _afterwards.get()
    act() if mine is None else mine.append(act)


async def fetch_one(kind: type[T], sql: str, *args: Any) -> T | None:
    """Return the first row as a *kind*; None if there is none. See `fetch_all` for *sql*."""
    found = await _rows(_statement(kind, sql), args)
    return _maker(kind)(found[0]) if found else None


# D3: on SQLite this runs on the event loop's thread; a read without an index stops every other request.
async def fetch_all(kind: type[T], sql: str, *args: Any) -> list[T]:
    """Return the rows as *kind*, a struct or named tuple whose fields are the columns in order.

    *sql* may begin with FROM: the columns are then the names of the fields. On SQLite it runs on
    the event loop's thread, so it must find its rows by an index.
    """
    make = _maker(kind)
    return [make(row) for row in await _rows(_statement(kind, sql), args)]


async def fetch_value(sql: str, *args: Any) -> Any:
    """Return the first column of the first row, or None."""
    found = await _rows(sql, args)
    return found[0][0] if found else None


async def execute(sql: str, *args: Any) -> int:
    """Run a statement that changes rows and return how many it changed; joins a transaction.

    Raises:
        Taken: a unique row exists already.
    """
    try:
        if isinstance(DB, OneWriterEngine):
            async with DB.transaction() as on:
                return _execute(on.connection, sql, args).rowcount
        status = await _pg("execute", sql, args)
        return int(status.rsplit(" ", 1)[-1]) if status[-1:].isdigit() else 0
    except _UNIQUE as error:
        if _is_unique(error):
            raise Taken(str(error)) from error
        raise


async def insert(table: type[Table], **values: Any) -> None:
    """Add one row to *table*; what is not given is NULL or the column's default.

    Raises:
        Taken: a unique row exists already.
    """
    await execute(_insert(table, tuple(values)), *values.values())


async def insert_once(table: type[Table], **values: Any) -> bool:
    """Add one row to *table*, unless a unique row exists already; return whether it was added."""
    return bool(await execute(f"{_insert(table, tuple(values))} ON CONFLICT DO NOTHING", *values.values()))


async def _rows(sql: str, args: tuple[Any, ...]) -> Any:
    if not isinstance(DB, OneWriterEngine):
        return await _pg("fetch", sql, args)
    on = DB.current_transaction.get()
    if on is not None:
        return _execute(on.connection, sql, args).fetchall()
    if sql.startswith("SELECT"):
        return _execute(DB.reader(), sql, args).fetchall()
    async with DB.transaction() as own:  # UPDATE ... RETURNING
        return _execute(own.connection, sql, args).fetchall()


async def _pg(what: str, sql: str, args: tuple[Any, ...]) -> Any:
    assert isinstance(DB, Pooled) and DB.pool
    on = DB.current_transaction.get()
    if on is not None:
        return await getattr(on.connection, what)(sql, *args)
    async with DB.pool.acquire() as connection:
        return await getattr(connection, what)(sql, *args)


def _execute(connection: sqlite3.Connection, sql: str, args: tuple[Any, ...]) -> sqlite3.Cursor:
    return connection.execute(numbered(sql), args)


@cache
def numbered(sql: str) -> str:
    """Write ``$1`` as SQLite's ``?1``, and leave out what only PostgreSQL needs."""
    return re.sub(r"\$(\d+)(::\w+)?", r"?\1", sql)


# D4: building a statement with Piccolo costs half a page; fixed text is prepared once.
def _statement(kind: type[Any], sql: str) -> str:
    if not sql.startswith("FROM"):
        return sql
    if (kind, sql) not in _statements:
        _statements[kind, sql] = f"SELECT {', '.join(_fields(kind))} {sql}"
    return _statements[kind, sql]


_statements: dict[tuple[type[Any], str], str] = {}


@cache
def _insert(table: type[Table], names: tuple[str, ...]) -> str:
    known = {column._meta.db_column_name for column in table._meta.columns}
    if not known.issuperset(names):
        raise ValueError(f"{table.__name__} has no column {sorted(set(names) - known)}")
    places = ", ".join(f"${n}" for n in range(1, len(names) + 1))
    return f"INSERT INTO {table._meta.tablename} ({', '.join(names)}) VALUES ({places})"


def _fields(kind: type[Any]) -> tuple[str, ...]:
    return tuple(getattr(kind, "__struct_fields__", None) or kind._fields)


_FROM_SQLITE: dict[Any, Callable[[Any], Any]] = {
    bool: bool,
    datetime: lambda text: datetime.fromisoformat(text) if isinstance(text, str) else text,
    date: lambda text: date.fromisoformat(text) if isinstance(text, str) else text,
}


def _maker(kind: type[T]) -> Callable[[Any], T]:
    """Return what makes a *kind* of a raw row; SQLite has no booleans, days and moments of its own."""
    if kind not in _makers:
        _makers[kind] = _from_sqlite(kind) if ON_SQLITE else lambda row: kind(*row)
    return _makers[kind]


_makers: dict[type[Any], Callable[[Any], Any]] = {}


def _from_sqlite(kind: type[T]) -> Callable[[Any], T]:
    hints = get_type_hints(kind)
    changes = [
        (at, _FROM_SQLITE[plain])
        for at, name in enumerate(_fields(kind))
        if (plain := _plain(hints[name])) in _FROM_SQLITE
    ]

    def made(row: tuple[Any, ...]) -> T:
        cells = list(row)
        for at, change in changes:
            if cells[at] is not None:
                cells[at] = change(cells[at])
        return kind(*cells)

    return made


def _plain(hint: Any) -> Any:
    """Return ``X`` of ``X | None``."""
    inner = [arg for arg in getattr(hint, "__args__", ()) if arg is not type(None)]
    return inner[0] if len(inner) == 1 else hint


_UNIQUE = (sqlite3.IntegrityError, asyncpg.UniqueViolationError)


_FULL = (sqlite3.OperationalError, asyncpg.DiskFullError)


def _is_full(error: Exception) -> bool:
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_FULL) == sqlite3.SQLITE_FULL


def _is_unique(error: Exception) -> bool:
    return isinstance(error, asyncpg.UniqueViolationError) or (
        isinstance(error, sqlite3.IntegrityError)
        and error.sqlite_errorcode in (sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY)
    )


async def migrate() -> None:
    """Bring the tables up to date; of several nodes that try, one does it and the others wait.

    Raises:
        RuntimeError: a migration failed; the message is Piccolo's.
    """
    from piccolo.apps.migrations.commands.forwards import run_forwards

    said = StringIO()
    if isinstance(DB, Pooled):
        holder = await asyncpg.connect(SETTINGS.database)
        try:
            await holder.execute("SELECT pg_advisory_lock(7461001)")  # let go when the connection closes
            with redirect_stdout(said):
                result = await run_forwards("portal")
        finally:
            await holder.close()
    else:
        with (SETTINGS.data / "migrate.lock").open("w") as holder:
            fcntl.flock(holder, fcntl.LOCK_EX)
            with redirect_stdout(said):
                result = await run_forwards("portal")
    if not result.success:
        raise RuntimeError(f"migration failed: {result.message}\n{said.getvalue()}")
