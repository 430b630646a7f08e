"""``/staff/queue``: the cases of one's city by remaining time; filters are the address."""

from collections.abc import Mapping
from datetime import date
from typing import Any, cast, get_args
from urllib.parse import urlencode

import msgspec
from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency, Provide

from portal.accounts.person import masked_name, person
from portal.accounts.staff import Member
from portal.cases.desk import allotment, search, tally
from portal.cases.desk.search import OPEN, PAGE, View, Wanted
from portal.cases.life.case import Case, answers_of, case_by_number, clock_on, history
from portal.cases.life.deadlines import Clock
from portal.cases.life.number import read_number
from portal.cases.life.words import KINDS
from portal.core.tools import clock
from portal.core.tools.errors import Stale
from portal.core.tools.i18n import Said
from portal.core.web.forms import Form, clean
from portal.core.web.pages import page, see_other
from portal.core.web.sessions import form_of
from portal.questions.rules import day
from portal.regions.load import REGIONS
from portal.staff.shared.mine import CASEWORK, member
from portal.staff.shared.nav import Nav, links

VIEWS: dict[View, str] = {
    "open": "在办",
    "mine": "我的",
    "free": "待认领",
    "today": "今日到期",
    "late": "已逾期",
    "correction": "待补正",
    "experts": "待专家",
    "approval": "待审批",
    "ended": "已办结",
}
FILTERS = ("view", "state", "member", "disease", "q")
GONE = "没有还没人认领的办件了。"


class QueueController(Controller):
    """The cases of one's city."""

    path = "/staff/queue"
    opt = {"who": CASEWORK, "nav": Nav("办件队列")}
    dependencies = {"me": Provide(member)}

    @get()
    async def index(self, request: Request[Any, Any, Any], me: NamedDependency[Member]) -> Response[bytes]:
        """Show one page of a view."""
        return await queue_page(request, me, {})

    @post("/next", opt={"who": ("reviewer",)})
    async def next(self, request: Request[Any, Any, Any], me: NamedDependency[Member]) -> Response[bytes]:
        """Take the most urgent case that nobody has."""
        form_of(request)
        case = await allotment.take_next(me.region, me.id)
        if case is None:
            raise Stale(GONE)
        return see_other(f"/staff/cases/{case.number}")

    @post("/assignment", opt={"who": ("supervisor",)})
    async def assign(self, request: Request[Any, Any, Any], me: NamedDependency[Member]) -> Response[bytes]:
        """Give the ticked cases to a member of the city; what somebody else changed meanwhile is told."""
        form = form_of(request)
        seats = {seat.id: seat for seat in await allotment.seats(me.region)}
        errors = {}
        if not form.all("case"):
            errors["case"] = "请先勾选办件。"
        if form["member"] not in seats:
            errors["member"] = "请选要分派给谁。"
        if errors:
            return await queue_page(request, me, errors, form)
        missed = [number for number in form.all("case") if not await given(number, form, me)]
        if missed:
            raise Stale(Said("有 {n} 件刚才有了变化，没有分派。其他的已经分派好了。", n=len(missed)))
        return see_other(f"/staff/queue?{urlencode({'view': form['view'] or 'open'})}")


async def given(field: str, form: Form, me: Member) -> bool:
    """Give one ticked case, ``number.whose it was``, and return whether it was still so."""
    number, _, seen = field.partition(".")
    case = await case_by_number(read_number(number))
    if case is None or case.region != me.region or case.assigned_to != seen:
        return False
    return await allotment.give(case, form["member"], by=me.id)


async def queue_page(
    request: Request[Any, Any, Any], me: Member, errors: Mapping[str, str], form: Form | None = None
) -> Response[bytes]:
    """Return the page of the queue that the address, or a refused form, asks for."""
    asked = {name: clean((form or request.query_params).get(name, "")).strip()[:60] for name in FILTERS}
    region, today = REGIONS[me.region], clock.today()
    asked["view"] = asked["view"] if asked["view"] in get_args(View) else "open"
    wanted = Wanted(
        region=region.id,
        view=cast(View, asked["view"]),
        me=me.id,
        today=today,
        number=asked["q"],
        state=asked["state"],
        member=asked["member"],
        disease=asked["disease"],
        after=place_in(request.query_params.get("after", "")),
    )
    found = await search.queue(wanted)
    last = found[PAGE - 1] if len(found) > PAGE else None
    seats = await allotment.seats(region.id)
    return page(
        request,
        "staff/work/queue/index",
        status=422 if errors else 200,
        region=region,
        me=me,
        links=links(request, me),
        views=VIEWS,
        asked=asked,
        states=OPEN,
        seats=seats,
        names={seat.id: seat.name for seat in seats},
        counts=await tally.counts(region.id, me.id, today),
        rows=[await queue_row(case) for case in found[:PAGE]],
        further=address(asked, "{}.{}".format(*search.place(last))) if last else "",
        same=address(asked),
        ticked=form.all("case") if form else [],
        errors=errors,
        now=clock.now(),
    )


def address(asked: Mapping[str, str], after: str = "") -> str:
    """Return the address of the queue with these filters: it can be kept and sent to a colleague."""
    return "/staff/queue?" + urlencode(
        {**{name: text for name, text in asked.items() if text}, **({"after": after} if after else {})}
    )


def place_in(after: str) -> tuple[date, str] | None:
    """Return the place in the queue that an address names, or nothing when it names none."""
    due, _, id = clean(after).partition(".")
    found = day(due)
    return (found, id) if found and id else None


class Row(msgspec.Struct, frozen=True):
    """A case as a line of the queue; *kind* is that of the mark beside the time that *remaining* says."""

    case: Case
    name: str
    about: str
    label: str
    kind: str
    remaining: str

    def may_be_claimed_by(self, me: Member) -> bool:
        """Return whether *me* may take it: nobody has it, and it is not ended."""
        return not self.case.assigned_to and not self.case.ended and me.has("reviewer")


async def queue_row(case: Case) -> Row:
    """Return what the queue shows of a case."""
    who = await person(case.person)
    disease = case.city.diseases.get(answers_of(case).get("disease", ""))
    about = disease.name_zh if disease else ""
    kind, remaining = remaining_time(case, clock_on(case, await history(case)))
    return Row(
        case=case,
        name=masked_name(who.name) if who else "",
        about=Said("{disease}（{kind}）", disease=about, kind=KINDS[case.kind]) if case.kind in KINDS else about,
        label=case.city.label(case.state),
        kind=kind,
        remaining=remaining,
    )


def remaining_time(case: Case, ticking: Clock) -> tuple[str, str]:
    """Return how much working time is left, as the kind of a mark and in words."""
    if case.ended:
        return "done", "已办结"
    if ticking.due is None:
        return "wait", "已停，等补正"
    today, between = clock.today(), case.city.calendar.between
    if ticking.late(today):
        return "late", Said("已逾期 {n} 个工作日", n=between(ticking.due, today))
    left = between(today, ticking.due)
    return _urgency(left), Said("剩 {n} 个工作日", n=left)


def _urgency(left: int) -> str:
    return "yours" if left <= 1 else "now"
