"""Keep the files of a case: take them in, list, open, remove.

A file counts only when its row is there; the row is written after its content is on the disk.
What a killed process left behind without a row is removed by `sweep`.

A file's state is ``ok``; ``checking`` while no virus scanner could be asked (the citizen goes on,
staff cannot open it yet); ``virus`` once one was found later: the content is deleted, and the row
stays only so that the person is told.
"""

from datetime import datetime, timedelta

import msgspec

from portal.core.store import storage
from portal.core.store.crypto import keyed, opened, seal, token
from portal.core.store.database import ON_SQLITE, execute, fetch_all, fetch_one, fetch_value, insert, transaction
from portal.core.store.jobs import every
from portal.core.tools import clock
from portal.core.web import uploads
from portal.core.web.uploads import Received
from portal.documents.cards import of_card
from portal.documents.check import Verdict, check, pieces
from portal.documents.kinds import Clean
from portal.documents.tables import Document as DocumentTable
from portal.regions.load import Region

# What is stored of each file; pictures of pages are made later. The original stays only until it was scanned.
PARTS = ("clean", "small", "original")


class DocumentRow(msgspec.Struct, frozen=True):
    """A document as stored."""

    id: str
    case_id: str
    slot: str
    name: bytes
    kind: str
    size: int
    pages: int
    state: str
    warnings: str
    position: int
    added_at: datetime


class Document(msgspec.Struct, frozen=True):
    """A file of a case, opened: `warnings` are names of what may be wrong with a photo."""

    id: str
    case: str
    slot: str
    name: str
    kind: str
    size: int
    pages: int
    state: str
    warnings: tuple[str, ...]
    added_at: datetime

    @property
    def checking(self) -> bool:
        """Whether it still waits for the virus scanner."""
        return self.state == "checking"

    @property
    def deleted_as_unsafe(self) -> bool:
        """Whether a virus was found in it after it had been taken, and its content is gone."""
        return self.state == "virus"

    @property
    def filename(self) -> str:
        """The name to download it under: pictures are JPEG by now, whatever they were."""
        stem = self.name.rpartition(".")[0] or self.name
        return f"{stem}.{'pdf' if self.kind == 'pdf' else 'jpg'}"


def document_of(row: DocumentRow) -> Document:
    """Return a stored document, opened."""
    return Document(
        id=row.id,
        case=row.case_id,
        slot=row.slot,
        name=opened(row.name, f"document.name:{row.id}"),
        kind=row.kind,
        size=row.size,
        pages=row.pages,
        state=row.state,
        warnings=tuple(row.warnings.split()),
        added_at=row.added_at,
    )


# Files of messages (`enclosed.py`) are no papers of the application.
LIST = """
FROM document WHERE case_id = $1 AND removed_at IS NULL AND state <> 'virus' AND slot NOT LIKE 'message:%'
ORDER BY position, added_at, id
""".strip()
IN_SLOT = """
FROM document WHERE case_id = $1 AND slot = $2 AND removed_at IS NULL AND state <> 'virus'
ORDER BY position, added_at, id
""".strip()
ONE = "FROM document WHERE id = $1 AND removed_at IS NULL AND state <> 'virus' AND slot NOT LIKE 'message:new:%'"


async def documents(case: str) -> list[Document]:
    """Return the papers of a case, in the order of their slots' pages."""
    return [document_of(row) for row in await fetch_all(DocumentRow, LIST, case)]


async def in_slot(case: str, slot: str) -> list[Document]:
    """Return the files in one slot of a case, whatever it is for."""
    return [document_of(row) for row in await fetch_all(DocumentRow, IN_SLOT, case, slot)]


async def document(id: str) -> Document | None:
    """Return one file that was not removed; one in a message that was not sent yet is its writer's alone."""
    row = await fetch_one(DocumentRow, ONE, id)
    return document_of(row) if row else None


async def take(file: Received, *, case: str, slot: str, by: str, region: Region) -> str:
    """Check a received file and keep it; return "" when it was taken, else the reason's name.

    Args:
        file: as it arrived.
        case: whose file it is.
        slot: what it is for.
        by: identifier of who sent it.
        region: limits of size and number.

    Raises:
        StorageFull: there is no room; nothing was kept.
    """
    mark = keyed("document", case, file.digest.hex())
    refusal = await _no_room(file, mark, case, region)
    if refusal:
        return refusal
    verdict: Verdict = await check(file, card=of_card(slot, region))
    if verdict.clean is None:
        return verdict.reason
    id = token()
    state = "ok" if verdict.scanned else "checking"
    parts = {f"{id}/clean": verdict.clean.content, f"{id}/small": verdict.clean.small}
    if not verdict.scanned:
        parts[f"{id}/original"] = b"".join(pieces(file))
    await storage.put(**parts)
    async with transaction():
        await _wait_for_others(case)
        refusal = await _no_room(file, mark, case, region)
        if not refusal:
            await _add_row(id, file, verdict.clean, mark=mark, case=case, slot=slot, by=by, state=state)
    if refusal:
        await erase(id)
    return refusal


