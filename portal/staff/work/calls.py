"""``/staff/calls``, ``/staff/cases/{no}/call``: calls to people whom no message or letter reached."""

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency, Provide

from portal.accounts.person import masked_phone, person
from portal.cases.desk import calls
from portal.cases.desk.calls import Call
from portal.cases.life.case import Case, answers_of, case_by_id
from portal.cases.mail import delivery
from portal.cases.mail.acts import Hand
from portal.cases.mail.delivery import WHERE, By
from portal.cases.mail.envelopes import Address
from portal.core.tools.errors import Stale, found
from portal.core.tools.machine import NotAllowed
from portal.core.web.pages import see_other
from portal.staff.shared.desk import CaseDesk, Desk, at_desk, case_of_city

CALLERS = ("reviewer", "supervisor")
HOME = "/staff/calls"
DONE = "这个电话已经有人打过，记下来了。"
TELL = "请告诉申请人办到哪一步了、要做什么、最晚哪天。"
ASK_ADDRESS = "请打电话问收件地址，填在下面，信就会寄出。"
# Why somebody must be called, and what to do.
WHY = {
    calls.FAILED: ("短信没有送到", TELL),
    calls.UNREAD: ("补正提醒没有送到，也没有人看", TELL),
    calls.UNTOLD: ("没有手机号，短信发不出", TELL),
    delivery.NO_ADDRESS: ("结果没有地址可寄", ASK_ADDRESS),
    delivery.NOT_WANTED: ("申请人取消了邮寄，结果还没有送到", ASK_ADDRESS),
    delivery.NO_POST: ("没有同意网上收结果，这里又不邮寄", "请打电话约好，把文书当面交给本人，请本人签收。"),
    delivery.CAME_BACK: ("信被退回来了", "请打电话问对的地址，到“邮寄”里改好，再寄一次。"),
    delivery.LOST: ("申请人说没有收到信", "请查运单，打电话问清楚，到“邮寄”里再寄一次。"),
    delivery.AGAIN: (
        "又有新的文书，前一封信已经打印或者寄出",
        "前一封登记签收以后，新的一封会自动排上。退回了，请改地址再寄。",
    ),
}
OUTCOMES = {calls.REACHED: "打通了，说清楚了", calls.MISSED: "打过了，没有打通"}
# A letter is not served by a word on the telephone.
ABOUT_A_LETTER = {calls.MISSED: "打过了，没有打通，以后再打", calls.HANDED: "文书当面交给了本人，本人签收了"}


class Waiting(msgspec.Struct, frozen=True):
    """A call that waits, and its case."""

    call: Call
    case: Case

    @property
    def why(self) -> str:
        """Why somebody must be called, in words."""
        return WHY[self.call.why][0]

    @property
    def to_do(self) -> str:
        """What to do, in words."""
        return WHY[self.call.why][1]

    @property
    def wants_address(self) -> bool:
        """Whether an address that is written down here orders the envelope."""
        return self.call.wants_address

    @property
    def outcomes(self) -> dict[str, str]:
        """What may come of the call."""
        return ABOUT_A_LETTER if self.call.about_a_letter else OUTCOMES


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
        call = await calls.waiting_for(desk.case)
        if call is None:
            raise Stale(DONE)
        if outcome not in Waiting(call, desk.case).outcomes:
            return await call_page(desk, {"outcome": "请选打通了没有。"})
        if not await calls.write_down(desk.case, desk.me.id, outcome):
            raise Stale(DONE)
        return see_other(HOME)

    @post("/address")
    async def order(self, desk: NamedDependency[CaseDesk]) -> Response[bytes]:
        """Write the address down that was given by telephone, and order the envelope."""
        call = await calls.waiting_for(desk.case)
        if call is None or not call.wants_address:
            raise Stale(DONE)
        typed = {question.name: question.read(desk.form) for question in WHERE}
        errors = delivery.errors_in(typed, desk.case)
        if errors:
            return await call_page(desk, errors)
        try:
            await delivery.order(desk.case, msgspec.convert(typed, Address), By(desk.me.id, Hand.CLERK, "staff"))
        except NotAllowed as error:
            raise Stale(DONE) from error
        return see_other(HOME)


async def call_page(desk: CaseDesk, errors: dict[str, str]) -> Response[bytes]:
    """Return the page of a call; 404 when the case waits for none."""
    mobile = answers_of(desk.case).get("mobile", "")
    return desk.page(
        "staff/work/calls/show",
        errors,
        case=desk.case,
        waiting=Waiting(found(await calls.waiting_for(desk.case)), desk.case),
        fields=[(question, question.read(desk.form)) for question in WHERE],
        who=found(await person(desk.case.person)),
        phone=masked_phone(mobile) if mobile else "",
    )
