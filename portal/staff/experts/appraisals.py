"""``/staff/cases/{no}/appraisals``: ask experts, see who answered, remind, replace, add a third."""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath

from portal.accounts.staff import Member
from portal.accounts.staff import member as member_by_id
from portal.cases.experts import experts, panel
from portal.cases.experts.seats import Seat, seated, seats
from portal.cases.life.case import Case
from portal.cases.life.moves import NotAllowed, Role, State
from portal.cases.result import opinion
from portal.cases.result.decision import diseases
from portal.cases.result.opinion import FINDINGS, VERDICTS, opinion_of
from portal.core.tools import clock
from portal.core.tools.errors import Stale, found
from portal.core.web.pages import page, see_other
from portal.core.web.sessions import form_of
from portal.staff.casework.case import seen, who_moved
from portal.staff.shared.mine import CASEWORK, acting, case_named, member
from portal.staff.shared.nav import links

WORDS = 500
REVIEWER = ("reviewer",)


class AppraisalsController(Controller):
    """The panel of one case."""

    path = "/staff/cases/{no:str}/appraisals"
    opt = {"who": CASEWORK}
    dependencies = {"me": Provide(member), "case": Provide(case_named)}

    @get()
    async def show(
        self, request: Request[Any, Any, Any], case: NamedDependency[Case], me: NamedDependency[Member]
    ) -> Response[bytes]:
        """Show the panel, the opinions that are in, and who else may be asked."""
        return await panel_page(request, case, me, [], {})

    @post(opt={"who": REVIEWER})
    async def invite(
        self, request: Request[Any, Any, Any], case: NamedDependency[Case], me: NamedDependency[Member]
    ) -> Response[bytes]:
        """Ask the chosen experts: a whole panel at first, one more later."""
        form = form_of(request)
        seen(case, form["row_version"])
        chosen = form.all("expert")
        try:
            if case.at is State.REVIEWING:
                await panel.invite(case, acting(me, Role.REVIEWER), chosen)
            elif len(chosen) == 1:
                await panel.add(case, acting(me, Role.REVIEWER), chosen[0])
            else:
                return await panel_page(request, case, me, chosen, {"expert": "请选一位专家。"})
        except panel.TooFew:
            return await panel_page(request, case, me, chosen, {"expert": "请的专家不够，请再选。"})
        except panel.Conflicted as why:
            return await panel_page(request, case, me, chosen, {"expert": why.args[0]})
        except NotAllowed as error:
            raise Stale(await who_moved(case)) from error
        return see_other(f"/staff/cases/{case.number}/appraisals")

    @post("/conclusion", opt={"who": REVIEWER})
    async def conclude(
        self, request: Request[Any, Any, Any], case: NamedDependency[Case], me: NamedDependency[Member]
    ) -> Response[bytes]:
        """Send a case that came back from the approver on again, with an answer."""
        form = form_of(request)
        seen(case, form["row_version"])
        why = form["why"].strip()[:WORDS]
        if not why:
            return await panel_page(request, case, me, [], {"why": "请写给审批人看的说明。"})
        try:
            await opinion.conclude_again(case, acting(me, Role.REVIEWER), why)
        except NotAllowed as error:
            raise Stale(await who_moved(case)) from error
        return see_other(f"/staff/cases/{case.number}")

    @post("/{id:str}", opt={"who": REVIEWER})
    async def change(
        self,
        request: Request[Any, Any, Any],
        case: NamedDependency[Case],
        me: NamedDependency[Member],
        id: FromPath[str],
    ) -> Response[bytes]:
        """Remind, revoke or replace one expert."""
        form = form_of(request)
        seen(case, form["row_version"])
        old = found({one.id: one for one in await seats(case.id)}.get(id))
        try:
            await _change(case, me, old, form["action"], form["expert"])
        except panel.Conflicted as why:
            return await panel_page(request, case, me, [], {f"replace-{id}": why.args[0]})
        except NotAllowed as error:
            raise Stale(await who_moved(case)) from error
        return see_other(f"/staff/cases/{case.number}/appraisals")


async def _change(case: Case, me: Member, old: Seat, action: str, staff: str) -> None:
    by = acting(me, Role.REVIEWER)
    match action:
        case "remind":
            await panel.remind(case, by, old)
        case "revoke":
            await panel.revoke(case, by, old)
        case "replace":
            await panel.replace(case, by, old, staff)
        case _:
            found(None)


async def panel_page(
    request: Request[Any, Any, Any], case: Case, me: Member, chosen: list[str], errors: dict[str, str]
) -> Response[bytes]:
    """Return the page of the panel."""
    region, everybody = case.city, await seats(case.id)
    known = await diseases(case)
    stands = opinion.split(case, everybody, [one.code for one in known])
    may_change = case.at is State.APPRAISING and me.has("reviewer")
    may_invite = case.at is State.REVIEWING and bool(region.rules.experts.required) and me.has("reviewer")
    return page(
        request,
        "staff/experts/appraisals/show",
        status=422 if errors else 200,
        region=region,
        me=me,
        links=links(request, me),
        case=case,
        panel=[(seat, await member_by_id(seat.expert), opinion_of(seat)) for seat in everybody],
        diseases=[(region.diseases[one.code], region.criteria[one.code]) for one in known],
        stands=stands,
        short=may_change and len(seated(everybody)) < stands.needed,
        candidates=await experts.candidates(case) if may_change or may_invite else [],
        may_change=may_change,
        may_invite=may_invite,
        required=region.rules.experts.required,
        due=region.calendar.add(clock.today(), region.rules.experts.opinion_workdays),
        chosen=chosen,
        findings=FINDINGS,
        verdicts=VERDICTS,
        errors=errors,
    )
