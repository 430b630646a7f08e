"""消息: a person's messages in the portal, and where the short link of an SMS leads."""

from datetime import datetime

import msgspec

from portal.accounts.delegation import open_in_sql
from portal.core.store.crypto import opened_json
from portal.core.store.database import execute, fetch_all, fetch_one, fetch_value
from portal.core.tools import clock
from portal.core.tools.i18n import SOURCE
from portal.notices.write import words

# A proxy no longer sees the messages about a case or a benefit once the delegation has ended; $2 is today.
STILL = (
    "NOT EXISTS (SELECT 1 FROM cases c JOIN delegation d ON d.id = c.delegation WHERE c.id = notice.case_id "
    f"AND d.proxy = notice.person AND NOT {open_in_sql('d', '$2')}) "
    "AND NOT EXISTS (SELECT 1 FROM benefit b WHERE b.id = notice.case_id AND b.person <> notice.person "
    "AND NOT EXISTS (SELECT 1 FROM delegation d WHERE d.principal = b.person AND d.proxy = notice.person "
    f"AND {open_in_sql('d', '$2', verified=True)}))"
)


class Row(msgspec.Struct, frozen=True):
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
    """A message in words."""

    id: str
    case_id: str
    text: str
    at: datetime
    read: bool


async def messages(person: str, count: int = 50, language: str = SOURCE) -> list[Message]:
    """Return a person's in-app messages in *language*, the newest first."""
    rows = await fetch_all(
        Row,
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
    """Return how many messages a person has not seen."""
    count = await fetch_value(
        f"SELECT count(*) FROM notice WHERE person = $1 AND channel = 'in_app' AND read_at IS NULL AND {STILL}",
        person,
        clock.today(),
    )
    return int(count or 0)


async def mark_read(person: str) -> None:
    """Remember that a person has seen their messages."""
    await execute(
        "UPDATE notice SET read_at = $2 WHERE person = $1 AND channel = 'in_app' AND read_at IS NULL",
        person,
        clock.now(),
    )


class Linked(msgspec.Struct, frozen=True):
    """What the message with a short link is about: a case, a benefit or a delegation, by its id."""

    case_id: str
    made_at: datetime


async def linked(link: str) -> Linked | None:
    """Return what the latest message with this short link is about, or nothing."""
    return await fetch_one(Linked, "FROM notice WHERE link = $1 ORDER BY made_at DESC LIMIT 1", link)
