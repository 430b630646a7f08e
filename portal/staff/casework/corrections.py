"""``/staff/cases/{no}/corrections/new``: write one correction notice with all defects."""

from collections.abc import Iterable, Sequence
from datetime import date

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency, Provide

from portal.cases.life.case import Case, answers_of
from portal.cases.life.deadlines import correction_due
from portal.cases.life.moves import Role
from portal.cases.papers import corrections
from portal.cases.papers.defects import EXPLANATION, QUESTIONS, NewDefect, example_answer, name_of, said
from portal.cases.papers.examples import Picture, pictures
from portal.core.tools import clock
from portal.core.tools.i18n import Said
from portal.core.web.autosave import keeps_typed, shows_typed
from portal.core.web.forms import Form
from portal.questions.catalogue import correctable
from portal.questions.materials import slots
from portal.questions.model import Question
from portal.regions.load import Region
from portal.regions.reasons import OTHER, reasons_about, words
from portal.staff.casework.view import masked_answer
from portal.staff.shared.desk import CaseDesk, case_in_hand

WORDS = 300
PREVIEW = "preview"
EXPLANATIONS = 3  # how many things a notice may ask to be explained


class Row(msgspec.Struct, frozen=True):
    """One thing that a notice may ask for; *key* ends the names of its fields."""

    key: str
    name: str
    reasons: dict[str, str] = {}  # none where only words say what is asked
    slot: str = ""
    question: str = ""
    now: str = ""  # the answer as it stands


class Shown(msgspec.Struct, frozen=True):
    """A defect as the citizen will read it."""

    name: str
    words: str
    picture: Picture | None
    example: str


class Composer(msgspec.Struct, frozen=True):
    """The things that the notice may ask for, and the citizen's last day."""

    papers: list[Row]
    answers: list[Row]
    explanations: list[Row]
    unfolded: bool  # something is chosen or wrong among what is folded away
    limited: bool  # asked once already: only what came in since
    only_one: bool  # the city allows one notice
    examples: list[tuple[str, Picture]]  # what goes wrong with a paper, in words and drawn
    answer_by: date
    preview: list[Shown]

    @property
    def rows(self) -> list[Row]:
        """Everything that the notice may ask for, in the order of the page."""
        return [*self.papers, *self.answers, *self.explanations]


class StaffCorrectionController(Controller):
    """The composer of a notice."""

    path = "/staff/cases/{no:str}/corrections/new"
    opt = {"who": ("reviewer",)}
    dependencies = {"desk": Provide(case_in_hand)}

    @get()
    @shows_typed
    async def new(self, desk: NamedDependency[CaseDesk]) -> Response[bytes]:
        """Show everything that can be asked for, with the reasons to choose from."""
        desk.require("ask_correction", Role.REVIEWER)
        return await composer_page(desk, {})

    @post()
    @keeps_typed
    async def create(self, desk: NamedDependency[CaseDesk]) -> Response[bytes]:
        """Send the notice, or show what the citizen will read."""
        form = desk.current_form()
        composer = await composer_of(desk)
        defects, errors = read(form, composer.rows)
        if errors or form["action"] == PREVIEW:
            return await composer_page(desk, errors, defects)
        await corrections.ask(desk.case, desk.acting(Role.REVIEWER), defects)
        return desk.back()


async def composer_of(desk: CaseDesk) -> Composer:
    """Return what a notice about the case at the *desk* may ask for now."""
    case = desk.case
    answers = answers_of(case)
    allowed = await corrections.askable(case)
    papers = [
        Row(key=slot.id, name=slot.name, reasons=reasons_about(case.city.reasons.correction, "material"), slot=slot.id)
        for slot in slots(case.city, answers)
        if allowed is None or slot.id in allowed.slots
    ]
    questions = [
        _row(question, case.city, answers)
        for question in correctable(case.city, answers)
        if allowed is None or question.name in allowed.questions
    ]
    explanations = [Row(key=f"explanation.{number}", name=EXPLANATION) for number in range(1, EXPLANATIONS + 1)]
    folded = [*questions, *explanations]
    drawn = pictures(case.city)
    return Composer(
        papers=papers,
        answers=questions,
        explanations=explanations if allowed is None else [],
        unfolded=not papers or any(desk.form[f"reason-{row.key}"] or desk.form[f"words-{row.key}"] for row in folded),
        limited=allowed is not None,
        only_one=desk.region.rules.correction.at_most == 1,
        examples=[(label, drawn[code]) for code, label in words(case.city.reasons.correction).items() if code in drawn],
        answer_by=correction_due(clock.today(), desk.region),
        preview=[],
    )


def _row(question: Question, region: Region, answers: dict[str, str]) -> Row:
    """Return the row of a *question*, with its answer as the desk reads it."""
    now = question.shown(answers.get(question.name, ""), region)
    return Row(
        key=f"answer.{question.name}",
        name=question.called,
        reasons=reasons_about(region.reasons.correction, "answer"),
        question=question.name,
        now=masked_answer(question.name, now),
    )


def read(form: Form, rows: Iterable[Row]) -> tuple[list[NewDefect], dict[str, str]]:
    """Return the defects in a posted form, and its errors by field."""
    defects: list[NewDefect] = []
    errors: dict[str, str] = {}
    first = ""
    for row in rows:
        first = first or f"reason-{row.key}"
        own = form[f"words-{row.key}"].strip()[:WORDS]
        reason = form[f"reason-{row.key}"] or (OTHER if own else "")  # words say enough by themselves
        if reason == OTHER and not own:
            errors[f"words-{row.key}"] = Said("选了“其他”，请写清{name}要怎么补。", name=row.name)
        elif reason in row.reasons or reason == OTHER:
            defects.append(NewDefect(row.slot, reason, own, row.question))
    if not defects and not errors:
        errors[first] = "请至少选一样要补充或改正的。"
    return defects, errors


async def composer_page(desk: CaseDesk, errors: dict[str, str], defects: Sequence[NewDefect] = ()) -> Response[bytes]:
    """Return the page of the composer; with *defects* a preview of what the citizen will read."""
    composer = msgspec.structs.replace(await composer_of(desk), preview=[] if errors else preview(desk.case, defects))
    return desk.page("staff/casework/corrections/new", errors, case=desk.case, composer=composer, form=desk.form)


def preview(case: Case, defects: Sequence[NewDefect]) -> list[Shown]:
    """Return *defects* as the citizen will read them."""
    reasons = words(case.city.reasons.correction)
    drawn = pictures(case.city)
    return [
        Shown(
            name=name_of(defect.slot, defect.question, case.city),
            words=said(defect.reason, reasons[defect.reason], defect.words),
            picture=drawn.get(defect.reason) if defect.slot else None,
            example=example_answer(QUESTIONS[defect.question], case.city) if defect.question else "",
        )
        for defect in defects
    ]
