"""Who did or saw what, to whom, why, when. Append-only: each row's hash seals the one before it.

The hash of a row is a keyed hash of its contents and of the previous row's hash, so a row that
was changed, removed or put in between is found by `broken`. Rows name people by identifier.

There is one chain, so there is one writer at a time: a note comes last in its transaction, when
no other lock is left to wait for.
"""

from datetime import datetime

import msgspec

from portal.core.store.crypto import keyed
from portal.core.store.database import ON_SQLITE, execute, fetch_all, fetch_one, fetch_value, insert, transaction
from portal.core.store.tables import Audit
from portal.core.tools import clock

BATCH = 1000
PAGE = 50


class Entry(msgspec.Struct, frozen=True):
    """One row of the log."""

    id: int
    at: datetime
    actor: str
    role: str
    act: str
    thing: str
    about: str
    why: str
    hash: bytes


# D48: one chain, one writer at a time: call it last in a transaction, or others wait for all of it.
async def note(*, actor: str, role: str, act: str, thing: str = "", about: str = "", why: str = "") -> None:
    """Write that *actor* did *act*; joins the transaction it is called in, as the last thing in it.

    Args:
        actor: identifier of a person or member of staff; ``system`` for the portal itself.
        role: in which role.
        act: a verb of the code, e.g. ``read_document``, ``sign_in``.
        thing: what it was done to, e.g. ``document:Xy3``.
        about: identifier of the person whose data it is; they can see the row.
        why: the reason given, where one was asked for.
    """
    async with transaction():
        if not ON_SQLITE:  # one writer at a time; SQLite has only one
            await execute("SELECT pg_advisory_xact_lock(7461002)")
        before = await fetch_value("SELECT hash FROM audit ORDER BY id DESC LIMIT 1") or b""
        at = clock.now()
        sealed = _hash(before, at, actor, role, act, thing, about, why)
        await insert(Audit, at=at, actor=actor, role=role, act=act, thing=thing, about=about, why=why, hash=sealed)


async def about(person: str, acts: tuple[str, ...], count: int) -> list[Entry]:
    """Return the last *count* rows about a person whose act is one of *acts*, the newest first."""
    names = ", ".join(f"'{act}'" for act in acts)  # verbs of the code, nothing anybody typed
    return await fetch_all(
        Entry, f"FROM audit WHERE about = $1 AND act IN ({names}) ORDER BY id DESC LIMIT $2", person, count
    )


async def done_to(thing: str) -> list[Entry]:
    """Return what was done to *thing*, the oldest first."""
    return await fetch_all(Entry, "FROM audit WHERE thing = $1 ORDER BY id", thing)


async def broken(after: int = 0) -> int | None:
    """Return the id of the first row that does not fit the one before it; None if all fit.

    With *after*, rows up to that id are taken as they are.
    """
    before = await _hash_of(after)
    last = after
    while rows := await fetch_all(Entry, "FROM audit WHERE id > $1 ORDER BY id LIMIT $2", last, BATCH):
        for row in rows:
            whole = _hash(before, row.at, row.actor, row.role, row.act, row.thing, row.about, row.why)
            if row.hash != whole:
                return row.id
            before = row.hash
            last = row.id
    return None


async def entries(*, thing: str = "", actor: str = "", act: str = "", before: int = 0) -> list[Entry]:
    """Return a page of rows that match every filter given and are older than row *before*, and one row more."""
    question = Audit.select(Audit.id).order_by(Audit.id, ascending=False).limit(PAGE + 1)
    for column, wanted in ((Audit.thing, thing), (Audit.actor, actor), (Audit.act, act)):
        if wanted:
            question = question.where(column == wanted)
    if before:
        question = question.where(Audit.id < before)
    found = [await fetch_one(Entry, "FROM audit WHERE id = $1", row["id"]) for row in await question]
    return [entry for entry in found if entry]


async def at_most(id: int) -> int:
    """Return the id of the last row up to *id*: ids have gaps where a transaction was given up."""
    return int(await fetch_value("SELECT max(id) FROM audit WHERE id <= $1", id) or 0)


async def head() -> tuple[int, str]:
    """Return id and hash of the last row; noted down elsewhere, they prove later that none was cut off."""
    last = await fetch_one(Head, "FROM audit ORDER BY id DESC LIMIT 1")
    return (last.id, last.hash.hex()) if last else (0, "")


async def holds(id: int, hash: str) -> bool:
    """Return whether the row *id* still has the *hash* that was noted down outside."""
    return (await _hash_of(id)).hex() == hash


class Head(msgspec.Struct, frozen=True):
    """A row's place in the chain."""

    id: int
    hash: bytes


async def _hash_of(id: int) -> bytes:
    row = await fetch_one(Head, "FROM audit WHERE id = $1", id)
    return row.hash if row else b""


def _hash(before: bytes, at: datetime, *texts: str) -> bytes:
    return keyed("audit", before.hex(), at.astimezone(clock.BEIJING).isoformat(), *texts)
