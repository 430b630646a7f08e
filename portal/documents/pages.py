"""The papers of a case put in order: turned, moved, sorted, replaced; and the pictures of their pages.

A turn is kept as a number, of the whole file and of single pages, and made anew from the clean file, so that
turning four times loses nothing. A picture is made once: its name begins with the document's, whose content
never changes.
"""

from collections.abc import Awaitable, Callable, Sequence

import msgspec

from portal.core.store import storage
from portal.core.store.database import execute, fetch_all, fetch_value, transaction
from portal.core.tools.sandbox import run_apart
from portal.documents import keep
from portal.documents.keep import Document

Source = Callable[[], Awaitable[bytes]]
# D44: a slot like any other; an application with a pile is not complete.


class Placed(msgspec.Struct, frozen=True):
    """Where a document stands among those of its case."""

    id: str
    position: int


class Turned(msgspec.Struct, frozen=True):
    """A document that is not upright as it came."""

    document: str
    quarters: int


class PageTurned(msgspec.Struct, frozen=True):
    """A page that is turned further than its document."""

    page: int
    quarters: int


# How the small picture stands, which is the first page.
TURNS = """
SELECT d.id AS document, (coalesce(t.quarters, 0) + coalesce(p.quarters, 0)) % 4 AS quarters FROM document d
LEFT JOIN document_turn t ON t.document = d.id LEFT JOIN page_turn p ON p.document = d.id AND p.page = 1
WHERE d.case_id = $1 AND (t.document IS NOT NULL OR p.document IS NOT NULL)
""".strip()


async def turns(case: str) -> dict[str, int]:
    """Return by how many quarters the first pages of a case's documents are turned; those upright are left out."""
    return {row.document: row.quarters for row in await fetch_all(Turned, TURNS, case) if row.quarters}


async def quarters_of(document: Document) -> int:
    """Return by how many quarters to the right the whole *document* is turned."""
    return int(await fetch_value("SELECT quarters FROM document_turn WHERE document = $1", document.id) or 0)


async def quarters_of_pages(document: Document) -> list[int]:
    """Return by how many quarters to the right each page of *document* is turned, with it and by itself."""
    whole = await quarters_of(document)
    rows = await fetch_all(PageTurned, "SELECT page, quarters FROM page_turn WHERE document = $1", document.id)
    single = {row.page: row.quarters for row in rows}
    return [(whole + single.get(number, 0)) % 4 for number in range(1, document.pages + 1)]


# D42: a number beside the file: turning a JPEG again and again makes it worse and breaks signatures.
async def turn(document: Document) -> None:
    """Turn *document* a quarter to the right."""
    await execute(
        "INSERT INTO document_turn (document, quarters) VALUES ($1, 1) "
        "ON CONFLICT (document) DO UPDATE SET quarters = (document_turn.quarters + 1) % 4",
        document.id,
    )


async def turn_page(document: Document, number: int) -> None:
    """Turn page *number* (from 1) of *document* a quarter to the right.

    Raises:
        IndexError: no such page.
    """
    if not 1 <= number <= document.pages:
        raise IndexError(number)
    await execute(
        "INSERT INTO page_turn (id, document, page, quarters) VALUES ($1, $2, $3, 1) "
        "ON CONFLICT (id) DO UPDATE SET quarters = (page_turn.quarters + 1) % 4",
        f"{document.id}:{number}",
        document.id,
        number,
    )


async def put_at(document: Document, place: int) -> None:
    """Let *document* stand at *place* (from 0) among those of its slot; places beyond the ends are the ends."""
    async with transaction():
        rows = await _slot(document.case, document.slot)
        ids = [row.id for row in rows if row.id != document.id]
        ids.insert(max(0, min(place, len(ids))), document.id)
        await _write([row.position for row in rows], ids)


