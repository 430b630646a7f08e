"""Reasons that stop a submission, for the pages that show them and for `draft.submit`, which refuses.

However an application is submitted (wizard, counter, interface), the same conditions hold: every step
is done, every paper is there, the register of the insured agrees, the person does not have the benefit
already, and no other case for the disease is open.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Literal

import msgspec

from portal.accounts import person as people
from portal.accounts.delegation import delegation
from portal.accounts.register import Unreachable
from portal.cases.apply.eligibility import BLOCKS, finding_of, forget_record, keep_record, look_up
from portal.cases.benefits import benefit
from portal.cases.benefits.benefit import Benefit
from portal.cases.life.case import Actor, Case, answers_of
from portal.cases.life.moves import Role
from portal.cases.life.words import NEW
from portal.core.store.database import fetch_value
from portal.core.tools import clock
from portal.documents import keep
from portal.documents.keep import Document
from portal.documents.slots import PILE, SIGNED_FORM
from portal.questions.catalogue import journey
from portal.questions.materials import Slot, missing
from portal.questions.model import Answers, Step
from portal.regions.load import Region

# How an application comes in: sent from the wizard, filled in at the counter and sent by the person
# through a link, or sent from the counter with the signed form.
HandIn = Literal["wizard", "link", "signed_form"]
Progress = Literal["done", "half", "yours", "todo"]

SIGNED = Slot(SIGNED_FORM, SIGNED_FORM, "本人签名的申请表", "", required=True)
PHONES = ("mobile", "notify_mobile")  # at the counter a person without a phone leaves these empty


class OpenStep(msgspec.Struct, frozen=True):
    """A step that is not done; *errors* say what is wrong with its answers, by question."""

    step: Step
    errors: dict[str, str]


class MissingPaper(msgspec.Struct, frozen=True):
    """A paper that is not uploaded, nor ticked as 暂时没有 where that is allowed; *blocks*: no tick is enough."""

    slot: Slot
    blocks: bool = True


class UnsortedFiles(msgspec.Struct, frozen=True):
    """Files in the pile that are not sorted to a paper yet."""

    count: int


class NotInsured(msgspec.Struct, frozen=True):
    """The insurance register does not allow an application here; *reason* is one of `eligibility.BLOCKS`.

    *insured_in* is where the person is insured instead: the id of a city of ours, or a name; empty if unknown.
    """

    reason: str
    insured_in: str = ""


class HeldAlready(msgspec.Struct, frozen=True):
    """The person has this benefit already and can only renew it."""

    benefit: Benefit


class UnderWay(msgspec.Struct, frozen=True):
    """Another case of the person for this disease is open; *number* is its application number."""

    number: str


Gap = OpenStep | MissingPaper | UnsortedFiles
Stop = Gap | NotInsured | HeldAlready | UnderWay
GAPS = (OpenStep, MissingPaper, UnsortedFiles)


class Incomplete(Exception):
    """The application cannot be submitted; *stops* say why."""

    def __init__(self, stops: Sequence[Stop]) -> None:
        super().__init__(stops)
        self.stops = stops


# D90: a new way of handing in is stopped by the same reasons as the wizard.
async def stops(case: Case, sender: Actor, hand_in: HandIn = "wizard") -> list[Stop]:
    """Return all reasons why *sender* cannot submit *case* now; an empty list if it can be submitted.

    The register is asked, and its record stored with the case, only if no answer or paper is missing.
    """
    open_gaps = gaps(case, await keep.documents(case.id), hand_in)
    if open_gaps:
        return [*open_gaps]
    not_insured = await register_stop(case)
    of_disease = await disease_stops(case, answers_of(case)["disease"])
    # D33: a proxy who has proved nothing learns neither what is held nor what the register says; the office sees both.
    if not await _proven(case, sender):
        return [stop for stop in of_disease if isinstance(stop, UnderWay)]
    return [*([not_insured] if not_insured else []), *of_disease]


async def known_stops(case: Case, sender: Actor) -> list[Stop]:
    """Return what is known today to stop *case*, before it is complete; never gaps, and the register is not asked anew.

    Empty for a proxy who has proved nothing.
    """
    if not await _proven(case, sender):
        return []
    not_insured = insurance_stop(case)
    of_disease = await disease_stops(case, answers_of(case).get("disease", ""))
    return [*([not_insured] if not_insured else []), *of_disease]


def insurance_stop(case: Case) -> NotInsured | None:
    """Return why the register's record that is kept with *case* stops it; None if it does not, or there is none."""
    known = finding_of(case)
    if known is None or known.standing(case.city) not in BLOCKS:
        return None
    elsewhere = known.record.region if known.record and known.record.region != case.region else ""
    return NotInsured(known.standing(case.city), elsewhere)


