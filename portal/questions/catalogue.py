"""All steps by slug, and the order in which an applicant goes through them, computed from the answers each time."""

from portal.questions.declaration import SIGNING
from portal.questions.delegation import ABOUT, OFFER
from portal.questions.delivery import ELECTRONIC, RECEIVING
from portal.questions.diagnosis import DIAGNOSIS
from portal.questions.disease import DISEASE, DISEASES
from portal.questions.form import FORM
from portal.questions.insurance import INSURANCE
from portal.questions.insured_person import PERSON
from portal.questions.materials import MATERIALS
from portal.questions.model import Answers, Question, Step
from portal.questions.recipients import RECIPIENTS
from portal.regions.load import Region

REVIEW = Step(slug="review", title="核对并提交", note="从头看一遍，再提交", minutes=2, page="review")

# D8: FORM before MATERIALS, because it decides whether the form is one of them.
WAY = (INSURANCE, PERSON, DISEASES, DIAGNOSIS, FORM, MATERIALS, RECEIVING, RECIPIENTS, REVIEW)
# Another disease is another application, and consent to electronic service is given and withdrawn by itself.
NOT_CORRECTED = (DISEASE, ELECTRONIC)
STEPS = {step.slug: step for step in (*WAY, SIGNING, ABOUT, OFFER)}


def journey(region: Region, answers: Answers) -> list[Step]:
    """Return the steps that apply to these *answers* in *region*, in page order; the review comes last."""
    return [step for step in WAY if step.asked_if(region, answers)]


def correctable(region: Region, answers: Answers) -> list[Question]:
    """Return the questions of an application with these *answers* that a correction may ask anew."""
    return [
        question
        for step in journey(region, answers)
        if step.page == "questions"
        for question in step.asked(region, answers)
        if question not in NOT_CORRECTED
    ]


def asked_with(question: Question, region: Region, answers: Answers) -> list[Question]:
    """Return *question* with those of its step whose answers may be needed after another choice of it."""
    step = next(step for step in WAY if question in step.questions)
    others = [other for other in step.questions if other not in (question, *NOT_CORRECTED)]
    return [question, *(other for other in others if question.decides(other, region, answers))]


def questions() -> list[Question]:
    """Return all questions of all steps."""
    return [question for step in STEPS.values() for question in step.questions]


def after(step: Step, way: list[Step]) -> Step:
    """Return the step after *step* in *way*; for the last step, that step itself."""
    at = way.index(step)
    return way[min(at + 1, len(way) - 1)]


def before(step: Step, way: list[Step]) -> Step | None:
    """Return the step before *step* in *way*; None for the first step."""
    at = way.index(step)
    return way[at - 1] if at else None
