"""Read the letters of a case: what one says, its PDF, its QR code, and when its citizen first opened it."""

import io
from datetime import datetime

import msgspec
import segno
from markupsafe import Markup

from portal.core.store import storage
from portal.core.store.crypto import open_bytes
from portal.core.store.database import execute, fetch_all, fetch_one
from portal.core.tools import clock
from portal.core.tools.paper import pdf
from portal.letters.issue import CERTIFICATE, INTERNAL, Content, texts

RESULTS = ("L09", "L10", "L11", "L14")  # they tell a result: only somebody who may receive it may open them


class Row(msgspec.Struct, frozen=True):
    """A letter as stored."""

    id: str
    case_id: str
    person: str
    kind: str
    number: str
    content: bytes
    digest: bytes
    issued_at: datetime
    opened_at: datetime | None
    void_at: datetime | None

    @property
    def title(self) -> str:
        """What it is called."""
        return texts()[self.kind].title

    @property
    def void(self) -> bool:
        """Whether it was taken back with its application."""
        return self.void_at is not None

    def opened(self) -> Content:
        """Return what it says."""
        return msgspec.json.decode(open_bytes(self.content, f"letter.content:{self.id}"), type=Content)


async def letters(case_id: str, *, desk: bool = False) -> list[Row]:
    """Return a case's letters, the oldest first; for the *desk* also those that stay in the office."""
    found = await fetch_all(Row, "FROM letter WHERE case_id = $1 ORDER BY issued_at, number", case_id)
    return [row for row in found if desk or row.kind != INTERNAL]


async def letter(case_id: str, id: str, *, desk: bool = False) -> Row | None:
    """Return one letter of a case; for the *desk* also one that stays in the office."""
    found = await fetch_one(Row, "FROM letter WHERE id = $1 AND case_id = $2", id, case_id)
    return found if found and (desk or found.kind != INTERNAL) else None


def certificate_among(found: list[Row]) -> Row | None:
    """Return the certificate among the letters of a case, if it holds one."""
    return next((row for row in reversed(found) if row.kind == CERTIFICATE and not row.void), None)


async def mark_opened(row: Row) -> None:
    """Keep the moment at which the citizen opened the letter for the first time."""
    if row.opened_at is None:
        await execute("UPDATE letter SET opened_at = $2 WHERE id = $1 AND opened_at IS NULL", row.id, clock.now())


async def as_pdf(row: Row) -> bytes:
    """Return the letter as PDF/A-3a with PDF/UA-1 tags; made once, then kept.

    Raises:
        CannotPrint: a character in it that no font of ours can show.
    """
    name = f"letters/{row.id}-{row.digest.hex()[:16]}{'-void' if row.void else ''}"
    try:
        return await storage.get(name)
    except FileNotFoundError:
        content = row.opened()
        data = {**msgspec.to_builtins(content), "qr": drawn(content.verify_at), "void": row.void}
        made = await pdf("letters/letter", data, row.issued_at)
        await storage.put(**{name: made})
        return made


def qr(text: str) -> Markup:
    """Return a QR code of *text* for a page."""
    return Markup(drawn(text))  # noqa: S704  drawn by the library, no text of anybody in it


def drawn(text: str) -> str:
    """Return a QR code of *text* as an SVG drawing, black on white."""
    out = io.BytesIO()
    segno.make(text, error="m", mask=2).save(
        out, kind="svg", border=2, xmldecl=False, svgclass=None, lineclass=None, omitsize=True
    )
    return out.getvalue().decode()
