"""A disk that is full: for files, and for the database."""

import resource
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from portal.core.store.database import DB, execute
from portal.core.store.sqlite import OneWriterEngine


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """Let no file grow beyond *size* bytes, as a full disk would."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@asynccontextmanager
async def database_without_room() -> AsyncIterator[None]:
    """Have the database say that its disk is full: SQLite by a real limit, PostgreSQL by its own error."""
    if isinstance(DB, OneWriterEngine):
        connection = DB.writer().connection
        connection.execute("VACUUM")
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages}")
        try:
            yield
        finally:
            connection.execute("PRAGMA max_page_count = 1073741823")
        return
    await execute(
        "CREATE OR REPLACE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'no room' USING ERRCODE = '53100'; END $$"
    )
    await execute("CREATE TRIGGER no_room BEFORE INSERT ON document FOR EACH ROW EXECUTE FUNCTION no_room()")
    try:
        yield
    finally:
        await execute("DROP TRIGGER no_room ON document")
