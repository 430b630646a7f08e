"""Migrations as SQL text: the same statements on PostgreSQL and SQLite.

Written in PostgreSQL's words; for SQLite two types change their names. After the first release a
migration may only add, rename and drop; anything else rebuilds the table by hand on SQLite.
"""

import re
from collections.abc import Awaitable, Callable

from portal.core.store.database import ON_SQLITE, execute

# D5: one text for both databases; generated migrations are thousands of lines that nobody reads.
FOR_SQLITE = (
    (re.compile(r"\bSERIAL PRIMARY KEY\b"), "INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL"),
    (re.compile(r"\bBYTEA\b"), "BLOB"),
    (re.compile(r"\bBIGINT\b"), "INTEGER"),
)


def statements(sql: str) -> list[str]:
    """Return the statements in *sql*, in the words of the database in use."""
    if ON_SQLITE:
        for there, here in FOR_SQLITE:
            sql = there.sub(here, sql)
    return [statement.strip() for statement in sql.split(";") if statement.strip()]


def doing(sql: str) -> Callable[[], Awaitable[None]]:
    """Return what runs *sql*, for a migration to add."""

    async def do() -> None:
        for statement in statements(sql):
            await execute(statement)

    return do
