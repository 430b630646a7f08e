"""A defect of a notice: what is wrong, what is asked for, and what the citizen answers.

A defect asks for a paper (its slot), for the answer to a question of the form (its name), or, with neither, for an
explanation. Every text of it is stored sealed.
"""

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from portal.cases.papers.examples import pictures
from portal.core.store.crypto import opened, opened_json, seal, seal_json
from portal.core.store.database import execute
from portal.core.tools.i18n import Said
from portal.documents.keep import Document
from portal.documents.slots import ANSWER
from portal.questions.catalogue import questions
from portal.questions.materials import names
from portal.questions.model import Question
from portal.regions.load import Region
from portal.regions.reasons import OTHER

EXPLANATION = "说明情况"  # what a defect that asks for an explanation only is called
ELSEWHERE = "申请内容"  # the name of a paper that the city does not ask for any more
QUESTIONS = {question.name: question for question in questions()}

Asks = Literal["paper", "value", "explanation"]


def said(code: str, reason: str, words: str) -> str:
    """Return the text of a defect: the *reason* of the library, then the clerk's words."""
    if not words:
        return reason
    return words if code == OTHER else Said("{reason}：{words}", reason=reason, words=words)


class NewDefect(msgspec.Struct, frozen=True):
    """A defect as a clerk writes it: of the paper in *slot*, or of the answer to *question*; else an explanation."""

    slot: str
    reason: str
    words: str
    question: str = ""


class DefectRow(msgspec.Struct, frozen=True):
    """A defect as stored."""

    id: str
    position: int
    slot: str
    question: str
    reason: str
    reason_words: str
    words: bytes
    explanation: bytes | None
    given: bytes | None
    replaced: bytes | None


class Defect(msgspec.Struct, frozen=True):
    """A defect, decrypted, with the *files* sent for it."""

    id: str
    position: int
    slot: str
    question: str
    reason: str
    reason_words: str  # those of the library when it was written
    words: str
    explanation: str
    given: dict[str, str]  # by question: what the citizen wrote in place of the answers of the application
    replaced: dict[str, str]  # by question: the answers that the sent ones took the place of
    files: tuple[Document, ...] = ()

    @property
    def asks(self) -> Asks:
        """What the citizen is asked for."""
        if self.question:
            return "value"
        return "paper" if self.slot else "explanation"

    @property
    def upload_slot(self) -> str:
        """The slot of the files for this defect."""
        return f"{ANSWER}{self.id}"

    @property
    def answered(self) -> bool:
        """Whether the citizen has sent a file, another answer or an explanation."""
        return bool(self.files or self.given or self.explanation)

    @property
    def said(self) -> str:
        """The text of the defect."""
        return said(self.reason, self.reason_words, self.words)

    def name(self, region: Region) -> str:
        """Return what the defect is about: the material, or what the question asks for."""
        return name_of(self.slot, self.question, region)


def name_of(slot: str, question: str, region: Region) -> str:
    """Return the name of what a defect is about, as the citizen reads it."""
    if question:
        return QUESTIONS[question].called
    return names(region).get(slot, ELSEWHERE) if slot else EXPLANATION


def example_of(defect: Defect, region: Region) -> str:
    """Return in words how it would be right; empty if there is no example."""
    if defect.question:
        return example_answer(QUESTIONS[defect.question], region)
    picture = pictures(region).get(defect.reason)
    return picture.right if picture and defect.slot else ""


def example_answer(question: Question, region: Region) -> str:
    """Return a good answer to *question* as people read it; empty for a choice, which shows its answers itself."""
    if question.choices or not question.examples:
        return ""
    return question.shown(question.examples[0], region)


def decrypted(row: DefectRow, files: Sequence[Document]) -> Defect:
    """Return the defect that is stored as *row*, with those of *files* that were sent for it."""
    return Defect(
        id=row.id,
        position=row.position,
        slot=row.slot,
        question=row.question,
        reason=row.reason,
        reason_words=row.reason_words,
        words=opened(row.words, f"defect.words:{row.id}"),
        explanation=opened(row.explanation, f"defect.explanation:{row.id}") if row.explanation else "",
        given=opened_json(row.given, f"defect.given:{row.id}") if row.given else {},
        replaced=opened_json(row.replaced, f"defect.replaced:{row.id}") if row.replaced else {},
        files=tuple(file for file in files if file.slot == f"{ANSWER}{row.id}"),
    )


async def explain(defect: Defect, words: str) -> None:
    """Store the citizen's explanation of a defect; an empty text deletes it."""
    kept = seal(words, f"defect.explanation:{defect.id}") if words else None
    await execute("UPDATE defect SET explanation = $2 WHERE id = $1", defect.id, kept)


async def give(defect: Defect, answers: Mapping[str, str]) -> None:
    """Store what the citizen answers now to the question of a defect; nothing deletes it."""
    kept = seal_json(dict(answers), f"defect.given:{defect.id}") if answers else None
    await execute("UPDATE defect SET given = $2 WHERE id = $1", defect.id, kept)


async def keep_replaced(defect: Defect, answers: Mapping[str, str]) -> None:
    """Store the answers of the application that those of the defect take the place of."""
    kept = seal_json(dict(answers), f"defect.replaced:{defect.id}")
    await execute("UPDATE defect SET replaced = $2 WHERE id = $1", defect.id, kept)
