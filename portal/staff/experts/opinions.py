"""``/staff/opinions``: an expert's list, and one opinion: medical papers and criteria, never who the person is."""

from typing import Any, cast, get_args

import msgspec
from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, FromQuery

from portal.accounts.staff import Member
from portal.cases.experts import panel
from portal.cases.experts.seats import RECUSALS, Seat, seats_of
from portal.cases.life.case import Case, answers_of, case_by_id
from portal.cases.life.moves import NotAllowed, State
from portal.cases.papers.papers import medical
from portal.cases.result import opinion
from portal.cases.result.decision import Decided, diseases
from portal.cases.result.opinion import FINDINGS, VERDICTS, Opinion, Verdict, WordsNeeded
from portal.core.store import audit
from portal.core.tools import clock
from portal.core.tools.errors import Stale, found
from portal.core.web.forms import Form
from portal.core.web.pages import file_answer, page, see_other
from portal.core.web.sessions import form_of
from portal.documents import pages
from portal.questions.catalogue import STEPS
from portal.regions.criteria import Finding
from portal.regions.load import REGIONS
from portal.staff.shared.mine import Asked, member
from portal.staff.shared.nav import Nav, links

EXPERT = ("expert",)
WORDS = 1000
GONE = "这份鉴定已经交了，或者不再需要。没有保存这一次的内容。"


class MySeat(msgspec.Struct, frozen=True):
    """An expert's own place on the panel of a case."""

    me: Member
    seat: Seat
    case: Case

    @property
    def home(self) -> str:
        """Where the opinion is given."""
        return f"/staff/opinions/{self.seat.id}"

    @property
    def waits(self) -> bool:
        """Whether the opinion can be given now."""
        return self.seat.open and self.case.at is State.APPRAISING


async def seat_named(id: FromPath[str], request: Asked) -> MySeat:
    """Return the expert's own place in the address, or 404."""
    me = await member(request)
    seat = found(await opinion.place_named(id, me.id))
    return MySeat(me, seat, found(await case_by_id(seat.case_id)))


class OpinionsController(Controller):
    """What waits for an expert."""

    path = "/staff/opinions"
    opt = {"who": EXPERT, "nav": Nav("专家鉴定")}
    dependencies = {"me": Provide(member)}

    @get()
    async def index(self, request: Request[Any, Any, Any], me: NamedDependency[Member]) -> Response[bytes]:
        """Show the invitations by due day, then what was given."""
        rows = [(seat, found(await case_by_id(seat.case_id))) for seat in await seats_of(me.id, "invited")]
        return page(
            request,
            "staff/experts/opinions/index",
            region=REGIONS[me.region],
            me=me,
            links=links(request, me),
            waiting=[(seat, await _names(case)) for seat, case in rows if case.at is State.APPRAISING],
            paused=[(seat, await _names(case)) for seat, case in rows if case.at is not State.APPRAISING],
            given=await seats_of(me.id, "given"),
            today=clock.today(),
        )


async def _names(case: Case) -> list[str]:
    return [case.city.diseases[one.code].name_zh for one in await diseases(case)]


