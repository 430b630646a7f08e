"""Files that arrive in parts and go on where they stopped, after the IETF's resumable uploads.

The sender first says name and size, then sends bytes from an offset on, as often as it takes; every
part is sealed and on the disk before it counts. The whole file counts for nothing until a form names
it: then the same verb takes it, under the same rules, as a file sent at once. An upload that no form
names is swept away when its time is over.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from hashlib import sha256

import msgspec

from portal.core.store import storage
from portal.core.store.crypto import opened, seal, token
from portal.core.store.database import Taken, execute, fetch_all, fetch_one, fetch_value, insert
from portal.core.store.jobs import every
from portal.core.store.storage import Sealer, incoming
from portal.core.tools import clock
from portal.core.tools.errors import Stale, StorageFull, TooLarge, TooMany, Unavailable
from portal.core.web.uploads import HEAD, Received
from portal.documents.tables import PartialPart, PartialUpload

KEPT = timedelta(hours=24)
PART = 1 << 20  # bytes of a part, and what an upload holds in memory at most
AT_ONCE = 40  # files one person may have on the way
CLAIM = timedelta(minutes=2)
TAKEN = "taken"


class UploadRow(msgspec.Struct, frozen=True):
    """An upload as stored."""

    id: str
    sender: str
    name: bytes
    size: int
    ends_at: datetime
    outcome: str


class Partial(msgspec.Struct, frozen=True):
    """A file on its way: its name, how many bytes it has, what became of it."""

    id: str
    name: str
    size: int
    ends_at: datetime
    outcome: str


class Part(msgspec.Struct, frozen=True):
    """One part."""

    id: str
    begins: int
    size: int


# D41: an address that knows no case; a form names the upload later, so no place needs a second way in.
async def begin(sender: str, name: str, size: int, most: int) -> Partial:
    """Begin an upload of *size* bytes; all uploads of *sender* together may hold at most *most* bytes.

    Raises:
        TooLarge: *most* would be exceeded.
        TooMany: too many are on the way already.
    """
    now = clock.now()
    held = await fetch_all(
        UploadRow, "FROM partial_upload WHERE sender = $1 AND outcome = '' AND ends_at > $2", sender, now
    )
    if len(held) >= AT_ONCE:
        raise TooMany("同时在传的文件太多了。请等一会儿再传。", retry_after=60)
    if size + sum(row.size for row in held) > most:
        raise TooLarge
    id = token()
    await insert(
        PartialUpload,
        id=id,
        sender=sender,
        name=seal(name, f"partial_upload.name:{id}"),
        size=size,
        made_at=now,
        ends_at=now + KEPT,
        outcome="",
    )
    return Partial(id, name, size, now + KEPT, "")


async def partial(id: str, sender: str) -> Partial | None:
    """Return the upload called *id* if it is this sender's and its time is not over."""
    row = await fetch_one(
        UploadRow, "FROM partial_upload WHERE id = $1 AND sender = $2 AND ends_at > $3", id, sender, clock.now()
    )
    if row is None:
        return None
    return Partial(row.id, opened(row.name, f"partial_upload.name:{row.id}"), row.size, row.ends_at, row.outcome)


async def offset(upload: Partial) -> int:
    """Return how many bytes have arrived, from the beginning on."""
    if upload.outcome:
        return upload.size
    return int(await fetch_value("SELECT coalesce(sum(size), 0) FROM partial_part WHERE upload = $1", upload.id))


async def append(upload: Partial, begins: int, chunks: AsyncIterator[bytes]) -> int:
    """Keep what arrives from offset *begins* on and return the offset reached.

    What had arrived when the connection broke is kept, too.

    Raises:
        Stale: somebody else (the same browser, before it lost the network) has sent these bytes.
        TooLarge: more than was announced.
        StorageFull: no room.
    """
    held = bytearray()
    try:
        async for chunk in chunks:
            held += chunk
            if begins + len(held) > upload.size:
                held.clear()
                raise TooLarge
            while len(held) >= PART:
                begins = await _keep(upload, begins, bytes(held[:PART]))
                del held[:PART]
    finally:
        if held:
            begins = await _keep(upload, begins, bytes(held))
    return begins


