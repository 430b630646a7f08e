"""Answers of the form that a notice asks for anew: their fields, what was changed, what is wrong with it."""

from collections.abc import Mapping, Sequence

from portal.cases.papers.defects import QUESTIONS, Defect
from portal.questions.catalogue import asked_with
from portal.questions.model import Answers, Question
from portal.regions.load import Region

UNCHANGED = "还没有改。请改成对的；不用改的，在下面写一句为什么。"


# D97: what is typed waits at the defect and becomes the answer in the transaction of the move.
def fields(defect: Defect, notice: Sequence[Defect], region: Region, answers: Answers) -> list[Question]:
    """Return the questions to answer for *defect*: its own, and those that another choice may make necessary.

    A question that another defect of the *notice* asks is answered there.
    """
    if not defect.question:
        return []
    own = QUESTIONS[defect.question]
    elsewhere = {one.question for one in notice} - {defect.question}
    return [question for question in asked_with(own, region, answers) if question.name not in elsewhere]


def changed(questions: Sequence[Question], form: Mapping[str, str], answers: Answers) -> dict[str, str]:
    """Return those answers in a posted *form* that differ from the *answers* of the application."""
    typed = {question.name: question.read_over(answers.get(question.name, ""), form) for question in questions}
    return {name: text for name, text in typed.items() if text != answers.get(name, "")}


def errors(
    defect: Defect, notice: Sequence[Defect], given: Mapping[str, str], region: Region, answers: Answers
) -> dict[str, str]:
    """Return ``{question: message}`` for the answers *given* to *defect*; an explanation may stand for a change.

    Args:
        defect: asks for an answer of the form.
        notice: all defects of its notice.
        given: what is given to all of them in place of the *answers* of the application.
        region: the city of the application.
        answers: those of the application as it stands.
    """
    questions = fields(defect, notice, region, answers)
    if not any(question.name in given for question in questions):
        return {} if defect.explanation else {defect.question: UNCHANGED}
    merged = {**answers, **given}
    found = {
        question.name: question.error(merged.get(question.name, ""), region)
        for question in questions
        if question.asked_if(region, merged)
    }
    return {name: message for name, message in found.items() if message}
