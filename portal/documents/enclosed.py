"""Files that go with messages: kept as they come, seen by their writer alone until the message is sent.

They are no papers of the application: nothing is decided by them, and no letter counts them.
"""

from collections.abc import Mapping

from portal.core.store.database import execute, fetch_all, fetch_one
from portal.documents.keep import Document, DocumentRow, document_of, in_slot
from portal.documents.slots import MESSAGE, UNSENT

NAME = "照片或文件"  # label of the upload field for them
SENT = """
FROM document WHERE case_id = $1 AND removed_at IS NULL AND slot LIKE 'message:%' AND slot NOT LIKE 'message:new:%'
ORDER BY position, added_at, id
""".strip()
OWN = "FROM document WHERE id = $1 AND slot = $2 AND removed_at IS NULL AND state <> 'virus'"


def unsent_slot(author: str) -> str:
    """Return the slot in which the files of a message lie while *author* still writes it."""
    return f"{UNSENT}{author}"


def sent_slot(message: int) -> str:
    """Return the slot of the files that went with a message."""
    return f"{MESSAGE}{message}"


async def unsent(case: str, author: str) -> list[Document]:
    """Return what *author* has added to a message that was not sent yet."""
    return await in_slot(case, unsent_slot(author))


async def own_unsent(id: str, author: str) -> Document | None:
    """Return the file called *id* if *author* has added it to a message that was not sent yet."""
    row = await fetch_one(DocumentRow, OWN, id, unsent_slot(author))
    return document_of(row) if row else None


async def sent(case: str) -> Mapping[int, list[Document]]:
    """Return the files of the messages of a case, by message.

    A file in which a virus was found later is still listed, without content.
    """
    found: dict[int, list[Document]] = {}
    for row in await fetch_all(DocumentRow, SENT, case):
        found.setdefault(int(row.slot.removeprefix(MESSAGE)), []).append(document_of(row))
    return found


async def send(case: str, author: str, message: int) -> None:
    """Attach the files that *author* has added to the sent *message*."""
    await execute(
        "UPDATE document SET slot = $3 WHERE case_id = $1 AND slot = $2 AND removed_at IS NULL",
        case,
        unsent_slot(author),
        sent_slot(message),
    )
