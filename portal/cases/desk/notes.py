"""Notes of staff about a case, never shown to citizens."""

from datetime import datetime

import msgspec

from portal.cases.desk.tables import CaseNote
from portal.cases.life.case import Case
from portal.core.store import audit
from portal.core.store.crypto import opened, seal, token
from portal.core.store.database import fetch_all, insert, transaction
from portal.core.tools import clock

LONGEST = 1000


class NoteRow(msgspec.Struct, frozen=True):
    """A note as stored."""

    id: str
    case_id: str
    member: str
    text: bytes
    at: datetime


class Note(msgspec.Struct, frozen=True):
    """A note, decrypted."""

    id: str
    member: str
    text: str
    at: datetime


async def add(case: Case, member: str, text: str) -> None:
    """Write a note."""
    id = token()
    async with transaction():
        await insert(
            CaseNote, id=id, case_id=case.id, member=member, text=seal(text, f"case_note.text:{id}"), at=clock.now()
        )
        await audit.note(actor=member, role="staff", act="write_note", thing=f"case:{case.id}", about=case.person)


async def notes(case: Case) -> list[Note]:
    """Return the notes of a case, latest first."""
    rows = await fetch_all(NoteRow, "FROM case_note WHERE case_id = $1 ORDER BY at DESC, id", case.id)
    return [Note(row.id, row.member, opened(row.text, f"case_note.text:{row.id}"), row.at) for row in rows]
