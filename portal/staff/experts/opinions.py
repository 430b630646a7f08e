"""``/staff/opinions``: an expert's list, and one opinion: medical papers and criteria, never the identity."""

from typing import cast, get_args

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, FromQuery

from portal.accounts.staff import Member
from portal.cases.experts import panel
from portal.cases.experts.seats import RECUSALS, Seat, seats_of
from portal.cases.life.case import Case, answers_of, case_by_id
from portal.cases.life.moves import State
from portal.cases.papers.papers import Paper, medical
from portal.cases.result import opinion
from portal.cases.result.decision import Decided, diseases
from portal.cases.result.opinion import FINDINGS, VERDICTS, Opinion, Verdict, WordsNeeded
from portal.core.store import audit
from portal.core.tools.errors import NotFound, Stale, found
from portal.core.web.autosave import keeps_typed, shows_typed
from portal.core.web.forms import Form
from portal.core.web.pages import file_answer, see_other
from portal.core.web.second import tell_second
from portal.documents import pages
from portal.questions.catalogue import STEPS
from portal.regions.catalogue import Disease
from portal.regions.criteria import Criteria, Finding
from portal.regions.load import Region
from portal.staff.shared.desk import Asked, Desk, at_desk, member
from portal.staff.shared.nav import Nav
from portal.staff.shared.sign import Sign

EXPERT = ("expert",)
HOME = "/staff/opinions"
WORDS = 1000
GONE = "这份鉴定已经交了，或者不再需要。没有保存这一次的内容。"


class SeatDesk(Desk):
    """The desk of an expert with their own seat on a panel."""

    def __init__(self, request: Asked, me: Member, seat: Seat, case: Case) -> None:
        """Let *me* give the opinion of *seat*."""
        super().__init__(request, me)
        self.seat = seat
        self.case = case
        tell_second(request, GONE)

    @property
    def region(self) -> Region:
        """The city, with the questions that the case began with."""
        return self.case.city

    @property
    def home(self) -> str:
        """Address of the page for the opinion."""
        return f"{HOME}/{self.seat.id}"

    @property
    def waits(self) -> bool:
        """Whether the opinion can be given now."""
        return self.seat.open and self.case.at is State.APPRAISING

    @property
    def reads(self) -> bool:
        """Whether the expert may still read the papers."""
        return self.seat.state in ("invited", "given")


class Invitation(msgspec.Struct, frozen=True):
    """An expert's seat, and the diseases of its case."""

    seat: Seat
    diseases: list[str]

    @property
    def sign(self) -> Sign:
        """The state of the invitation."""
        return Sign("late", "已逾期") if self.seat.late else Sign("yours", "等您鉴定")


class Reading(msgspec.Struct, frozen=True):
    """The page of a medical paper that the expert is looking at."""

    papers: list[Paper]
    at: int  # the number of the paper, from 1
    leaf: int

    @property
    def chosen(self) -> Paper:
        """The paper that is open."""
        return self.papers[self.at - 1]


async def seat_desk(id: FromPath[str], request: Asked) -> SeatDesk:
    """Return the desk of the expert with the seat in the address; 404 if it is not theirs."""
    me = await member(request)
    seat = found(await opinion.place_named(id, me.id))
    return SeatDesk(request, me, seat, found(await case_by_id(seat.case_id)))


class OpinionsController(Controller):
    """The invitations of an expert."""

    path = HOME
    opt = {"who": EXPERT, "nav": Nav("专家鉴定")}
    dependencies = {"desk": Provide(at_desk)}

    @get()
    async def index(self, desk: NamedDependency[Desk]) -> Response[bytes]:
        """Show the open invitations by due day, then the opinions given."""
        waiting: list[Invitation] = []
        paused: list[Invitation] = []
        for seat in await seats_of(desk.me.id, "invited"):
            case = found(await case_by_id(seat.case_id))
            names = [case.city.diseases[disease.code].name_zh for disease in await diseases(case)]
            (waiting if case.at is State.APPRAISING else paused).append(Invitation(seat, names))
        return desk.page(
            "staff/experts/opinions/index",
            waiting=waiting,
            paused=paused,
            given=await seats_of(desk.me.id, "given"),
        )


