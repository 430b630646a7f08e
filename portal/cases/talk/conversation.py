"""沟通: messages between the citizen of a case and the office. Formal communication is a letter instead.

A question of the citizen waits until the office answers; the city says within how many working days.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import msgspec
from msgspec.structs import replace

from portal.cases.life.case import Case
from portal.cases.talk.tables import CaseMessage
from portal.core.store import audit
from portal.core.store.crypto import opened, seal
from portal.core.store.database import execute, fetch_all, fetch_one, insert, transaction
from portal.core.tools import clock
from portal.core.tools.signals import Signal
from portal.documents import enclosed
from portal.documents.accepted import Allowed, allowed
from portal.documents.keep import Document
from portal.regions.load import Region

LONGEST = 1000
A_DAY = timedelta(days=1)


class MessageRow(msgspec.Struct, frozen=True):
    """A message as stored."""

    id: int
    case_id: str
    by_staff: bool
    author: str
    text: bytes
    at: datetime
    answered_at: datetime | None


class Message(msgspec.Struct, frozen=True):
    """A message, decrypted."""

    id: int
    by_staff: bool
    author: str
    text: str
    at: datetime
    answered: bool
    files: tuple[Document, ...] = ()


WRITTEN = Signal[[Case, Message], None]()  # a message was written
LIST = "FROM case_message WHERE case_id = $1 ORDER BY id"


async def messages(case: Case) -> list[Message]:
    """Return the messages of a case with their files, oldest first."""
    rows = await fetch_all(MessageRow, LIST, case.id)
    files = await enclosed.sent(case.id) if rows else {}
    return [_opened(row, files.get(row.id, ())) for row in rows]


async def say(case: Case, author: str, text: str, *, by_staff: bool) -> Message:
    """Write a message with its author's files; a message *by_staff* answers all questions so far."""
    now = clock.now()
    async with transaction():
        await insert(
            CaseMessage,
            case_id=case.id,
            region=case.region,
            by_staff=by_staff,
            author=author,
            text=seal(text, f"case_message.text:{case.id}"),
            at=now,
        )
        row = await fetch_one(MessageRow, "FROM case_message WHERE case_id = $1 ORDER BY id DESC LIMIT 1", case.id)
        assert row
        await enclosed.send(case.id, author, row.id)
        if by_staff:
            await answered(case)
        said = _opened(row)
        await WRITTEN.send(case, said)
        role, act = ("staff", "answer_message") if by_staff else ("citizen", "write_message")
        await audit.note(actor=author, role=role, act=act, thing=f"case:{case.id}", about=case.person)
    return said


async def answered(case: Case) -> None:
    """Mark the citizen's questions as answered, by a message or by telephone."""
    await execute(
        "UPDATE case_message SET answered_at = $2 WHERE case_id = $1 AND answered_at IS NULL AND NOT by_staff",
        case.id,
        clock.now(),
    )


class Asked(msgspec.Struct, frozen=True):
    """A case with a question that waits, and since when."""

    case_id: str
    since: datetime


async def asked(region: str, count: int = 50) -> list[Asked]:
    """Return the cases with a waiting question, oldest question first."""
    return await fetch_all(
        Asked,
        "SELECT case_id, min(at) AS since FROM case_message WHERE region = $1 AND answered_at IS NULL "
        "AND NOT by_staff GROUP BY case_id ORDER BY since LIMIT $2",
        region,
        count,
    )


def reply_due(case: Case, at: datetime) -> date:
    """Return the last day for answering a question of the time *at*."""
    return case.city.calendar.add(clock.day_of(at), case.city.rules.contact.consult_workdays)


def takes(region: Region) -> Allowed:
    """Return the files that a message may carry."""
    return replace(allowed(region), files=region.rules.uploads.max_files_per_message)


def _opened(row: MessageRow, files: Sequence[Document] = ()) -> Message:
    text = opened(row.text, f"case_message.text:{row.case_id}")
    return Message(row.id, row.by_staff, row.author, text, row.at, row.answered_at is not None, tuple(files))
