"""Notes as the desk shows them: with the name of the colleague who wrote each."""

from datetime import datetime

import msgspec

from portal.accounts import staff
from portal.cases.desk import notes
from portal.cases.life.case import Case


class Noted(msgspec.Struct, frozen=True):
    """A note and who wrote it."""

    author: str
    words: str
    at: datetime


async def noted(case: Case) -> list[Noted]:
    """Return the notes of a case, newest first."""
    found = []
    for note in await notes.notes(case):
        author = await staff.member(note.member)
        found.append(Noted(author.name if author else "离开的同事", note.text, note.at))
    return found
