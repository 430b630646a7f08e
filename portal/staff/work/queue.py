"""``/staff/queue``: the cases of one's city by remaining time; filters are the address."""

from collections.abc import Mapping
from datetime import date
from typing import cast, get_args
from urllib.parse import urlencode

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency, Provide

from portal.accounts.staff import Member
from portal.cases.desk import allotment, search, tally
from portal.cases.desk.search import OPEN, PAGE, View, Wanted
from portal.cases.life.case import Case, case_by_number
from portal.cases.life.number import read_number
from portal.core.tools import clock
from portal.core.tools.errors import Stale
from portal.core.tools.i18n import Said
from portal.core.web.forms import Form, clean
from portal.core.web.pages import see_other
from portal.questions.rules import day
from portal.staff.shared.desk import CASEWORK, Desk, at_desk
from portal.staff.shared.nav import Nav
from portal.staff.work.row import VIEWS, Row, row

HOME = "/staff/queue"
LONGEST = 60  # characters of a filter
GONE = "没有还没人认领的办件了。"


class Filters(msgspec.Struct, frozen=True):
    """The filters in the address; an empty one does not filter."""

    view: View = "open"
    state: str = ""
    member: str = ""
    disease: str = ""
    q: str = ""  # an application number

    @property
    def title(self) -> str:
        """What the view is called."""
        return VIEWS[self.view]

    @property
    def address(self) -> str:
        """The address of the queue with these filters: it can be kept and sent to a colleague."""
        return self.after("")

    def after(self, place: str) -> str:
        """Return the address of the page that goes on after *place*."""
        named = {**msgspec.structs.asdict(self), "after": place}
        return f"{HOME}?{urlencode({name: text for name, text in named.items() if text})}"


class Listed(msgspec.Struct, frozen=True):
    """One page of the queue."""

    rows: list[Row]
    further: str  # the address of the next page, or an empty text on the last


class QueueController(Controller):
    """The cases of one's city."""

    path = HOME
    opt = {"who": CASEWORK, "nav": Nav("办件队列")}
    dependencies = {"desk": Provide(at_desk)}

    @get()
    async def index(self, desk: NamedDependency[Desk]) -> Response[bytes]:
        """Show one page of a view."""
        return await queue_page(desk, desk.request.query_params, {})

    @post("/next", opt={"who": ("reviewer",)})
    async def next(self, desk: NamedDependency[Desk]) -> Response[bytes]:
        """Claim the most urgent unassigned case."""
        case = await allotment.take_next(desk.me.region, desk.me.id)
        if case is None:
            raise Stale(GONE)
        return see_other(f"/staff/cases/{case.number}")

    @post("/assignment", opt={"who": ("supervisor",)})
    async def assign(self, desk: NamedDependency[Desk]) -> Response[bytes]:
        """Assign the ticked cases to a member; list those that somebody changed meanwhile."""
        form = desk.form
        seats = {seat.id for seat in await allotment.seats(desk.me.region)}
        errors = {}
        if not form.all("case"):
            errors["case"] = "请先勾选办件。"
        if form["member"] not in seats:
            errors["member"] = "请选要分派给谁。"
        if errors:
            return await queue_page(desk, form, errors)
        missed = [ticked for ticked in form.all("case") if not await give(ticked, form["member"], desk.me)]
        if missed:
            raise Stale(Said("有 {n} 件刚才有了变化，没有分派。其他的已经分派好了。", n=len(missed)))
        return see_other(f"{HOME}?{urlencode({'view': form['view'] or 'open'})}")


async def give(ticked: str, to: str, me: Member) -> bool:
    """Give one ticked case (`Row.ticked_as`) to a member. Return False if somebody changed it meanwhile."""
    number, _, whose = ticked.partition(".")
    case = await case_by_number(read_number(number))
    if case is None or case.region != me.region or case.assigned_to != whose:
        return False
    return await allotment.give(case, to, by=me.id)


async def queue_page(desk: Desk, asked: Mapping[str, str], errors: Mapping[str, str]) -> Response[bytes]:
    """Return the page of the queue that the address asks for, or the form that was refused."""
    filters = filters_in(asked)
    seats = await allotment.seats(desk.me.region)
    listed = await listed_by(filters, desk.me, place_in(desk.request.query_params.get("after", "")))
    return desk.page(
        "staff/work/queue/index",
        errors,
        views=VIEWS,
        filters=filters,
        states=OPEN,
        seats=seats,
        names={seat.id: seat.name for seat in seats},
        counts=await tally.counts(desk.me.region, desk.me.id, clock.today()),
        listed=listed,
        may_assign=desk.has("supervisor") and filters.view != "ended" and bool(listed.rows),
        ticked=asked.all("case") if isinstance(asked, Form) else [],
        now=clock.now(),
    )


def filters_in(asked: Mapping[str, str]) -> Filters:
    """Return the filters in an address or a form; an unknown view is that of the open cases."""
    texts = {name: clean(asked.get(name, "")).strip()[:LONGEST] for name in Filters.__struct_fields__}
    view = texts.pop("view")
    return Filters(cast(View, view) if view in get_args(View) else "open", **texts)


async def listed_by(filters: Filters, me: Member, after: tuple[date, str] | None) -> Listed:
    """Return the page of the queue after a place; None for the first page."""
    wanted = Wanted(
        region=me.region,
        view=filters.view,
        me=me.id,
        today=clock.today(),
        number=filters.q,
        state=filters.state,
        member=filters.member,
        disease=filters.disease,
        after=after,
    )
    cases = await search.queue(wanted)
    shown = cases[:PAGE]
    more = len(cases) > PAGE
    return Listed([await row(case) for case in shown], filters.after(place_of(shown[-1])) if more else "")


def place_of(case: Case) -> str:
    """Return the place of a case in the queue, for an address."""
    due, id = search.place(case)
    return f"{due}.{id}"


def place_in(after: str) -> tuple[date, str] | None:
    """Return the place in the queue that an address names, or None when it names none."""
    due, _, id = clean(after).partition(".")
    read = day(due)
    return (read, id) if read and id else None