async def disease_stops(case: Case, code: str) -> list[Stop]:
    """Return what stops *case* if it is for disease *code*: a benefit that is held, or another case under way."""
    if not code:
        return []
    found: list[Stop] = []
    held = await held_already(case, code)
    if held:
        found.append(HeldAlready(held))
    number = await number_under_way(case.person, code)
    if number:
        found.append(UnderWay(number))
    return found


def gaps(case: Case, files: Sequence[Document], hand_in: HandIn = "wizard") -> list[Gap]:
    """Return the steps that are not done and the papers that are missing from *files*."""
    region = case.city
    answers = answers_of(case)
    blocking, open_ = missing(region, answers, {file.slot for file in files})
    papers: list[Gap] = [
        *(MissingPaper(slot) for slot in blocking),
        *(MissingPaper(slot, blocks=False) for slot in open_),
    ]
    if hand_in == "wizard":
        return [*_open_steps(region, answers, files), *papers, *_unsorted(files)]
    if hand_in == "signed_form" and all(file.slot != SIGNED.id for file in files):
        papers.append(MissingPaper(SIGNED))
    return [*_wrong_steps(region, answers), *papers]


def has_gaps(found: Iterable[Stop]) -> bool:
    """Return whether the person can still add what is missing."""
    return any(isinstance(stop, GAPS) for stop in found)


def papers_missing(region: Region, answers: Answers, files: Sequence[Document]) -> list[Slot]:
    """Return the missing papers: the required ones first, then the optional ones not yet ticked."""
    required, asked_for = missing(region, answers, {file.slot for file in files})
    return [*required, *asked_for]


def progress(step: Step, answers: Answers, region: Region, files: Sequence[Document]) -> Progress:
    """Return the progress of a step; `yours` if an answer of it is no longer valid."""
    if step.page == "materials":
        complete = not papers_missing(region, answers, files) and not _unsorted(files)
        return "done" if complete else "half" if files else "todo"
    if answers.get(f"done.{step.slug}") == "yes":
        return "yours" if step.errors(answers, region) else "done"
    return "half" if step.started(answers) and f"saved.{step.slug}" in answers else "todo"


def done_slugs(answers: Answers, region: Region, files: Sequence[Document]) -> set[str]:
    """Return the slugs of the steps that are done."""
    return {
        step.slug
        for step in journey(region, answers)
        if step.page != "review" and progress(step, answers, region, files) == "done"
    }


def wrong_at_counter(region: Region, answers: Mapping[str, str]) -> dict[str, str]:
    """Return ``{question: message}`` for wrong answers at the counter, where a phone is optional."""
    return {name: said for gap in _wrong_steps(region, answers) for name, said in gap.errors.items()}


def steps_at_counter(region: Region, answers: Answers) -> list[Step]:
    """Return the steps whose questions are asked at the counter."""
    return [step for step in journey(region, answers) if step.page in ("questions", "form")]


async def held_already(case: Case, code: str) -> Benefit | None:
    """Return the benefit that prevents *case* from being a first application for disease *code*; else None."""
    if case.kind != NEW:
        return None
    held = await benefit.held(case.person, code, clock.today())
    return max(held, key=lambda each: each.ends_on or date.max) if held else None


async def number_under_way(person: str, code: str) -> str:
    """Return the application number of the person's open case for disease *code*; empty if none."""
    number = await fetch_value(
        "SELECT c.application_no FROM case_disease d JOIN cases c ON c.id = d.case_id "
        "WHERE d.person = $1 AND d.code = $2 AND d.open LIMIT 1",
        person,
        code,
    )
    return number or ""


def _open_steps(region: Region, answers: Answers, files: Sequence[Document]) -> list[Gap]:
    """Return the unfinished steps of the wizard; without the step of papers, which are listed one by one."""
    return [
        OpenStep(step, step.errors(answers, region))
        for step in journey(region, answers)
        if step.page not in ("materials", "review") and progress(step, answers, region, files) != "done"
    ]


def _unsorted(files: Sequence[Document]) -> list[Gap]:
    count = sum(file.slot == PILE for file in files)
    return [UnsortedFiles(count)] if count else []


def _wrong_steps(region: Region, answers: Answers) -> list[OpenStep]:
    found = []
    for step in steps_at_counter(region, answers):
        errors = {
            name: said for name, said in step.errors(answers, region).items() if name not in PHONES or answers.get(name)
        }
        if errors:
            found.append(OpenStep(step, errors))
    return found


async def register_stop(case: Case) -> NotInsured | None:
    """Ask the register, store its record with the case, and return why it stops the application; None if not."""
    who = await people.person(case.person)
    assert who
    try:
        record = await look_up(who.id_number)
    except Unreachable:
        await forget_record(case)
        return None  # taken nevertheless: staff see that nobody answered, and check by hand
    return insurance_stop(await keep_record(case, record))


async def _proven(case: Case, sender: Actor) -> bool:
    """Return whether *sender* may see the register's data: anybody but a proxy without a verified proof."""
    if sender.role is not Role.PROXY:
        return True
    under = await delegation(case.delegation)
    return under is not None and under.verified
