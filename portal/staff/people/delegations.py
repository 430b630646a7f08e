"""``/staff/delegations``: letters and proofs of relationship to verify, proxies of many people, reports."""

from typing import Any

import msgspec
from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath

from portal.accounts import delegation as delegations
from portal.accounts.delegation import ROUTES, SCOPES, Delegation, both
from portal.accounts.delegation_states import STATES
from portal.accounts.person import Person, person
from portal.accounts.staff import Member
from portal.accounts.staff import member as member_by_id
from portal.cases.apply import acting
from portal.cases.apply.acting import cases_under
from portal.cases.life.case import Case
from portal.cases.life.moves import Role
from portal.cases.papers import sent
from portal.core.store import audit
from portal.core.store.audit import Entry
from portal.core.tools import clock
from portal.core.tools.errors import BadRequest, Stale, found
from portal.core.web.pages import page, see_other
from portal.core.web.sessions import form_of
from portal.documents.keep import Document
from portal.questions.materials import names
from portal.regions.load import REGIONS, Region
from portal.staff.shared.mine import acting as staff_acting
from portal.staff.shared.mine import member
from portal.staff.shared.nav import Nav, links

# Why papers are not accepted; the last two put the proxy out at once.
REASONS = {
    "unreadable": "看不清，请重新拍照",
    "unsigned": "委托人没有签名或按手印",
    "wrong_person": "委托书上的人和申请里的不一样",
    "expired": "委托书过期了",
    "scope": "委托书没有写明办什么事",
    "identity": "缺委托人或代办人的身份证明",
    "no_relation": "看不出监护关系",
    "not_agreed": "委托人说没有委托",
    "fraud": "疑似冒用",
}
FOR_GOOD = ("not_agreed", "fraud")
PAPERS = ("authorization_letter", "relationship_proof", "identity", "proxy_identity", "guardian_identity")
DID = {
    "propose_delegation": "填写了委托",
    "offer_delegation": "请别人代办",
    "delegation_offered": "请代办人同意",
    "delegation_held": "等经办机构同意",
    "delegation_asked": "发短信请本人确认",
    "delegation_uploaded": "提交了委托材料",
    "delegation_active": "确认",
    "delegation_rejected": "没有通过",
    "delegation_refused": "不同意",
    "delegation_revoked": "结束",
    "delegation_expired": "到期",
    "delegation_proposed": "退回重新确认",
    "report_seen": "看过举报",
}


class AtDesk(msgspec.Struct, frozen=True):
    """A delegation of one's own city."""

    me: Member
    region: Region
    delegation: Delegation
    principal: Person
    proxy: Person


async def delegation_named(id: FromPath[str], request: Request[Any, Any, Any]) -> AtDesk:
    """Return the delegation in the address if it is of the member's city, or 404."""
    me = await member(request)
    known = await delegations.delegation(id)
    known = found(known if known and known.region == me.region else None)
    return AtDesk(me, REGIONS[me.region], known, *await both(known))


class DeskDelegationsController(Controller):
    """The list, one of them, and what is decided about it."""

    path = "/staff/delegations"
    opt = {"who": ("reviewer",), "nav": Nav("委托核验")}
    dependencies = {"mine": Provide(delegation_named)}

    @get(dependencies={"mine": Provide(member)})
    async def index(self, request: Request[Any, Any, Any], mine: NamedDependency[Member]) -> Response[bytes]:
        """Show what waits, the oldest first."""
        waiting = await delegations.at_the_desk(mine.region)
        return page(
            request,
            "staff/people/delegations/index",
            region=REGIONS[mine.region],
            me=mine,
            links=links(request, mine),
            rows=[(one, *await both(one)) for one in waiting],
            states=STATES,
            routes=ROUTES,
        )

    @get("/{id:str}")
    async def show(self, request: Request[Any, Any, Any], mine: NamedDependency[AtDesk]) -> Response[bytes]:
        """Show who acts for whom, the papers, and what to look for; the look is noted."""
        await audit.note(
            actor=mine.me.id,
            role="staff",
            act="read_case",
            thing=f"delegation:{mine.delegation.id}",
            about=mine.principal.id,
        )
        return await show_page(request, mine, {})

    @post("/{id:str}")
    async def decide(self, request: Request[Any, Any, Any], mine: NamedDependency[AtDesk]) -> Response[bytes]:
        """Verify the papers, or say what is wrong with them; release a proxy of many; clear a report."""
        form, known = form_of(request), mine.delegation
        by = staff_acting(mine.me, Role.REVIEWER)
        if form["state"] != known.state:
            raise Stale
        match form["action"], known.state:
            case "verify", "uploaded":
                if not await papers_of(known) or not known.open_on(clock.today()):
                    raise Stale  # taken back, or run out, since the clerk looked
                await acting.verify(known, by)
            case "reject", "uploaded":
                if form["reason"] not in REASONS:
                    return await show_page(request, mine, {"reason": "请选不通过的原因。"})
                good = form["reason"] in FOR_GOOD
                await acting.reject(known, by, REASONS[form["reason"]], for_good=good)
            case "release", "held":
                await acting.release(known, by)
            case "refuse", "held":
                await acting.end(known, by)
            case "seen", _ if known.reported:
                await delegations.clear_report(known, actor=mine.me.id)
            case _:
                raise BadRequest
        return see_other(f"/staff/delegations/{known.id}")


async def show_page(request: Request[Any, Any, Any], mine: AtDesk, errors: dict[str, str]) -> Response[bytes]:
    """Return the page of one delegation; 422 when a reason is missing."""
    known = mine.delegation
    cases = [case for case in await cases_under(known) if case.submitted_at]
    others = {one.principal for one in await delegations.of_proxy(known.proxy, known.region)} - {known.principal}
    return page(
        request,
        "staff/people/delegations/show",
        status=422 if errors else 200,
        region=mine.region,
        me=mine.me,
        links=links(request, mine.me),
        mine=mine,
        d=known,
        state=known.state_on(clock.today()),
        states=STATES,
        routes=ROUTES,
        scopes=SCOPES,
        cases=cases,
        papers=await papers_of(known),
        named=names(mine.region),
        others=len(others),
        reasons=REASONS,
        errors=errors,
        log=[
            (row, await _by(row), DID[row.act])
            for row in await audit.done_to(f"delegation:{known.id}")
            if row.act in DID
        ],
    )


async def papers_of(known: Delegation) -> list[tuple[Case, Document]]:
    """Return the letter, the proof and the identities that were handed in, each with its case."""
    cases = [case for case in await cases_under(known) if case.submitted_at]
    files = [(case, file) for case in cases for file in await sent.documents(case)]
    return [(case, file) for case, file in files if file.slot in PAPERS or file.slot.startswith("defect:")]


async def _by(row: Entry) -> str:
    """Return who it was."""
    staff = await member_by_id(row.actor)
    who = await person(row.actor)
    return staff.name if staff else who.masked_name if who else "系统"
