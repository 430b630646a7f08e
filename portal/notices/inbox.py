"""消息: a person's messages in the portal, and the target of the short link in an SMS."""

from datetime import datetime

import msgspec

from portal.accounts.delegation import open_in_sql
from portal.core.store.crypto import opened_json
from portal.core.store.database import execute, fetch_all, fetch_one, fetch_value
from portal.core.tools import clock
from portal.core.tools.i18n import SOURCE
from portal.notices.write import words

# A proxy no longer sees messages about a case or benefit after the delegation has ended; $2 is today.
STILL = (
    "NOT EXISTS (SELECT 1 FROM cases c JOIN delegation d ON d.id = c.delegation WHERE c.id = notice.case_id "
    f"AND d.proxy = notice.person AND NOT {open_in_sql('d', '$2')}) "
    "AND NOT EXISTS (SELECT 1 FROM benefit b WHERE b.id = notice.case_id AND b.person <> notice.person "
    "AND NOT EXISTS (SELECT 1 FROM delegation d WHERE d.principal = b.person AND d.proxy = notice.person "
    f"AND {open_in_sql('d', '$2', verified=True)}))"
)


class NoticeRow(msgspec.Struct, frozen=True):
    """A message as stored."""

    id: str
    case_id: str
    code: str
    channel: str
    state: str
    variables: bytes
    made_at: datetime
    read_at: datetime | None


class Message(msgspec.Struct, frozen=True):
    """A message in words, in the reader's language."""

    id: str
    case_id: str
    text: str
    at: datetime
    read: bool


async def messages(person: str, count: int = 50, language: str = SOURCE) -> list[Message]:
    """Return a person's in-app messages in *language*, newest first."""
    rows = await fetch_all(
        NoticeRow,
        f"FROM notice WHERE person = $1 AND channel = 'in_app' AND {STILL} ORDER BY made_at DESC, id LIMIT $3",
        person,
        clock.today(),
        count,
    )
    return [
        Message(
            id=row.id,
            case_id=row.case_id,
            text=words(row.code, "in_app", opened_json(row.variables, f"notice.variables:{row.id}"), language),
            at=row.made_at,
            read=row.read_at is not None,
        )
        for row in rows
    ]


async def unread(person: str) -> int:
    """Return the number of messages that a person has not read."""
    count = await fetch_value(
        f"SELECT count(*) FROM notice WHERE person = $1 AND channel = 'in_app' AND read_at IS NULL AND {STILL}",
        person,
        clock.today(),
    )
    return int(count or 0)


async def mark_read(person: str) -> None:
    """Mark all messages of a person as read."""
    await execute(
        "UPDATE notice SET read_at = $2 WHERE person = $1 AND channel = 'in_app' AND read_at IS NULL",
        person,
        clock.now(),
    )


class Linked(msgspec.Struct, frozen=True):
    """The target of a short link: the id of a case, a benefit or a delegation."""

    case_id: str
    made_at: datetime


async def linked(link: str) -> Linked | None:
    """Return the target of the latest message with this short link; None if there is none."""
    return await fetch_one(Linked, "FROM notice WHERE link = $1 ORDER BY made_at DESC LIMIT 1", link)
