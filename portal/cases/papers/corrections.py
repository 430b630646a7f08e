"""补正: one consolidated notice of what is missing or wrong, and the citizen's answer to it.

A defect names its slot, a reason from the library and the clerk's words. The citizen answers it with
a file or an explanation, and sends all answers of a notice together.
"""

from collections.abc import Sequence
from datetime import date, datetime

import msgspec
from msgspec.structs import replace

from portal.cases.life.case import Actor, Case, move
from portal.cases.life.deadlines import correction_due
from portal.cases.life.moves import NotAllowed, Role
from portal.cases.papers import sent, supplement
from portal.cases.papers.tables import Correction as CorrectionTable
from portal.cases.papers.tables import Defect as DefectTable
from portal.core.store import audit
from portal.core.store.change import change
from portal.core.store.crypto import opened, seal, token
from portal.core.store.database import execute, fetch_all, fetch_value, insert, transaction
from portal.core.tools import clock
from portal.core.tools.i18n import Said
from portal.documents import keep, pages
from portal.documents.keep import Document
from portal.documents.slots import ADDITION, ANSWER
from portal.regions.reasons import OTHER, words


def said(code: str, reason: str, words: str) -> str:
    """Return the text of a defect: the *reason* of the library, then the clerk's words."""
    if not words:
        return reason
    return words if code == OTHER else Said("{reason}：{words}", reason=reason, words=words)


class NewDefect(msgspec.Struct, frozen=True):
    """A defect as a clerk writes it."""

    slot: str
    reason: str
    words: str


class DefectRow(msgspec.Struct, frozen=True):
    """A defect as stored."""

    id: str
    position: int
    slot: str
    reason: str
    reason_words: str
    words: bytes
    explanation: bytes | None


class Defect(msgspec.Struct, frozen=True):
    """A defect, decrypted, with the *files* sent for it."""

    id: str
    position: int
    slot: str
    reason: str
    reason_words: str  # those of the library when it was written
    words: str
    explanation: str
    files: tuple[Document, ...] = ()

    @property
    def upload_slot(self) -> str:
        """The slot of the files for this defect."""
        return f"{ANSWER}{self.id}"

    @property
    def answered(self) -> bool:
        """Whether the citizen has sent a file or an explanation."""
        return bool(self.files or self.explanation)

    @property
    def said(self) -> str:
        """The text of the defect."""
        return said(self.reason, self.reason_words, self.words)


class Correction(msgspec.Struct, frozen=True):
    """A correction notice."""

    id: str
    case_id: str
    number: int
    asked_at: datetime
    answer_by: date
    extended: bool
    answered_at: datetime | None
    cancelled_at: datetime | None
    reminded_on: date | None

    @property
    def open(self) -> bool:
        """Whether the notice waits for the citizen."""
        return self.answered_at is None and self.cancelled_at is None


async def ask(case: Case, actor: Actor, defects: Sequence[NewDefect]) -> Case:
    """Send the notice with *defects* and return the case.

    Raises:
        NotAllowed: no further notice may be sent, or the case has changed meanwhile.
        ValueError: no defect, or a reason that is not in the library.
    """
    library = words(case.city.reasons.correction)
    if not defects or any(defect.reason not in library for defect in defects):
        raise ValueError("a notice needs defects with reasons of the library")
    # D39: where a city limits its notices, a further one is about new material only.
    allowed = await slots_to_ask(case)
    if allowed is not None and any(defect.slot not in allowed for defect in defects):
        raise NotAllowed("ask_correction: only what came after the last notice")
    id = token()
    now = clock.now()

    async def together() -> None:
        number = int(await fetch_value("SELECT count(*) FROM correction WHERE case_id = $1", case.id)) + 1
        await insert(
            CorrectionTable,
            id=id,
            case_id=case.id,
            number=number,
            asked_at=now,
            answer_by=correction_due(clock.day_of(now), case.city),
            extended=False,
        )
        waiting = await supplement.unsent(case)
        for position, defect in enumerate(defects, start=1):
            added = await _add(id, position, defect, library[defect.reason])
            await _wait_at(added, [file for file in waiting if file.slot == supplement.upload_slot(defect.slot)])

    return await move(case, "ask_correction", actor, together=together)


async def slots_to_ask(case: Case) -> set[str] | None:
    """Return the slots that a further notice may name: those with new material; None for any slot.

    A city that limits the number of notices allows no second notice about material that was already there.
    """
    at_most = case.city.rules.correction.at_most
    if not at_most or case.corrections_asked < at_most or case.one_more:
        return None
    notices = await corrections(case)
    about = {defect.upload_slot: defect.slot for notice in notices for defect in await defects(notice, ())}
    since = notices[-1].asked_at
    files = await keep.documents(case.id)
    moments = await sent.sent_at(case, files)
    fresh = [file.slot for file in files if file.id in moments and moments[file.id] > since]
    return {about.get(slot, slot.removeprefix(ADDITION)) for slot in fresh}


