"""Files that could not be looked at for viruses when they came: look later, and tell what was found."""

from datetime import timedelta

from portal.core.store import storage
from portal.core.store.database import execute, fetch_all
from portal.core.store.jobs import every
from portal.documents.check import virus_in
from portal.documents.keep import Document, Named, Row, document_of, erase

PIECE = 1 << 18
UNSAFE = "FROM document WHERE case_id = $1 AND removed_at IS NULL AND state = 'virus' ORDER BY position, id"


async def unsafe(case: str) -> list[Document]:
    """Return the files in which a virus was found after they had been taken; their content is gone.

    They are told of until another file was taken in their place.
    """
    return [document_of(row) for row in await fetch_all(Row, UNSAFE, case)]


@every(timedelta(minutes=1))
async def scan_waiting() -> None:
    """Have the virus scanner look at what it could not look at before; stop when it still cannot be asked.

    Without a scanner in the settings nothing waits for one any more.
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
