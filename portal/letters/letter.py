"""Read the letters of a case: content, PDF, QR code; and record when the citizen first opened one."""

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
from portal.letters.issue import Content, texts
from portal.letters.kinds import CERTIFICATE, INTERNAL


class Letter(msgspec.Struct, frozen=True):
    """A letter as stored."""

    id: str
    case_id: str
    person: str
    event_id: int
    kind: str
    number: str
    content: bytes
    digest: bytes
    issued_at: datetime
    opened_at: datetime | None
    void_at: datetime | None

    @property
    def title(self) -> str:
        """The title of the letter."""
        return texts()[self.kind].title

    @property
    def void(self) -> bool:
        """Whether the letter became void because its application was taken back."""
        return self.void_at is not None

    def opened(self) -> Content:
        """Return the content of the letter, decrypted."""
        return msgspec.json.decode(open_bytes(self.content, f"letter.content:{self.id}"), type=Content)


async def letters(case_id: str, *, desk: bool = False) -> list[Letter]:
    """Return a case's letters, oldest first; internal letters only for the *desk*."""
    every = await fetch_all(Letter, "FROM letter WHERE case_id = $1 ORDER BY issued_at, number", case_id)
    return [letter for letter in every if desk or letter.kind != INTERNAL]


async def letter(case_id: str, id: str, *, desk: bool = False) -> Letter | None:
    """Return the letter *id* of a case; None if there is none. Internal letters only for the *desk*."""
    found = await fetch_one(Letter, "FROM letter WHERE id = $1 AND case_id = $2", id, case_id)
    return found if found and (desk or found.kind != INTERNAL) else None


def certificate_among(letters: list[Letter]) -> Letter | None:
    """Return the certificate among the letters of a case; None if there is none."""
    return next((letter for letter in reversed(letters) if letter.kind == CERTIFICATE and not letter.void), None)


async def mark_opened(letter: Letter) -> None:
    """Record the time when the citizen first opened the letter."""
    if letter.opened_at is None:
        await execute("UPDATE letter SET opened_at = $2 WHERE id = $1 AND opened_at IS NULL", letter.id, clock.now())


async def as_pdf(letter: Letter) -> bytes:
    """Return the letter as PDF/A-3a with PDF/UA-1 tags; rendered once, then stored.

    Raises:
        CannotPrint: the letter has a character that none of our fonts contains.
    """
    name = f"letters/{letter.id}-{letter.digest.hex()[:16]}{'-void' if letter.void else ''}"
    try:
        return await storage.get(name)
    except FileNotFoundError:
        content = letter.opened()
        data = {**msgspec.to_builtins(content), "qr": drawn(content.verify_at), "void": letter.void}
        made = await pdf("letters/letter", data, letter.issued_at)
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
