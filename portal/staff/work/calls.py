"""``/staff/calls``, ``/staff/cases/{no}/call``: whom to call because no message reached them, and what came of it."""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency, Provide

from portal.accounts.person import Person, masked_phone, person
from portal.accounts.staff import Member
from portal.cases.desk import calls
from portal.cases.life.case import Case, answers_of, case_by_id
from portal.core.tools.errors import Stale, found
from portal.core.web.pages import page, see_other
from portal.core.web.sessions import form_of
from portal.regions.load import REGIONS
from portal.staff.shared.mine import case_of_city, member
from portal.staff.shared.nav import links

CALLERS = ("reviewer", "supervisor")
WHY = {calls.FAILED: "短信没有送到", calls.UNREAD: "补正提醒没有送到，也没有人看"}
OUTCOMES = {calls.REACHED: "打通了，说清楚了", calls.MISSED: "打过了，没有打通"}


class CallsController(Controller):
    """The calls that wait in one's city."""

    path = "/staff/calls"
    opt = {"who": CALLERS}
    dependencies = {"me": Provide(member)}

    @get()
    async def index(self, request: Request[Any, Any, Any], me: NamedDependency[Member]) -> Response[bytes]:
        """Show them, the oldest first."""
        waiting = [(call, await case_by_id(call.case_id)) for call in await calls.waiting(me.region)]
        return page(
            request,
            "staff/work/calls/index",
            region=REGIONS[me.region],
            me=me,
            links=links(request, me),
            waiting=waiting,
            why=WHY,
        )


class CallController(Controller):
    """The call about one case."""

    path = "/staff/cases/{no:str}/call"
    opt = {"who": CALLERS}
    dependencies = {"me": Provide(member), "case": Provide(case_of_city)}

    @get()
    async def show(
        self, request: Request[Any, Any, Any], me: NamedDependency[Member], case: NamedDependency[Case]
    ) -> Response[bytes]:
        """Show whom to call and why."""
        return await call_page(request, me, case, {})

    @post()
    async def write_down(
        self, request: Request[Any, Any, Any], me: NamedDependency[Member], case: NamedDependency[Case]
    ) -> Response[bytes]:
        """Keep what came of it."""
        outcome = form_of(request)["outcome"]
        if outcome not in OUTCOMES:
            return await call_page(request, me, case, {"outcome": "请选打通了没有。"})
        if not await calls.write_down(case, me.id, outcome):
            raise Stale("这个电话已经有人打过，记下来了。")
        return see_other("/staff/calls")


async def call_page(request: Request[Any, Any, Any], me: Member, case: Case, errors: dict[str, str]) -> Response[bytes]:
    """Return the page of a call; 404 when the case waits for none."""
    who: Person = found(await person(case.person))
    return page(
        request,
        "staff/work/calls/show",
        status=422 if errors else 200,
        region=case.city,
        me=me,
        links=links(request, me),
        case=case,
        call=found(await calls.waiting_for(case)),
        who=who,
        phone=masked_phone(answers_of(case).get("mobile", "")),
        why=WHY,
        outcomes=OUTCOMES,
        errors=errors,
    )