async def allow_another(case: Case, by: Actor, why: str) -> None:
    """Allow one more notice, as a supervisor; the reason *why* goes into the audit log.

    Raises:
        NotAllowed: the case has changed meanwhile, or the actor is not a supervisor.
    """
    if by.role is not Role.SUPERVISOR or case.ended:
        raise NotAllowed("allow_another: a supervisor, while the case is open")
    async with transaction():
        await change("cases", case, one_more=True)
        thing = f"case:{case.id}"
        await audit.note(
            actor=by.id, role="supervisor", act="allow_correction", thing=thing, about=case.person, why=why
        )


async def _add(correction: str, position: int, defect: NewDefect, reason: str) -> str:
    id = token()
    await insert(
        DefectTable,
        id=id,
        correction=correction,
        position=position,
        slot=defect.slot,
        reason=defect.reason,
        reason_words=reason,
        words=seal(defect.words, f"defect.words:{id}"),
    )
    return f"{ANSWER}{id}"


async def _wait_at(slot: str, files: Sequence[Document]) -> None:
    """Move the citizen's unsent files to *slot*, because the same file cannot be uploaded twice."""
    for file in files:
        await pages.sort_into(file, slot)


async def corrections(case: Case) -> list[Correction]:
    """Return the notices of a case, oldest first."""
    return await fetch_all(Correction, "FROM correction WHERE case_id = $1 ORDER BY number", case.id)


async def correction(case: Case, number: int) -> Correction | None:
    """Return notice *number* of a case, or None; *number* may exceed the integers of the database."""
    return next((notice for notice in await corrections(case) if notice.number == number), None)


async def open_correction(case: Case) -> Correction | None:
    """Return the notice that waits for the citizen; None if there is none."""
    found = [one_ for one_ in await corrections(case) if one_.open]
    return found[-1] if found else None


async def defects(notice: Correction, files: Sequence[Document]) -> list[Defect]:
    """Return the notice's defects, each with the files sent for it."""
    rows = await fetch_all(DefectRow, "FROM defect WHERE correction = $1 ORDER BY position", notice.id)
    return [
        Defect(
            id=row.id,
            position=row.position,
            slot=row.slot,
            reason=row.reason,
            reason_words=row.reason_words,
            words=opened(row.words, f"defect.words:{row.id}"),
            explanation=opened(row.explanation, f"defect.explanation:{row.id}") if row.explanation else "",
            files=tuple(file for file in files if file.slot == f"{ANSWER}{row.id}"),
        )
        for row in rows
    ]


async def as_sent(case: Case) -> list[tuple[Correction, list[Defect]]]:
    """Return the notices of a case for the office, oldest first; answers not sent yet are left out."""
    files = await sent.documents(case)
    found = []
    for notice in await corrections(case):
        items = await defects(notice, files)
        found.append((notice, items if notice.answered_at else [replace(item, explanation="") for item in items]))
    return found


async def explain(defect: Defect, words: str) -> None:
    """Store the citizen's explanation of a defect; an empty text deletes it."""
    kept = seal(words, f"defect.explanation:{defect.id}") if words else None
    await execute("UPDATE defect SET explanation = $2 WHERE id = $1", defect.id, kept)


async def answer(case: Case, actor: Actor, notice: Correction) -> Case:
    """Send the answer to *notice* and return the case; the caller has checked that every defect is answered.

    Raises:
        NotAllowed: the notice is not open any more.
    """
    files = {file.slot for file in await keep.documents(case.id)}
    fresh = any(defect.upload_slot in files for defect in await defects(notice, ()))

    async def together() -> None:
        await execute("UPDATE correction SET answered_at = $2 WHERE id = $1", notice.id, clock.now())
        if fresh:
            await execute("UPDATE cases SET new_material = $2 WHERE id = $1", case.id, True)

    return await move(case, "answer_correction", actor, together=together)


async def extend(case: Case, actor: Actor, notice: Correction) -> Case:
    """Give the citizen more time for a notice (possible once); return the case.

    Raises:
        NotAllowed: the notice was extended already, or is not open any more.
    """
    later = correction_due(clock.day_of(notice.asked_at), case.city, extended=True)

    async def together() -> None:
        sql = "UPDATE correction SET extended = $2, answer_by = $3, reminded_on = NULL WHERE id = $1"
        await execute(sql, notice.id, True, later)

    return await move(case, "extend_correction", actor, together=together)


async def cancel(case: Case, actor: Actor, notice: Correction, why: str) -> Case:
    """Cancel a notice because of *why* and return the case.

    Raises:
        NotAllowed: it is not open any more.
    """

    async def together() -> None:
        await execute("UPDATE correction SET cancelled_at = $2 WHERE id = $1", notice.id, clock.now())
        for defect in await defects(notice, await keep.documents(case.id)):
            await _wait_at(supplement.upload_slot(defect.slot), defect.files)

    return await move(case, "cancel_correction", actor, note=why, together=together)