class OpinionController(Controller):
    """One opinion."""

    path = "/staff/opinions/{id:str}"
    opt = {"who": EXPERT}
    dependencies = {"mine": Provide(seat_named)}

    @get()
    async def show(
        self,
        request: Request[Any, Any, Any],
        mine: NamedDependency[MySeat],
        file: FromQuery[int] = 1,
        leaf: FromQuery[int] = 1,
    ) -> Response[bytes]:
        """Show the papers and the criteria; once given, what was said."""
        return await opinion_page(request, mine, Form(), {}, file=file, leaf=leaf)

    @get("/files/{number:int}/pages/{leaf:int}")
    async def picture(
        self, mine: NamedDependency[MySeat], number: FromPath[int], leaf: FromPath[int]
    ) -> Response[bytes]:
        """Show one page of a medical paper, and note who looked."""
        papers = await medical(mine.case)
        if not (mine.seat.state in ("invited", "given") and 1 <= number <= len(papers)):
            found(None)
        document = papers[number - 1].file
        await audit.note(
            actor=mine.me.id,
            role="expert",
            act="read_document",
            thing=f"document:{document.id}",
            about=mine.case.person,
        )
        try:
            content = await pages.picture(document, leaf)
        except IndexError:
            content = found(None)
        return file_answer(content, "image/jpeg", f"{number}-{leaf}.jpg")

    @post()
    async def give(self, request: Request[Any, Any, Any], mine: NamedDependency[MySeat]) -> Response[bytes]:
        """Give the opinion; the last one needed sends the case on."""
        form = form_of(request)
        if not mine.waits:
            raise Stale(GONE)
        opinions, errors = await read(form, mine.case)
        if errors:
            return await opinion_page(request, mine, form, errors)
        try:
            await opinion.give(mine.seat, mine.me.id, opinions)
        except NotAllowed as error:
            raise Stale(GONE) from error
        return see_other(mine.home)

    @post("/recusal")
    async def recuse(self, request: Request[Any, Any, Any], mine: NamedDependency[MySeat]) -> Response[bytes]:
        """Step back because of a conflict of interest."""
        form = form_of(request)
        if form["why"] not in RECUSALS:
            return await opinion_page(request, mine, form, {"why": "请选回避的原因。"})
        try:
            await panel.recuse(mine.seat, mine.me.id, form["why"])
        except NotAllowed as error:
            raise Stale(GONE) from error
        return see_other("/staff/opinions")


async def read(form: Form, case: Case) -> tuple[dict[str, Opinion], dict[str, str]]:
    """Return the opinions in a posted form by disease, and what is wrong with it."""
    opinions: dict[str, Opinion] = {}
    errors: dict[str, str] = {}
    for one in await diseases(case):
        found_, wrong = _read_one(form, case, one)
        opinions |= {one.code: found_} if found_ else {}
        errors |= wrong
    if form["independent"] != "yes":
        errors["independent"] = "请确认没有利害关系，独立鉴定。"
    return opinions, errors


def _read_one(form: Form, case: Case, disease: Decided) -> tuple[Opinion | None, dict[str, str]]:
    code, errors = disease.code, {}
    findings: dict[int, Finding] = {}
    for number, _ in case.city.criteria[code].numbered():
        name = f"finding-{code}-{number}"
        if form[name] in FINDINGS:
            findings[number] = cast(Finding, form[name])
        else:
            errors[name] = "请选这一条符合、不符合还是材料不足。"
    if form[f"verdict-{code}"] not in get_args(Verdict):
        errors[f"verdict-{code}"] = "请选总的意见。"
    if errors:
        return None, errors
    made = Opinion(findings, cast(Verdict, form[f"verdict-{code}"]), form[f"words-{code}"].strip()[:WORDS])
    try:
        opinion.check(case, code, made)
    except WordsNeeded:
        return None, {f"words-{code}": "总的意见和各条对不上，请写明为什么。"}
    return made, {}


async def opinion_page(
    request: Request[Any, Any, Any],
    mine: MySeat,
    form: Form,
    errors: dict[str, str],
    *,
    file: int = 1,
    leaf: int = 1,
) -> Response[bytes]:
    """Return the page of one opinion."""
    case, answers = mine.case, answers_of(mine.case)
    papers = await medical(case) if mine.seat.state in ("invited", "given") else []
    chosen = papers[min(max(file, 1), len(papers)) - 1] if papers else None
    return page(
        request,
        "staff/experts/opinions/show",
        status=422 if errors else 200,
        region=case.city,
        me=mine.me,
        links=links(request, mine.me),
        seat=mine.seat,
        home=mine.home,
        waits=mine.waits,
        said=opinion.opinion_of(mine.seat),
        diseases=[(case.city.diseases[one.code], case.city.criteria[one.code]) for one in await diseases(case)],
        rows=[(label, shown) for _, label, shown in STEPS["diagnosis"].rows(answers, case.city)],
        papers=papers,
        chosen=chosen,
        at=papers.index(chosen) + 1 if chosen else 0,
        leaf=min(max(leaf, 1), chosen.file.pages) if chosen else 1,
        findings=FINDINGS,
        verdicts=VERDICTS,
        recusals=RECUSALS,
        form=form,
        errors=errors,
    )
