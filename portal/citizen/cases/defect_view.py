"""The items of a notice as its page shows them: each with the place, the fields or the words that answer it."""

from collections.abc import Mapping, Sequence

import msgspec
from msgspec.structs import replace

from portal.cases.life.case import answers_of
from portal.cases.papers import values
from portal.cases.papers.corrections import given_to
from portal.cases.papers.defects import Defect, example_of
from portal.cases.papers.examples import Picture, pictures
from portal.citizen.shared.mine import MyCase
from portal.citizen.shared.unsafe import unsafe_by_slot
from portal.core.tools.i18n import Said
from portal.core.web.forms import Form
from portal.documents import pages
from portal.documents.accepted import allowed
from portal.documents.places import Place, Refusals, first_reason, papers
from portal.questions.model import Question

WORDS = 500  # characters of an explanation that are kept
NOTHING_SENT = "第 {n} 项还没有补。请传文件，或者写一句说明。"
NOTHING_SAID = "第 {n} 项还没有说明。请写一句。"
# What the words below an item are for, by what the item asks for.
ASIDE = {
    "paper": "没有这份材料，或者有话要说（第 {n} 项）",
    "value": "不用改的，写一句为什么（第 {n} 项）",
    "explanation": "您的说明（第 {n} 项）",
}
# What becomes of an item: once it is answered, and before.
DONE = {"paper": "补了", "value": "改了", "explanation": "说明了"}
WAITING = {"paper": "等您补", "value": "等您改", "explanation": "等您说明"}


class Field(msgspec.Struct, frozen=True):
    """A question to answer anew."""

    question: Question
    answer: str
    before: str  # the answer of the application as people read it
    error: str
    only_if: str  # when it must be answered, if not now

    @property
    def said_before(self) -> str:
        """A sentence with the answer of the application."""
        return Said("原来填的：{answer}", answer=self.before) if self.before else "原来没有填。"


class Item(msgspec.Struct, frozen=True):
    """One defect with what answers it: the place for files of a paper, the fields of an answer, the words beside."""

    defect: Defect
    name: str
    place: Place | None
    fields: list[Field]
    picture: Picture | None
    example: str
    error: str  # of the words
    well_answered: bool

    @property
    def aside(self) -> str:
        """What the words below the item are for."""
        return Said(ASIDE[self.defect.asks], n=self.defect.position)

    @property
    def state(self) -> str:
        """Whether it is answered, in words."""
        return (DONE if self.well_answered else WAITING)[self.defect.asks]

    @property
    def must_explain(self) -> bool:
        """Whether only words can answer it."""
        return self.defect.asks == "explanation"


def as_typed(mine: MyCase, found: Sequence[Defect], form: Form) -> list[Defect]:
    """Return the defects with what the citizen typed in *form*, in place of what was saved before."""
    answers = answers_of(mine.case)
    return [
        replace(
            defect,
            explanation=form[f"words-{defect.id}"].strip()[:WORDS],
            given=values.changed(values.fields(defect, found, mine.region, answers), form, answers),
        )
        for defect in found
    ]


def typed_over(mine: MyCase, saved: Sequence[Defect], form: Form) -> list[Defect]:
    """Return the *saved* defects with what *form*, which may lack fields, has in place of it."""
    answers = answers_of(mine.case)
    now = {**answers, **given_to(saved)}
    typed = []
    for defect in saved:
        words = f"words-{defect.id}"
        questions = values.fields(defect, saved, mine.region, answers)
        anew = {question.name: question.read_over(now.get(question.name, ""), form) for question in questions}
        typed.append(
            replace(
                defect,
                explanation={words: defect.explanation, **form}[words],
                given={name: text for name, text in anew.items() if text != answers.get(name, "")},
            )
        )
    return typed


def wrong_with(mine: MyCase, found: Sequence[Defect]) -> dict[str, str]:
    """Return ``{field: message}`` for every defect that is not answered, or not well, in page order."""
    answers = answers_of(mine.case)
    given = given_to(found)
    wrong: dict[str, str] = {}
    for defect in found:
        if defect.asks == "value":
            wrong |= values.errors(defect, found, given, mine.region, answers)
        elif defect.answered:
            continue
        elif defect.asks == "paper":
            wrong[f"pick-{place_of(defect)}"] = Said(NOTHING_SENT, n=defect.position)
        else:
            wrong[f"words-{defect.id}"] = Said(NOTHING_SAID, n=defect.position)
    return wrong


def place_of(defect: Defect) -> str:
    """Return the id of the place for the files of a defect."""
    return f"defect-{defect.id}"


async def items(
    mine: MyCase,
    found: Sequence[Defect],
    *,
    saved: Sequence[Defect],
    refused: Mapping[str, Refusals],
    errors: Mapping[str, str],
) -> list[Item]:
    """Return the items of a notice.

    Args:
        mine: the case.
        found: the defects as the page shows them.
        saved: the defects as they are stored.
        refused: what was not taken just now, by defect.
        errors: what is wrong, by field.
    """
    region = mine.region
    drawn = pictures(region)
    turned = await pages.turns(mine.case.id)
    unsafe = await unsafe_by_slot(mine.case)
    still_wrong = wrong_with(mine, saved)
    shown = []
    for defect in found:
        fields = _fields(mine, defect, found, errors)
        ids = {f"pick-{place_of(defect)}", f"words-{defect.id}", *(field.question.name for field in fields)}
        refusals = refused.get(defect.id, [])
        place = Place(
            id=place_of(defect),
            name=defect.name(region),
            action=f"/defects/{defect.id}",
            allowed=allowed(region, defect.slot),
            papers=papers(defect.files, defect.upload_slot, turned),
            refused=refusals,
            error=first_reason(refusals) or errors.get(f"pick-{place_of(defect)}", ""),
            unsafe=unsafe.get(defect.upload_slot, []),
            described=f"why-{defect.id}",
        )
        shown.append(
            Item(
                defect=defect,
                name=defect.name(region),
                place=place if defect.asks == "paper" else None,
                fields=fields,
                picture=drawn.get(defect.reason) if defect.slot else None,
                example=example_of(defect, region) if defect.question else "",
                error=errors.get(f"words-{defect.id}", ""),
                well_answered=not ids & set(still_wrong),
            )
        )
    return shown


def _fields(mine: MyCase, defect: Defect, found: Sequence[Defect], errors: Mapping[str, str]) -> list[Field]:
    answers = answers_of(mine.case)
    given = {**answers, **given_to(found)}
    return [
        Field(
            question=question,
            answer=given.get(question.name, ""),
            before=question.shown(answers.get(question.name, ""), mine.region),
            error=errors.get(question.name, ""),
            only_if="" if question.asked_if(mine.region, given) else question.only_if,
        )
        for question in values.fields(defect, found, mine.region, answers)
    ]