class OpinionController(Controller):
    """One opinion."""

    path = "/staff/opinions/{id:str}"
    opt = {"who": EXPERT}
    dependencies = {"desk": Provide(seat_desk)}

    @get()
    @shows_typed
    async def show(
        self, desk: NamedDependency[SeatDesk], file: FromQuery[int] = 1, leaf: FromQuery[int] = 1
    ) -> Response[bytes]:
        """Show the papers and the criteria, or the opinion if it is given."""
        return await opinion_page(desk, {}, file=file, leaf=leaf)

    @get("/files/{number:int}/pages/{leaf:int}")
    async def picture(
        self, desk: NamedDependency[SeatDesk], number: FromPath[int], leaf: FromPath[int]
    ) -> Response[bytes]:
        """Show one page of a medical paper, and log the view."""
        papers = await medical(desk.case)
        if not (desk.reads and 1 <= number <= len(papers)):
            raise NotFound
        document = papers[number - 1].file
        await audit.note(
            actor=desk.me.id,
            role="expert",
            act="read_document",
            thing=f"document:{document.id}",
            about=desk.case.person,
        )
        try:
            content = await pages.picture(document, leaf)
        except IndexError as error:
            raise NotFound from error
        return file_answer(content, "image/jpeg", f"{number}-{leaf}.jpg")

    @post()
    @keeps_typed
    async def give(self, desk: NamedDependency[SeatDesk]) -> Response[bytes]:
        """Give the opinion; the last required one sends the case to the approver."""
        if not desk.waits:
            raise Stale(GONE)
        opinions, errors = await read(desk.form, desk.case)
        if errors:
            return await opinion_page(desk, errors)
        await opinion.give(desk.seat, desk.me.id, opinions)
        return see_other(desk.home)

    @post("/recusal")
    async def recuse(self, desk: NamedDependency[SeatDesk]) -> Response[bytes]:
        """Step back because of a conflict of interest."""
        reason = desk.form["reason"]
        if reason not in RECUSALS:
            return await opinion_page(desk, {"reason": "请选回避的原因。"})
        await panel.recuse(desk.seat, desk.me.id, reason)
        return see_other(HOME)


async def read(form: Form, case: Case) -> tuple[dict[str, Opinion], dict[str, str]]:
    """Return ``{disease: opinion}`` of a posted form, and its errors by field."""
    opinions: dict[str, Opinion] = {}
    errors: dict[str, str] = {}
    for disease in await diseases(case):
        given, wrong = read_one(form, case, disease)
        errors |= wrong
        if given:
            opinions[disease.code] = given
    if form["independent"] != "yes":
        errors["independent"] = "请确认没有利害关系，独立鉴定。"
    return opinions, errors


def read_one(form: Form, case: Case, disease: Decided) -> tuple[Opinion | None, dict[str, str]]:
    """Return the opinion on one disease, or None with its errors by field."""
    code = disease.code
    findings: dict[int, Finding] = {}
    errors: dict[str, str] = {}
    for number, _ in case.city.criteria[code].numbered():
        name = f"finding-{code}-{number}"
        if form[name] in FINDINGS:
            findings[number] = cast(Finding, form[name])
        else:
            errors[name] = "请选这一条符合、不符合还是材料不足。"
    verdict = form[f"verdict-{code}"]
    if verdict not in get_args(Verdict):
        errors[f"verdict-{code}"] = "请选总的意见。"
    if errors:
        return None, errors
    given = Opinion(findings, cast(Verdict, verdict), form[f"words-{code}"].strip()[:WORDS])
    try:
        opinion.check(case, code, given)
    except WordsNeeded:
        return None, {f"words-{code}": "总的意见和各条对不上，请写明为什么。"}
    return given, {}


async def opinion_page(desk: SeatDesk, errors: dict[str, str], *, file: int = 1, leaf: int = 1) -> Response[bytes]:
    """Return the page of one opinion, with *leaf* of the paper number *file* open."""
    codes = [disease.code for disease in await diseases(desk.case)]
    about: list[tuple[Disease, Criteria]] = [(desk.region.diseases[code], desk.region.criteria[code]) for code in codes]
    return desk.page(
        "staff/experts/opinions/show",
        errors,
        seat=desk.seat,
        home=desk.home,
        waits=desk.waits,
        said=opinion.opinion_of(desk.seat),
        diseases=about,
        rows=[(label, shown) for _, label, shown in STEPS["diagnosis"].rows(answers_of(desk.case), desk.region)],
        reading=await reading(desk, file, leaf),
        findings=FINDINGS,
        verdicts=VERDICTS,
        recusals=RECUSALS,
        form=desk.form,
        independent=desk.form["independent"] == "yes",
    )


async def reading(desk: SeatDesk, file: int, leaf: int) -> Reading | None:
    """Return the requested page, or the nearest existing one; None if the expert may not read papers."""
    papers = await medical(desk.case) if desk.reads else []
    if not papers:
        return None
    at = min(max(file, 1), len(papers))
    return Reading(papers, at, min(max(leaf, 1), papers[at - 1].file.pages))