async def sort_into(document: Document, slot: str) -> None:
    """Put *document* into another slot, as its last."""
    last = await fetch_value("SELECT max(position) FROM document WHERE case_id = $1", document.case)
    await execute(
        "UPDATE document SET slot = $2, position = $3 WHERE id = $1 AND removed_at IS NULL",
        document.id,
        slot,
        (last or 0) + 1,
    )


async def replace(old: Document, new: Document) -> None:
    """Let *new*, which has just been taken for the same slot, stand where *old* stood; *old* is removed."""
    async with transaction():
        rows = await _slot(old.case, old.slot)
        ids = [row.id for row in rows if row.id not in (new.id, old.id)]
        ids.insert(next((at for at, row in enumerate(rows) if row.id == old.id), len(ids)), new.id)
        await keep.remove(old)
        await _write([row.position for row in rows], ids)


async def _slot(case: str, slot: str) -> list[Placed]:
    return await fetch_all(
        Placed,
        "FROM document WHERE case_id = $1 AND slot = $2 AND removed_at IS NULL ORDER BY position, added_at, id",
        case,
        slot,
    )


async def _write(positions: Sequence[int], ids: Sequence[str]) -> None:
    for position, id in zip(sorted(positions), ids, strict=False):
        await execute("UPDATE document SET position = $2 WHERE id = $1", id, position)


async def turn_alike(old: str, new: str) -> None:
    """Turn the document *new*, a copy, as *old* is turned."""
    await execute(
        "INSERT INTO document_turn (document, quarters) "
        "SELECT CAST($2 AS VARCHAR), quarters FROM document_turn WHERE document = $1",
        old,
        new,
    )
    await execute(
        "INSERT INTO page_turn (id, document, page, quarters) "
        "SELECT CAST($2 AS VARCHAR) || ':' || page, CAST($2 AS VARCHAR), page, quarters "
        "FROM page_turn WHERE document = $1",
        old,
        new,
    )


async def content(document: Document) -> bytes:
    """Return the file as it is to be read: upright. A turned PDF is made each time it is wanted: that is quick."""
    quarters = await quarters_of_pages(document)
    if not any(quarters):
        return await keep.content(document)
    if document.kind == "pdf":
        made: bytes = await run_apart("portal.documents.turning:turned_pdf", await keep.content(document), quarters)
        return made
    return await _turned(f"{document.id}/turned", lambda: keep.content(document), quarters[0])


async def small(document: Document) -> bytes:
    """Return the small picture of the first page, upright."""
    quarters = (await quarters_of_pages(document))[0]
    return await _turned(f"{document.id}/small", lambda: keep.small(document), quarters)


# D52: named by document, not by digest: one picture for equal files would show that another sent them.
async def picture(document: Document, number: int, further: int = 0) -> bytes:
    """Return page *number* (from 1) as JPEG, turned as the citizen left it and *further* quarters.

    Raises:
        IndexError: no such page.
    """
    if not 1 <= number <= document.pages:
        raise IndexError(number)
    quarters = (await quarters_of_pages(document))[number - 1] + further
    return await _turned(f"{document.id}/page-{number}", lambda: _as_it_came(document, number), quarters % 4)


async def _as_it_came(document: Document, number: int) -> bytes:
    if document.kind != "pdf":
        return await keep.content(document)
    name = f"{document.id}/page-{number}"
    return await _made(name, "decode:page_picture", lambda: keep.content(document), number - 1)


async def _turned(name: str, plain: Source, quarters: int) -> bytes:
    return await _made(f"{name}-{quarters}", "turning:turned", plain, quarters) if quarters else await plain()


async def _made(name: str, work: str, plain: Source, how: int) -> bytes:
    """Return the picture stored under *name*; make it from *plain* by *work* at the first request."""
    try:
        return await storage.get(name)
    except FileNotFoundError:
        made: bytes = await run_apart(f"portal.documents.{work}", await plain(), how)
        await storage.put(**{name: made})
        return made
