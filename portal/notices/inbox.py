"""消息: a person's messages in the portal, what became of their SMS, and what a short link is about."""

from datetime import datetime

import msgspec

from portal.accounts.delegation import open_in_sql
from portal.core.store.crypto import opened_json
from portal.core.store.database import execute, fetch_all, fetch_one, fetch_value
from portal.core.tools import clock
from portal.core.tools.i18n import SOURCE
from portal.notices.write import words

# A proxy no longer sees messages about a case or benefit after the delegation has ended, except the one that says
# so and leads on (N04); $2 is today.
STILL = (
    "(notice.code = 'N04' OR NOT EXISTS "
    "(SELECT 1 FROM cases c JOIN delegation d ON d.id = c.delegation WHERE c.id = notice.case_id "
    f"AND d.proxy = notice.person AND NOT {open_in_sql('d', '$2')})) "
    "AND NOT EXISTS (SELECT 1 FROM benefit b WHERE b.id = notice.case_id AND b.person <> notice.person "
    "AND NOT EXISTS (SELECT 1 FROM delegation d WHERE d.principal = b.person AND d.proxy = notice.person "
    f"AND {open_in_sql('d', '$2', verified=True)}))"
)


class NoticeRow(msgspec.Struct, frozen=True):
    """A message as stored."""

    id: str
    key: str
    case_id: str
    code: str
    variables: bytes
    made_at: datetime
    read_at: datetime | None


class Sms(msgspec.Struct, frozen=True):
    """What became of the SMS with the same message."""

    key: str
    state: str
    sent_at: datetime | None

    @property
    def words(self) -> str:
        """What became of it, in words; `moment` is when it was sent."""
        return SMS_WORDS[self.state]


SMS_WORDS = {
    "queued": "短信还没有发出",
    "sent": "短信已经发出：{moment}",
    "delivered": "短信已经送到：{moment}",
    "failed": "短信没有送到",
}


class Message(msgspec.Struct, frozen=True):
    """A message in words, in the reader's language."""

    id: str
    text: str
    at: datetime
    read: bool
    sms: Sms | None  # None if there was none: no phone was known, or the message is not sent by SMS


class About(msgspec.Struct, frozen=True):
    """What a message is about (the id of a case, a benefit or a delegation), which one it is, and its reader."""

    case_id: str
    code: str
    person: str
    made_at: datetime


async def messages(person: str, count: int = 50, language: str = SOURCE) -> list[Message]:
    """Return a person's in-app messages in *language*, newest first."""
    rows = await fetch_all(
        NoticeRow,
        f"FROM notice WHERE person = $1 AND channel = 'in_app' AND {STILL} ORDER BY made_at DESC, id LIMIT $3",
        person,
        clock.today(),
        count,
    )
    sent = await _sms_since(person, rows[-1].made_at) if rows else {}
    return [
        Message(
            id=row.id,
            text=words(row.code, "in_app", opened_json(row.variables, f"notice.variables:{row.id}"), language),
            at=row.made_at,
            read=row.read_at is not None,
            sms=sent.get(row.key.removesuffix("in_app")),
        )
        for row in rows
    ]


async def _sms_since(person: str, moment: datetime) -> dict[str, Sms]:
    """Return the SMS to a person written since *moment*, by the part of the key that all channels share."""
    rows = await fetch_all(Sms, "FROM notice WHERE person = $1 AND channel = 'sms' AND made_at >= $2", person, moment)
    return {row.key.removesuffix("sms"): row for row in rows}


async def open_one(person: str, id: str) -> About | None:
    """Mark the message *id* as read and return what it is about; None if the person has no such message (any more)."""
    sql = f"FROM notice WHERE id = $3 AND person = $1 AND channel = 'in_app' AND {STILL}"
    about = await fetch_one(About, sql, person, clock.today(), id)
    if about:
        await execute("UPDATE notice SET read_at = $2 WHERE id = $1 AND read_at IS NULL", id, clock.now())
    return about


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


async def linked(link: str) -> About | None:
    """Return what the latest message with this short link is about; None if there is none."""
    return await fetch_one(About, "FROM notice WHERE link = $1 ORDER BY made_at DESC LIMIT 1", link)
