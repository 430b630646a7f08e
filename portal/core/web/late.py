"""Forms sent after their session expired: stored encrypted for a day, for the same person to send again.

The form's token proves that it was made for the session that ended; after signing in, only the
same person can open it. Row versions and submit tokens are in it, so sending it again does no more
than sending it once.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec

from portal.core.store.crypto import opened_json, seal_json, token
from portal.core.store.database import execute, fetch_one, insert
from portal.core.store.tables import KeptPost
from portal.core.tools import clock
from portal.core.web.forms import Form

LIFE = timedelta(hours=24)
NOT_KEPT = {"csrf", "password"}


class Kept(msgspec.Struct, frozen=True):
    """A form as stored."""

    id: str
    subject: str
    content: bytes


class Late(msgspec.Struct, frozen=True):
    """A form to send again: its address, and its fields in their order."""

    path: str
    fields: list[tuple[str, str]]


# D29: shown again as a form and never replayed, so row versions and submit tokens are checked as usual.
async def keep(subject: str, path: str, form: Form) -> str:
    """Store a form of *subject* and return its id."""
    id = token()
    fields = [(name, text) for name in form if name not in NOT_KEPT for text in form.all(name)]
    content = seal_json({"path": path, "fields": fields}, f"kept_post.content:{id}")
    await insert(KeptPost, id=id, subject=subject, content=content, made_at=clock.now())
    return id


async def kept(subject: str, id: str) -> Late | None:
    """Return the form *id* of *subject*; None if there is none, or it is of somebody else."""
    row = await fetch_one(
        Kept, "FROM kept_post WHERE id = $1 AND subject = $2 AND made_at > $3", id, subject, _oldest()
    )
    if row is None:
        return None
    content: Mapping[str, object] = opened_json(row.content, f"kept_post.content:{row.id}")
    return msgspec.convert(content, Late)


async def drop(subject: str, id: str) -> None:
    """Delete a form that its sender does not want to send again."""
    await execute("DELETE FROM kept_post WHERE id = $1 AND subject = $2", id, subject)


async def forget_old() -> int:
    """Delete forms older than a day; return how many."""
    return await execute("DELETE FROM kept_post WHERE made_at <= $1", _oldest())


def _oldest() -> datetime:
    return clock.now() - LIFE
