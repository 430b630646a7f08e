"""What the page of a case shows: its clock, the applicant, the formal check, corrections, letters and history.

Decisions and words are made here, so that the template only lays them out.
"""

from collections.abc import Sequence
from datetime import date, datetime

import msgspec

from portal.accounts.delegation import Delegation, delegation
from portal.accounts.delegation_states import STATES
from portal.accounts.person import FACE, NAMED, REGISTERED, STATED, Person, masked_phone, person
from portal.accounts.register import Insured
from portal.accounts.staff import Member
from portal.accounts.staff import member as member_by_id
from portal.cases.apply.eligibility import insured_of, standing
from portal.cases.apply.ready import SIGNED
from portal.cases.benefits.standing import Standing, standing_of, state_words
from portal.cases.experts.seats import seats
from portal.cases.life.case import Case, Event, answers_of, clock_on, history, moves_for
from portal.cases.life.deadlines import Clock, take_back_until
from portal.cases.life.moves import Role
from portal.cases.life.words import KINDS
from portal.cases.log.words import words
from portal.cases.papers import sent
from portal.cases.papers.corrections import Correction, as_sent
from portal.cases.papers.defects import QUESTIONS, Defect
from portal.cases.papers.supplement import upload_slot
from portal.cases.result import decision
from portal.cases.result.opinion import Split, split
from portal.core.tools import clock as time
from portal.core.tools.errors import found
from portal.core.tools.i18n import Said
from portal.documents.keep import Document
from portal.documents.scanning import unsafe
from portal.questions.catalogue import journey
from portal.questions.hospital import doubt
from portal.questions.materials import SELF_CHECKS, names
from portal.regions.load import Region
from portal.staff.casework.post import Post, post
from portal.staff.shared.sign import Sign

LEVELS = {NAMED: "代办人填写", STATED: "本人填写", REGISTERED: "与参保信息一致", FACE: "人脸识别"}
INSURANCE = {"employee": "职工医保", "resident": "居民医保"}
STANDINGS = {
    "good": Sign("done", "状态正常，没有欠费"),
    "unreachable": Sign("yours", "没有查到，请人工核对"),
    "warn": Sign("yours", "有欠费，请核对"),
}
TO_CHECK = Sign("yours", "请核对参保情况")


class Deadline(msgspec.Struct, frozen=True):
    """The clock of a case as the desk reads it."""

    case: Case
    clock: Clock
    today: date
    taken_back_until: datetime | None  # until when the citizen may still take it back
    assigned: Member | None
    given: Standing | None  # how the benefit stands that the case gave

    @property
    def left(self) -> str:
        """The time left, in words."""
        if self.case.ended:
            return "已办结"
        if self.clock.due is None:
            return "已停，等补正"
        if self.clock.late(self.today):
            return "已逾期"
        if self.clock.passed(self.today):
            return "过了预计的日子"
        days = self.case.city.calendar.between(self.today, self.case.due_on) if self.case.due_on else 0
        return Said("剩 {n} 个工作日", n=days)

    @property
    def due(self) -> date | None:
        """The last day; None while the clock is paused."""
        return None if self.case.ended else self.clock.due

    @property
    def due_words(self) -> str:
        """The sentence with the last day, which has a place for it."""
        if self.clock.passed(self.today):
            return "应在 {day} 前"
        return "预计 {day}" if self.clock.provisional else "最晚 {day}"

    @property
    def paused(self) -> str:
        """How long the clock was paused, in words."""
        if self.clock.paused_days:
            return Said("已暂停过 {n} 天", n=self.clock.paused_days)
        return "没有停过"

    @property
    def state(self) -> str:
        """The state in the words of the city."""
        return state_words(self.case, self.given)


class Applicant(msgspec.Struct, frozen=True):
    """The insured person, their insurance, and the proxy."""

    person: Person
    record: Insured | None
    standing: Sign
    phone: str  # masked
    delegation: Delegation | None
    proxy: Person | None

    @property
    def level(self) -> str:
        """The level of identity proof, in words."""
        return LEVELS[self.person.level]

    @property
    def insurance(self) -> str:
        """The kind of their insurance, or an empty text if the register has no record."""
        return INSURANCE[self.record.insurance_type] if self.record else ""

    @property
    def delegation_state(self) -> str:
        """The state of the delegation, in words."""
        return STATES[self.delegation.state_on(time.today())] if self.delegation else ""


class FormalCheck(msgspec.Struct, frozen=True):
    """What the clerk compares before accepting: hospital, papers, what the applicant ticked."""

    hospital: Sign
    papers: Sign
    unsafe: int  # files that were deleted because of a virus
    ticked: list[str]  # what the applicant checked themselves
    elsewhere: list[str]  # materials that the applicant says are within another file


class Change(msgspec.Struct, frozen=True):
    """An answer of the application before and after a correction."""

    name: str
    before: str
    after: str


class AskedFor(msgspec.Struct, frozen=True):
    """A defect of a notice with its name, and the answers that the citizen changed because of it."""

    defect: Defect
    name: str
    changes: list[Change]


class Asked(msgspec.Struct, frozen=True):
    """A notice to correct, with its defects."""

    notice: Correction
    defects: list[AskedFor]


class Happened(msgspec.Struct, frozen=True):
    """A row of the history: who did what."""

    event: Event
    name: str
    did: str


