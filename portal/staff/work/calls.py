"""``/staff/calls``, ``/staff/cases/{no}/call``: calls to people whom no message reached, and their outcome."""

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency, Provide

from portal.accounts.person import masked_phone, person
from portal.cases.desk import calls
from portal.cases.desk.calls import Call
from portal.cases.life.case import Case, answers_of, case_by_id
from portal.core.tools.errors import Stale, found
from portal.core.web.pages import see_other
from portal.staff.shared.desk import CaseDesk, Desk, at_desk, case_of_city

CALLERS = ("reviewer", "supervisor")
HOME = "/staff/calls"
WHY = {calls.FAILED: "短信没有送到", calls.UNREAD: "补正提醒没有送到，也没有人看"}
OUTCOMES = {calls.REACHED: "打通了，说清楚了", calls.MISSED: "打过了，没有打通"}


class Waiting(msgspec.Struct, frozen=True):
    """A call that waits, and its case."""

    call: Call
    case: Case

    @property
    def why(self) -> str:
        """Why somebody must be called, in words."""
        return WHY[self.call.why]


class CallsController(Controller):
    """The calls that wait in one's city."""

    path = HOME
    opt = {"who": CALLERS}
    dependencies = {"desk": Provide(at_desk)}

    @get()
    async def index(self, desk: NamedDependency[Desk]) -> Response[bytes]:
        """Show them, oldest first."""
        waiting = [Waiting(call, found(await case_by_id(call.case_id))) for call in await calls.waiting(desk.me.region)]
        return desk.page("staff/work/calls/index", waiting=waiting)


class CallController(Controller):
    """The call about one case."""

    path = "/staff/cases/{no:str}/call"
    opt = {"who": CALLERS}
    dependencies = {"desk": Provide(case_of_city)}

    @get()
    async def show(self, desk: NamedDependency[CaseDesk]) -> Response[bytes]:
        """Show the person to call, and the reason."""
        return await call_page(desk, {})

    @post()
    async def write_down(self, desk: NamedDependency[CaseDesk]) -> Response[bytes]:
        """Record the outcome of the call."""
        outcome = desk.form["outcome"]
        if outcome not in OUTCOMES:
            return await call_page(desk, {"outcome": "请选打通了没有。"})
        if not await calls.write_down(desk.case, desk.me.id, outcome):
            raise Stale("这个电话已经有人打过，记下来了。")
        return see_other(HOME)


async def call_page(desk: CaseDesk, errors: dict[str, str]) -> Response[bytes]:
    """Return the page of a call; 404 when the case waits for none."""
    return desk.page(
        "staff/work/calls/show",
        errors,
        case=desk.case,
        waiting=Waiting(found(await calls.waiting_for(desk.case)), desk.case),
        who=found(await person(desk.case.person)),
        phone=masked_phone(answers_of(desk.case).get("mobile", "")),
        outcomes=OUTCOMES,
    )
