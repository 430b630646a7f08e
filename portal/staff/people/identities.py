"""``/staff/identities``: identities the machine was not sure of; looked at, then passed or refused."""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath

from portal.accounts import checks
from portal.accounts.checks import Check
from portal.accounts.person import masked_name, masked_number, phone_number
from portal.accounts.register import Unreachable, register
from portal.accounts.staff import Member
from portal.core.store import audit
from portal.core.tools.errors import Stale, found
from portal.core.web.pages import page, see_other
from portal.core.web.sessions import form_of
from portal.questions.identity import LABELS
from portal.regions.load import REGIONS
from portal.staff.shared.mine import member
from portal.staff.shared.nav import Nav, links

GONE = "这件刚才已经有人处理过了，或者这个证件号已经另外注册了。请回列表看最新的情况。"


class IdentitiesController(Controller):
    """What waits, and one of them."""

    path = "/staff/identities"
    opt = {"who": ("reviewer", "supervisor"), "nav": Nav("身份核对")}
    dependencies = {"me": Provide(member)}

    @get()
    async def index(self, request: Request[Any, Any, Any], me: NamedDependency[Member]) -> Response[bytes]:
        """Show what waits in one's city, masked."""
        waiting = await checks.open_in(me.region)
        rows = [(one, masked_name(one.claim.name), masked_number(one.claim.id_number)) for one in waiting]
        return page(
            request,
            "staff/people/identities/index",
            region=REGIONS[me.region],
            me=me,
            links=links(request, me),
            rows=rows,
        )

    @get("/{id:str}")
    async def show(
        self, request: Request[Any, Any, Any], me: NamedDependency[Member], id: FromPath[str]
    ) -> Response[bytes]:
        """Show what was typed beside what the register says, and note who looked."""
        check = found(await checks.check_in(id, me.region))
        thing = f"identity_check:{check.id}"
        await audit.note(actor=me.id, role="staff", act="read_identity", thing=thing, about=check.person)
        return await check_page(request, me, check, {})

    @post("/{id:str}")
    async def settle(
        self, request: Request[Any, Any, Any], me: NamedDependency[Member], id: FromPath[str]
    ) -> Response[bytes]:
        """Pass it, or refuse it with a reason."""
        check, form = found(await checks.check_in(id, me.region)), form_of(request)
        refused = form["action"] == "refuse"
        reason = form["reason"] if refused else ""
        if refused and reason not in checks.REASONS:
            return await check_page(request, me, check, {"reason": "请选一条不通过的理由。"})
        if not await checks.settle(check, by=me.id, role="staff", region=REGIONS[me.region], reason=reason):
            raise Stale(GONE)
        return see_other("/staff/identities")


async def check_page(
    request: Request[Any, Any, Any], me: Member, check: Check, errors: dict[str, str]
) -> Response[bytes]:
    """Return the page of one check."""
    try:
        record = await register().find(check.claim.id_number)
    except Unreachable:
        record = None
    return page(
        request,
        "staff/people/identities/show",
        status=422 if errors else 200,
        region=REGIONS[me.region],
        me=me,
        links=links(request, me),
        check=check,
        document=LABELS[check.claim.id_type],
        phone=await phone_number(check.phone),
        record=record,
        reasons=checks.REASONS,
        errors=errors,
    )