class CaseView(msgspec.Struct, frozen=True):
    """What the page of a case shows."""

    case: Case
    kind: str  # what it is for, in words; a first application has none
    diseases: list[str]
    deadline: Deadline
    applicant: Applicant
    answers: list[tuple[str, list[tuple[str, str]]]]  # step: question and answer
    check: FormalCheck
    opinions: Split | None
    corrections: list[Asked]
    post: Post
    history: list[Happened]

    @property
    def address(self) -> str:
        """Where the case is shown."""
        return f"/staff/cases/{self.case.number}"

    @property
    def only_one_correction(self) -> bool:
        """Whether the city allows only one correction notice."""
        return self.case.city.rules.correction.at_most == 1 and not self.case.ended

    @property
    def doubt(self) -> str:
        """Why the opinions do not settle the case yet, in words."""
        if self.opinions is None or self.opinions.settled:
            return ""
        if self.opinions.unsure:
            return "有专家说材料不足"
        return "意见不一致" if self.opinions.differ else ""


async def case_view(case: Case) -> CaseView:
    """Return what the page of *case* shows."""
    region = case.city
    answers = answers_of(case)
    events = await history(case)
    applicant = await _applicant(case, answers)
    decided = await decision.diseases(case)
    named = _names_of_materials(region)
    return CaseView(
        case=case,
        kind=KINDS.get(case.kind, ""),
        diseases=[region.diseases[disease.code].name_zh for disease in decided],
        deadline=await _deadline(case, events),
        applicant=applicant,
        answers=_answered(region, answers),
        check=await _formal_check(case, answers, named),
        opinions=await _opinions(case, [disease.code for disease in decided]),
        corrections=[
            Asked(notice, [AskedFor(defect, defect.name(region), _changes(defect, region)) for defect in defects])
            for notice, defects in await as_sent(case)
        ],
        post=await post(case),
        history=[await _happened(event, applicant.person) for event in events],
    )


def _changes(defect: Defect, region: Region) -> list[Change]:
    """Return what the answer to *defect* changed, phones masked."""
    return [
        Change(
            name=QUESTIONS[name].called,
            before=masked_answer(name, QUESTIONS[name].shown(before, region)),
            after=masked_answer(name, QUESTIONS[name].shown(defect.given.get(name, ""), region)),
        )
        for name, before in defect.replaced.items()
    ]


async def _deadline(case: Case, events: list[Event]) -> Deadline:
    open_to_them = case.submitted_at and any(row.action == "take_back" for row in moves_for(case, Role.INSURED_PERSON))
    return Deadline(
        case=case,
        clock=clock_on(case, events),
        today=time.today(),
        taken_back_until=take_back_until(case.submitted_at, case.city) if case.submitted_at and open_to_them else None,
        assigned=await member_by_id(case.assigned_to) if case.assigned_to else None,
        given=await standing_of(case),
    )


async def _applicant(case: Case, answers: dict[str, str]) -> Applicant:
    record = insured_of(case)
    known = await delegation(case.delegation)
    return Applicant(
        person=found(await person(case.person)),
        record=record,
        standing=STANDINGS.get(standing(record, case.city, reachable=case.insured is not None), TO_CHECK),
        phone=masked_phone(answers.get("mobile", "")),
        delegation=known,
        proxy=await person(known.proxy) if known else None,
    )


def _names_of_materials(region: Region) -> dict[str, str]:
    """Return the name of each slot that files come in: materials, the signed form, what is added later."""
    materials = names(region)
    added = {upload_slot(slot): name for slot, name in materials.items()}
    return {SIGNED.id: SIGNED.name, **materials, **added}


def _answered(region: Region, answers: dict[str, str]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the answers step by step; a phone is masked, because unmasking is a logged act of its own."""
    return [
        (step.title, [(label, masked_answer(name, shown)) for name, label, shown in step.rows(answers, region)])
        for step in journey(region, answers)
        if step.page == "questions"
    ]


def masked_answer(name: str, shown: str) -> str:
    """Return the answer to the question *name* as the desk reads it: unmasking a phone is a logged act of its own."""
    return masked_phone(shown.replace(" ", "")) if "mobile" in name and shown else shown


async def formal_check(case: Case) -> FormalCheck:
    """Return what the clerk compares before accepting, and whoever decides sees again."""
    return await _formal_check(case, answers_of(case), _names_of_materials(case.city))


async def _formal_check(case: Case, answers: dict[str, str], named: dict[str, str]) -> FormalCheck:
    files = await sent.documents(case)
    return FormalCheck(
        hospital=_hospital(case.city, answers.get("hospital", "")),
        papers=_papers(files),
        unsafe=len(await sent.handed_in(case, await unsafe(case.id))),
        ticked=[words for name, words in SELF_CHECKS.items() if answers.get(name) == "yes"],
        elsewhere=[name for slot, name in named.items() if answers.get(f"within.{slot}") == "yes"],
    )


def _hospital(region: Region, name: str) -> Sign:
    hospital = region.hospitals.get(name)
    if hospital is None:
        return Sign("yours", "不在名单里，请核对")
    return Sign("yours", doubt(region, name)) if doubt(region, name) else Sign("done", hospital.level_words)


def _papers(files: Sequence[Document]) -> Sign:
    unclear = [file for file in files if file.warnings]
    if unclear:
        return Sign("yours", Said("{n} 份可能看不清", n=len(unclear)))
    return Sign("done", Said("{n} 份", n=len(files)))


async def _opinions(case: Case, diseases: list[str]) -> Split | None:
    """Return the state of the experts' opinions; None if no expert was invited."""
    panel = await seats(case.id) if case.city.rules.experts.required else []
    return split(case, panel, diseases) if panel else None


async def _happened(event: Event, applicant: Person) -> Happened:
    return Happened(event, await _name(event.actor, applicant), words(event.action, "did"))


async def _name(actor: str, applicant: Person) -> str:
    if actor == applicant.id:
        return applicant.masked_name
    proxy = await person(actor)
    if proxy:
        return Said("代办人 {name}", name=proxy.masked_name)
    clerk = await member_by_id(actor)
    return clerk.name if clerk else "系统"
