"""``/staff/cases/{no}/claim``, ``/assignment`` and ``/access``: mine, somebody else's, or seen with a reason."""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency, Provide

from portal.accounts.staff import Member
from portal.accounts.staff import member as member_by_id
from portal.cases.desk import access, allotment, notes
from portal.cases.life.case import Case
from portal.core.tools.errors import NotFound, Stale
from portal.core.tools.i18n import Said
from portal.core.web.forms import Form
from portal.core.web.pages import page, see_other
from portal.core.web.sessions import form_of
from portal.staff.shared.mine import CASEWORK, case_named, case_of_city, member, whose
from portal.staff.shared.nav import links

REASON = "请写明原因，至少 {n} 个字。"
LONGEST = 300


class ClaimController(Controller):
    """``/staff/cases/{no}/claim``: this one is mine."""

    path = "/staff/cases/{no:str}/claim"
    opt = {"who": CASEWORK}
    dependencies = {"me": Provide(member), "case": Provide(case_named)}

    @post()
    async def claim(
        self, request: Request[Any, Any, Any], case: NamedDependency[Case], me: NamedDependency[Member]
    ) -> Response[bytes]:
        """Take a case that nobody has."""
        form_of(request)
        if not await allotment.claim(case, me.id) and case.assigned_to != me.id:
            raise Stale("这件刚被别的同事认领了。")
        return see_other(f"/staff/cases/{case.number}")


class AssignmentController(Controller):
    """``/staff/cases/{no}/assignment``: hand over, take over, put back."""

    path = "/staff/cases/{no:str}/assignment"
    opt = {"who": ("reviewer", "supervisor")}
    dependencies = {"me": Provide(member), "case": Provide(case_of_city)}

    @get()
    async def show(
        self, request: Request[Any, Any, Any], case: NamedDependency[Case], me: NamedDependency[Member]
    ) -> Response[bytes]:
        """Show who has it and to whom it can go."""
        if case.ended:
            raise NotFound
        return await assignment_page(request, case, me, Form(), {})

    @post()
    async def give(
        self, request: Request[Any, Any, Any], case: NamedDependency[Case], me: NamedDependency[Member]
    ) -> Response[bytes]:
        """Give it to somebody, with a reason that stays among the notes."""
        form, seats = form_of(request), await choices(case, me)
        to, why = form["member"] if form["member"] != "back" else "", form["why"].strip()[:LONGEST]
        errors = {}
        if not form["member"] or to not in seats:
            errors["member"] = "请选交给谁。"
        if len(why) < access.SHORTEST_REASON:
            errors["why"] = Said(REASON, n=access.SHORTEST_REASON)
        if errors:
            return await assignment_page(request, case, me, form, errors)
        act = "put_back" if not to else "take_over" if to == me.id else "assign"
        if form["seen"] != case.assigned_to or not await allotment.give(case, to, by=me.id, act=act, why=why):
            raise Stale(await whose(case))
        await notes.add(case, me.id, f"→ {seats[to]}: {why}")
        mine = to == me.id or me.has("supervisor")
        return see_other(f"/staff/cases/{case.number}" if mine else "/staff/queue?view=mine")


async def choices(case: Case, me: Member) -> dict[str, str]:
    """Return to whom *me* may give *case*: a supervisor and who has it to all, others only to themselves."""
    all_of_them = {seat.id: seat.name for seat in await allotment.seats(case.region) if seat.id != case.assigned_to}
    if me.has("supervisor") or case.assigned_to in ("", me.id):
        return {**all_of_them, **({"": "放回待认领"} if case.assigned_to else {})}
    return {me.id: me.name} if me.id in all_of_them else {}


async def assignment_page(
    request: Request[Any, Any, Any], case: Case, me: Member, form: Form, errors: dict[str, str]
) -> Response[bytes]:
    """Return the page that asks to whom a case goes."""
    return page(
        request,
        "staff/work/assignment/show",
        status=422 if errors else 200,
        region=case.city,
        me=me,
        links=links(request, me),
        case=case,
        assigned=await member_by_id(case.assigned_to),
        choices=await choices(case, me),
        form=form,
        errors=errors,
    )


class AccessController(Controller):
    """``/staff/cases/{no}/access``: why I look at somebody else's case."""

    path = "/staff/cases/{no:str}/access"
    opt = {"who": CASEWORK}
    dependencies = {"me": Provide(member), "case": Provide(case_of_city)}

    @get()
    async def ask(
        self, request: Request[Any, Any, Any], case: NamedDependency[Case], me: NamedDependency[Member]
    ) -> Response[bytes]:
        """Ask for the reason; who needs the case for their work is led on."""
        if await access.needs(me, case):
            return see_other(f"/staff/cases/{case.number}")
        return await access_page(request, case, me, "", {})

    @post()
    async def give(
        self, request: Request[Any, Any, Any], case: NamedDependency[Case], me: NamedDependency[Member]
    ) -> Response[bytes]:
        """Open it for an hour and keep the reason."""
        why = form_of(request)["why"].strip()[:LONGEST]
        if len(why) < access.SHORTEST_REASON:
            return await access_page(request, case, me, why, {"why": Said(REASON, n=access.SHORTEST_REASON)})
        await access.open_with_reason(me, case, why)
        return see_other(f"/staff/cases/{case.number}")


async def access_page(
    request: Request[Any, Any, Any], case: Case, me: Member, why: str, errors: dict[str, str]
) -> Response[bytes]:
    """Return the page that asks for the reason."""
    return page(
        request,
        "staff/work/assignment/access",
        status=422 if errors else 200,
        region=case.city,
        me=me,
        links=links(request, me),
        case=case,
        assigned=await member_by_id(case.assigned_to),
        may_take=me.has("reviewer") and not case.ended,
        why=why,
        errors=errors,
    )
