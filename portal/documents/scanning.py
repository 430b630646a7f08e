"""Files that no virus scanner could look at when they arrived: scan them later, and tell the person."""

from datetime import timedelta

from portal.core.store import storage
from portal.core.store.database import execute, fetch_all
from portal.core.store.jobs import every
from portal.documents.check import virus_in
from portal.documents.keep import Document, DocumentRow, Named, document_of, erase

PIECE = 256 << 10  # bytes handed to the scanner at a time
UNSAFE = "FROM document WHERE case_id = $1 AND removed_at IS NULL AND state = 'virus' ORDER BY position, id"


async def unsafe(case: str) -> list[Document]:
    """Return the files in which a virus was found after they had been taken; their content is gone.

    A page shows them until another file has been taken in their place.
    """
    return [document_of(row) for row in await fetch_all(DocumentRow, UNSAFE, case)]


# D22: without a scanner files are taken and wait; the original is scanned, not our cleaned copy.
@every(timedelta(minutes=1))
async def scan_waiting() -> None:
    """Scan the waiting files; stop if the scanner still does not answer.

    Without a scanner in the settings, waiting files are released.
    """
    for waiting in await fetch_all(Named, "SELECT id FROM document WHERE state = 'checking' ORDER BY added_at"):
        original = await storage.get(f"{waiting.id}/original")
        virus = await virus_in(original[at : at + PIECE] for at in range(0, len(original), PIECE))
        if virus is None:
            return
        state = "virus" if virus else "ok"
        await execute("UPDATE document SET state = $2 WHERE id = $1 AND state = 'checking'", waiting.id, state)
        if virus:
            await erase(waiting.id)
        else:
            await storage.delete(f"{waiting.id}/original")