async def _keep(upload: Partial, begins: int, plain: bytes) -> int:
    id = token()
    await storage.put(**{_name(upload, id): plain})
    try:
        await insert(PartialPart, id=id, upload=upload.id, begins=begins, size=len(plain))
    except Taken as taken:
        await storage.delete(_name(upload, id))
        raise Stale from taken
    return begins + len(plain)


def _name(upload: Partial, part: str) -> str:
    return f"partial-{upload.id}/{part}"


async def claim(upload: Partial) -> str:
    """Claim the right to take *upload*: return "" if the caller has it now, else the outcome of the first caller.

    Raises:
        Unavailable: another request has been taking it for too long.
    """
    for _ in range(60):
        now = clock.now()
        mine = await execute(
            "UPDATE partial_upload SET claimed_until = $2 "
            "WHERE id = $1 AND outcome = '' AND (claimed_until IS NULL OR claimed_until < $3)",
            upload.id,
            now + CLAIM,
            now,
        )
        if mine:
            return ""
        outcome = await fetch_value("SELECT outcome FROM partial_upload WHERE id = $1", upload.id)
        if outcome:
            return str(outcome)
        await asyncio.sleep(0.5)
    raise Unavailable


@asynccontextmanager
async def whole(upload: Partial) -> AsyncIterator[Received]:
    """Yield the file put together from its parts, as one that has just arrived; it is gone afterwards.

    Raises:
        StorageFull: no room.
    """
    name = token(12)
    sealer = Sealer(name)
    digest = sha256()
    file = Received("upload", upload.name, name, sealer.key, incoming() / name)
    try:
        try:
            with file.path.open("xb") as out:
                out.write(sealer.head)
                for part in await _parts(upload.id):
                    plain = await storage.get(_name(upload, part.id))
                    digest.update(plain)
                    file.head += plain[: HEAD - len(file.head)]
                    out.write(sealer.write(plain))
                out.write(sealer.finish())
        except OSError as error:
            raise StorageFull from error
        file.size = upload.size
        file.digest = digest.digest()
        yield file
    finally:
        file.path.unlink(missing_ok=True)


async def settle(upload: Partial, outcome: str) -> None:
    """Record the outcome of *upload* and drop its parts."""
    await execute("UPDATE partial_upload SET outcome = $2, claimed_until = NULL WHERE id = $1", upload.id, outcome)
    if outcome:
        await _forget_parts(upload.id)


async def cancel(upload: Partial) -> None:
    """Forget *upload* and what has arrived of it."""
    await execute("UPDATE partial_upload SET ends_at = $2 WHERE id = $1", upload.id, clock.now())
    await _forget(upload.id)


async def _parts(upload: str) -> list[Part]:
    return await fetch_all(Part, "FROM partial_part WHERE upload = $1 ORDER BY begins", upload)


async def _forget_parts(upload: str) -> None:
    names = [name async for name in storage.names(f"partial-{upload}")]
    await storage.delete(*names)
    await execute("DELETE FROM partial_part WHERE upload = $1", upload)


async def _forget(upload: str) -> None:
    await _forget_parts(upload)
    await execute("DELETE FROM partial_upload WHERE id = $1", upload)


class Over(msgspec.Struct, frozen=True):
    """An upload whose time is over."""

    id: str


@every(timedelta(hours=1))
async def sweep() -> None:
    """Delete the uploads whose time is over, and parts that were stored but never got their row."""
    for over in await fetch_all(Over, "SELECT id FROM partial_upload WHERE ends_at <= $1", clock.now()):
        await _forget(over.id)
    async for name in storage.names(before=clock.now() - KEPT):
        if name.startswith("partial-"):
            await storage.delete(name)