async def _wait_for_others(case: str) -> None:
    """Lock the case, so that files are added one after the other; SQLite has one writer anyway."""
    if not ON_SQLITE:
        await execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 7461003))", case)


SAME = "SELECT 1 FROM document WHERE case_id = $1 AND mark = $2 AND removed_at IS NULL AND state <> 'virus'"


async def _no_room(file: Received, mark: bytes, case: str, region: Region) -> str:
    limits = region.rules.uploads
    if await fetch_value(SAME, case, mark):
        return "duplicate"
    count, total = await used(case)
    if count >= limits.max_files_per_case:
        return "too_many"
    return "too_much" if total + file.size > limits.max_total_mib << 20 else ""


# Once another file is in its place, nobody need be told of an unsafe one any more.
FORGET_UNSAFE = """
UPDATE document SET removed_at = $3 WHERE case_id = $1 AND slot = $2 AND state = 'virus' AND removed_at IS NULL
"""


async def _add_row(
    id: str, file: Received, clean: Clean, *, mark: bytes, case: str, slot: str, by: str, state: str
) -> None:
    await execute(FORGET_UNSAFE, case, slot, clock.now())
    last = await fetch_value("SELECT max(position) FROM document WHERE case_id = $1", case)
    await insert(
        DocumentTable,
        id=id,
        case_id=case,
        slot=slot,
        name=seal(file.filename or "照片.jpg", f"document.name:{id}"),
        kind=clean.kind,
        size=file.size,
        pages=clean.pages,
        state=state,
        warnings=" ".join(clean.warnings),
        mark=mark,
        position=(last or 0) + 1,
        added_by=by,
        added_at=clock.now(),
    )


async def copy(document: Document, *, case: str, slot: str) -> str:
    """Return the id of a copy of *document* for another case."""
    id = token()
    await storage.put(**{f"{id}/clean": await content(document), f"{id}/small": await small(document)})
    await insert(
        DocumentTable,
        id=id,
        case_id=case,
        slot=slot,
        name=seal(document.name, f"document.name:{id}"),
        kind=document.kind,
        size=document.size,
        pages=document.pages,
        state="ok",
        warnings=" ".join(document.warnings),
        mark=keyed("document", case, document.id),
        position=await fetch_value("SELECT count(*) FROM document WHERE case_id = $1", case) + 1,
        added_by="",
        added_at=clock.now(),
    )
    return id


async def used(case: str) -> tuple[int, int]:
    """Return how many files a case has, and how many bytes were sent for them."""
    found = await fetch_one(
        Used,
        "SELECT count(*), coalesce(sum(size), 0) FROM document"
        " WHERE case_id = $1 AND removed_at IS NULL AND state <> 'virus'",
        case,
    )
    return (found.count, int(found.size)) if found else (0, 0)


class Used(msgspec.Struct, frozen=True):
    """Files and bytes of a case."""

    count: int
    size: int


async def remove(document: Document) -> None:
    """Mark a file as removed from its case; the next sweep deletes the content."""
    await execute("UPDATE document SET removed_at = $2 WHERE id = $1 AND removed_at IS NULL", document.id, clock.now())


async def keep_as_is(document: Document) -> None:
    """Accept the photo in spite of its warnings: 就用这张."""
    await execute("UPDATE document SET warnings = '' WHERE id = $1", document.id)


async def content(document: Document) -> bytes:
    """Return the clean file."""
    return await storage.get(f"{document.id}/clean")


async def small(document: Document) -> bytes:
    """Return the small picture of the first page, a JPEG."""
    return await storage.get(f"{document.id}/small")


async def erase_case(case: str) -> None:
    """Mark every file of a deleted draft as removed; the next sweep deletes the content."""
    await execute("UPDATE document SET removed_at = $2 WHERE case_id = $1 AND removed_at IS NULL", case, clock.now())


async def erase(id: str) -> None:
    """Remove whatever is stored of a document."""
    kept = [name async for name in storage.names(id)]
    await storage.delete(*kept)


class Named(msgspec.Struct, frozen=True):
    """A document by its name in the store."""

    id: str


@every(timedelta(hours=6))
async def sweep() -> None:
    """Delete the content of removed documents, and what was stored but never got its row."""
    uploads.sweep(older_than=3600)
    before = clock.now() - timedelta(hours=1)
    for gone in await fetch_all(Named, "SELECT id FROM document WHERE removed_at < $1", before):
        await erase(gone.id)
        await execute("DELETE FROM document WHERE id = $1", gone.id)
    for id in await _without_row(before):
        await erase(id)


async def _without_row(before: datetime) -> list[str]:
    """Return the ids under which content was stored before the moment *before*, but which have no row."""
    stored = set()
    async for name in storage.names(before=before):
        id, _, part = name.partition("/")
        if part in PARTS:
            stored.add(id)
    return [id for id in sorted(stored) if not await fetch_value("SELECT 1 FROM document WHERE id = $1", id)]
