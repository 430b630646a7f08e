"""The files of a citizen that the office may see: only those sent. All pages of staff and experts use this module.

A file of the application counts as sent at submission; a file of a supplement or a defect when that is sent; a file
of a message with the message. After an application is taken back, its files count as not sent.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from portal.cases.life.case import Case, history
from portal.core.store.database import fetch_all
from portal.documents import keep
from portal.documents.keep import Document
from portal.documents.slots import ADDITION, ANSWER, UNSENT

ANSWERED = """
SELECT d.id, c.answered_at FROM correction c JOIN defect d ON d.correction = c.id
WHERE c.case_id = $1 AND c.answered_at IS NOT NULL
""".strip()


class Answered(msgspec.Struct, frozen=True):
    """A defect, and the time when its answer was sent."""

    id: str
    at: datetime


async def sent_at(case: Case, files: Sequence[Document]) -> dict[str, datetime]:
    """Return ``{file id: time of sending}`` for those of *files*, all of *case*, that were sent."""
    if case.submitted_at is None:
        return {}
    answers = {f"{ANSWER}{row.id}": row.at for row in await fetch_all(Answered, ANSWERED, case.id)}
    additions = [event.at for event in await history(case) if event.action == "supplement"]
    found = {file.id: _moment(file, case.submitted_at, answers, additions) for file in files}
    return {id: at for id, at in found.items() if at}


def _moment(
    file: Document, submitted: datetime, answers: Mapping[str, datetime], additions: Sequence[datetime]
) -> datetime | None:
    if file.slot.startswith(ADDITION):
        return next((at for at in additions if file.added_at <= at), None)
    if file.slot.startswith(ANSWER):
        return answers.get(file.slot)
    return None if file.slot.startswith(UNSENT) else submitted


async def handed_in(case: Case, files: Sequence[Document]) -> list[Document]:
    """Return those of *files*, all of *case*, that were sent."""
    moments = await sent_at(case, files)
    return [file for file in files if file.id in moments]


# D72: the office reads papers through here only; what was not sent is its citizen's alone.
async def documents(case: Case) -> list[Document]:
    """Return the papers of a case that were sent, in the order of slots and files."""
    return await handed_in(case, await keep.documents(case.id))


async def document(case: Case, id: str) -> Document | None:
    """Return the file *id* of *case*, also of a message, if it was sent; else None."""
    file = await keep.document(id)
    return next(iter(await handed_in(case, [file])), None) if file and file.case == case.id else None
