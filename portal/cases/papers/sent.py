"""What the office may see of a citizen's files: those handed in. Every page of staff and experts asks here.

What came with the application was handed in with it; what was kept as an addition or for a defect, when that was
sent; what goes with a message, with the message. An application that was taken back is handed in no more.
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
    """A defect, and when its answer was sent."""

    id: str
    at: datetime


async def sent_at(case: Case, files: Sequence[Document]) -> dict[str, datetime]:
    """Return when each of *files*, all of *case*, was handed in, by its id; those that were not are left out."""
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
    """Return those of *files*, all of *case*, that were handed in."""
    moments = await sent_at(case, files)
    return [file for file in files if file.id in moments]


# D72: the office reads papers through here only; what was not sent is its citizen's alone.
async def documents(case: Case) -> list[Document]:
    """Return the papers of a case that were handed in, in the order of their slots' pages."""
    return await handed_in(case, await keep.documents(case.id))


async def document(case: Case, id: str) -> Document | None:
    """Return the file called *id* if it is of *case* and was handed in, with a message too."""
    file = await keep.document(id)
    return next(iter(await handed_in(case, [file])), None) if file and file.case == case.id else None
