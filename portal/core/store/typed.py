"""Words typed into a form and not sent yet, kept sealed for one person and the address of one page.

They are no answers: nothing that is decided or shown to others reads them. `core/web/autosave.py` keeps them and shows
them again.
"""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from portal.core.store.crypto import keyed, opened_json, seal_json
from portal.core.store.database import execute, fetch_all, fetch_one, transaction
from portal.core.tools import clock
from portal.core.tools.errors import TooLarge

Fields = list[tuple[str, str]]  # (name, text), in the order of the form
LONGEST = 20_000  # characters of one page
MOST_PAGES = 60  # of one person; the page that was not typed on for longest gives way

UPSERT = """
INSERT INTO typed (id, owner, page, content, kept_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (id) DO UPDATE SET content = $4, kept_at = $5
"""
CROWDED_OUT = """
DELETE FROM typed WHERE id IN (SELECT id FROM typed WHERE owner = $1 ORDER BY kept_at DESC LIMIT 9 OFFSET $2)
"""


class Row(msgspec.Struct, frozen=True):
    """The words of one page as stored."""

    id: bytes
    page: str
    content: bytes

    @property
    def fields(self) -> Fields:
        """The fields, opened."""
        return msgspec.convert(opened_json(self.content, _place(bytes(self.id))), Fields)


async def typed_on(owner: str, page: str) -> Fields:
    """Return what *owner* typed on *page* and did not send."""
    row = await fetch_one(Row, "FROM typed WHERE id = $1", _id(owner, page))
    return row.fields if row else []


async def typed_by(owner: str) -> dict[str, Fields]:
    """Return everything that *owner* typed and did not send, by page."""
    rows = await fetch_all(Row, "FROM typed WHERE owner = $1 ORDER BY kept_at", owner)
    return {row.page: row.fields for row in rows}


# D99: half a value is never an answer, and never makes the person's own form stale.
async def keep(owner: str, page: str, new: Iterable[tuple[str, str]]) -> None:
    """Keep *new* fields for *owner* beside those kept before; a field typed anew replaces the earlier one.

    Raises:
        TooLarge: the words of this page are longer than `LONGEST`.
    """
    new = list(new)
    names = {name for name, _ in new}
    async with transaction():
        old = [(name, text) for name, text in await typed_on(owner, page) if name not in names]
        fields = [*old, *new]
        if sum(len(name) + len(text) for name, text in fields) > LONGEST:
            raise TooLarge
        id = _id(owner, page)
        await execute(UPSERT, id, owner, page, seal_json(fields, _place(id)), clock.now())
        await execute(CROWDED_OUT, owner, MOST_PAGES)


async def forget(owner: str, page: str) -> None:
    """Delete what *owner* typed on *page*: it has been sent."""
    if await fetch_one(Row, "FROM typed WHERE id = $1", _id(owner, page)):  # a read costs less than a write
        await execute("DELETE FROM typed WHERE id = $1", _id(owner, page))


async def forget_below(address: str) -> None:
    """Delete what anybody typed on the pages below *address*: what they are about is gone."""
    await execute("DELETE FROM typed WHERE page >= $1 AND page < $2", f"{address}/", f"{address}0")  # 0 follows /


async def forget_all(owner: str) -> None:
    """Delete everything that *owner* typed."""
    await execute("DELETE FROM typed WHERE owner = $1", owner)


async def forget_old(before: datetime) -> int:
    """Delete what nobody has typed on since the moment *before*; return how many pages."""
    return await execute("DELETE FROM typed WHERE kept_at <= $1", before)


def _id(owner: str, page: str) -> bytes:
    return keyed("typed", owner, page)


def _place(id: bytes) -> str:
    return f"typed.content:{id.hex()}"
