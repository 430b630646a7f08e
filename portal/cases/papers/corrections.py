"""补正: one consolidated notice of what is missing or wrong, and the citizen's answer to it.

A defect names what it is about, a reason from the library and the clerk's words. The citizen answers it with a file,
another answer of the form or an explanation, and sends all of a notice together. Then the answers of the application
change, and the defect keeps those they replaced.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime

import msgspec
from msgspec.structs import replace

from portal.cases.life.case import Actor, Case, answers_of, move
from portal.cases.life.deadlines import correction_due
from portal.cases.life.moves import NotAllowed, Role
from portal.cases.papers import sent, supplement
from portal.cases.papers.defects import Defect, DefectRow, NewDefect, decrypted, keep_replaced
from portal.cases.papers.tables import Correction as CorrectionTable
from portal.cases.papers.tables import Defect as DefectTable
from portal.core.store import audit
from portal.core.store.change import change
from portal.core.store.crypto import seal, seal_json, token
from portal.core.store.database import execute, fetch_all, fetch_value, insert, transaction
from portal.core.tools import clock
from portal.core.tools.errors import Stale
from portal.documents import keep, pages
from portal.documents.keep import Document
from portal.documents.slots import ADDITION, ANSWER
from portal.questions.catalogue import correctable
from portal.regions.reasons import words


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
    saves: int

    @property
    def open(self) -> bool:
        """Whether the notice waits for the citizen."""
        return self.answered_at is None and self.cancelled_at is None


class Askable(msgspec.Struct, frozen=True):
    """What a further notice may be about: slots with new files, and questions with new answers."""

    slots: frozenset[str]
    questions: frozenset[str]

    def allows(self, defect: NewDefect) -> bool:
        """Return whether a further notice may contain *defect*."""
        return defect.question in self.questions if defect.question else defect.slot in self.slots


async def ask(case: Case, actor: Actor, defects: Sequence[NewDefect]) -> Case:
    """Send the notice with *defects* and return the case.

    Raises:
        NotAllowed: no further notice may be sent, or the case has changed meanwhile.
        ValueError: no defect, a reason that is not in the library, or a question that cannot be asked anew.
    """
    library = words(case.city.reasons.correction)
    if not defects or any(defect.reason not in library for defect in defects):
        raise ValueError("a notice needs defects with reasons of the library")
    known = {"", *(question.name for question in correctable(case.city, answers_of(case)))}
    if any(defect.question not in known for defect in defects):
        raise ValueError("a notice asks only the questions of the application")
    # D39: where a city limits its notices, a further one is about new material only.
    allowed = await askable(case)
    if allowed is not None and not all(allowed.allows(defect) for defect in defects):
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


async def askable(case: Case) -> Askable | None:
    """Return what a further notice may be about: what is new since the last one; None if it may be about anything.

    A city that limits the number of notices allows no second notice about what was already there.
    """
    at_most = case.city.rules.correction.at_most
    if not at_most or case.corrections_asked < at_most or case.one_more:
        return None
    notices = await corrections(case)
    known = [defect for notice in notices for defect in await defects(notice, ())]
    about = {defect.upload_slot: defect.slot for defect in known if defect.slot}
    since = notices[-1].asked_at
    files = await keep.documents(case.id)
    moments = await sent.sent_at(case, files)
    fresh = [file.slot for file in files if file.id in moments and moments[file.id] > since]
    return Askable(
        slots=frozenset(about.get(slot, slot.removeprefix(ADDITION)) for slot in fresh),
        questions=frozenset(name for defect in await defects(notices[-1], ()) for name in defect.replaced),
    )


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
        question=defect.question,
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
    return [decrypted(row, files) for row in rows]


async def as_sent(case: Case) -> list[tuple[Correction, list[Defect]]]:
    """Return the notices of a case for the office, oldest first; answers not sent yet are left out."""
    files = await sent.documents(case)
    found = []
    for notice in await corrections(case):
        items = await defects(notice, files)
        unsent = [replace(item, explanation="", given={}) for item in items]
        found.append((notice, items if notice.answered_at else unsent))
    return found


async def save(notice: Correction, seen: str, keep: Callable[[], Awaitable[None]]) -> None:
    """Let *keep* store what the citizen typed, on a page that showed the notice as saved *seen* times.

    Raises:
        Stale: it was saved meanwhile in another tab or on another device.
    """
    async with transaction():
        sql = "UPDATE correction SET saves = saves + 1 WHERE id = $1 AND saves = $2"
        if seen != str(notice.saves) or not await execute(sql, notice.id, notice.saves):
            raise Stale
        await keep()


async def answer(case: Case, actor: Actor, notice: Correction) -> Case:
    """Send the answer to *notice* and return the case; the caller has checked that every defect is answered well.

    Answers to questions take the place of those of the application.

    Raises:
        NotAllowed: the notice is not open any more.
    """
    found = await defects(notice, await keep.documents(case.id))
    fresh = any(defect.files or defect.given for defect in found)

    async def together() -> None:
        await execute("UPDATE correction SET answered_at = $2 WHERE id = $1", notice.id, clock.now())
        await _replace_answers(case, found)
        if fresh:
            await execute("UPDATE cases SET new_material = $2 WHERE id = $1", case.id, True)

    return await move(case, "answer_correction", actor, together=together)


async def _replace_answers(case: Case, found: Sequence[Defect]) -> None:
    """Put the answers given to defects in place of those of the application, which the defects keep."""
    before = answers_of(case)
    given = given_to(found)
    for defect in found:
        if defect.given:
            await keep_replaced(defect, {name: before.get(name, "") for name in defect.given})
    if given:
        now = seal_json({**before, **given}, f"cases.answers:{case.id}")
        await execute("UPDATE cases SET answers = $2 WHERE id = $1", case.id, now)


def given_to(found: Sequence[Defect]) -> dict[str, str]:
    """Return the answers given to all defects of a notice."""
    return {name: text for defect in found for name, text in defect.given.items()}


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
