"""``/staff/cases/{no}/acts/{act}``: what a clerk does with a reason: refuse to accept, cancel, extend, revoke ...

Each is one page: what it means, why, one button. What it does is a verb of the case.
"""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath

from portal.accounts.staff import Member
from portal.cases.benefits import benefit
from portal.cases.life.case import Actor, Case, clock_on, history, may, move
from portal.cases.life.deadlines import extended_to
from portal.cases.life.moves import NotAllowed, Role
from portal.cases.papers import corrections
from portal.cases.result import publicity
from portal.core.store import audit
from portal.core.tools import clock
from portal.core.tools.errors import Stale, found
from portal.core.tools.i18n import Said
from portal.core.web.pages import page, see_other
from portal.core.web.sessions import form_of
from portal.regions.load import Region
from portal.regions.reasons import OTHER, words
from portal.staff.casework.case import seen, who_moved
from portal.staff.shared.mine import CASEWORK, acting, case_named, member, roles_of
from portal.staff.shared.nav import links

WORDS = 500
Do = Callable[[Case, Actor, str, str], Awaitable[None]]


class Act(msgspec.Struct, frozen=True):
    """A page of this kind; *second* is the label of a second text for the office only."""

    action: str  # of the table of moves; empty for what moves no case
    title: str
    lead: str
    label: str
    do: Do
    library: str = ""  # of the city's reasons
    second: str = ""
    roles: tuple[Role, ...] = ()  # where no move says who


async def _not_accept(case: Case, actor: Actor, words: str, _: str) -> None:
    await move(case, "not_accept", actor, note=words)


async def _cancel(case: Case, actor: Actor, words: str, _: str) -> None:
    notice = await corrections.open_correction(case)
    if notice is None:
        raise NotAllowed("cancel_correction: none is open")
    await corrections.cancel(case, actor, notice, words)


async def _extend(case: Case, actor: Actor, words: str, _: str) -> None:
    await move(case, "extend_deadline", actor, note=words, days=case.city.rules.extension.workdays)


async def _allow(case: Case, actor: Actor, words: str, _: str) -> None:
    await corrections.allow_another(case, actor, words)


async def _revoke(case: Case, actor: Actor, words: str, heard: str) -> None:
    await benefit.revoke(case, actor, words)
    await audit.note(
        actor=actor.id,
        role="supervisor",
        act="heard_before_revoking",
        thing=f"case:{case.id}",
        about=case.person,
        why=heard,
    )


async def _object(case: Case, actor: Actor, words: str, _: str) -> None:
    await publicity.object(case, actor, words)


async def _uphold(case: Case, actor: Actor, words: str, _: str) -> None:
    await publicity.uphold(case, actor, words)


ACTS = {
    "non-acceptance": Act(
        "not_accept",
        "不予受理",
        "这件就结束了。申请人会收到不予受理通知书，上面有理由和申诉途径。",
        "写清楚，申请人会看到",
        _not_accept,
        "non_acceptance",
    ),
    "cancellation": Act(
        "cancel_correction",
        "取消补正要求",
        "申请人不用再补，办理时间接着走。",
        "为什么不用补了",
        _cancel,
    ),
    "extension": Act(
        "extend_deadline",
        "延长办理时间",
        "只能延一次，要在到期前告诉申请人。申请人会收到延期告知书。",
        "延期的原因，申请人会看到",
        _extend,
    ),
    "permission": Act(
        "",
        "允许再告知一次补正",
        "本市规定补正只告知一次。确有必要再告知的，由主管允许，理由记入日志。",
        "为什么要再告知一次",
        _allow,
        roles=(Role.SUPERVISOR,),
    ),
    "revocation": Act(
        "revoke_benefit",
        "撤销待遇",
        "因为弄错、造假或申诉结果要撤销的，先听申请人的意见。申请人会收到撤销决定书，上面有理由和申诉途径。",
        "撤销的理由，申请人会看到",
        _revoke,
        second="听取申请人意见的记录（只给经办机构看）",
    ),
    "objection": Act(
        "",
        "登记公示异议",
        "有人对公示提出异议的，先登记，再核实。",
        "谁提出、说了什么",
        _object,
        roles=(Role.REVIEWER,),
    ),
    "upholding": Act(
        "uphold_objection",
        "异议成立，重新审核",
        "公示停止，这件退给审批人重新决定。",
        "核实的情况",
        _uphold,
    ),
}


class ActsController(Controller):
    """One act with its reason."""

    path = "/staff/cases/{no:str}/acts/{act:str}"
    opt = {"who": CASEWORK}
    dependencies = {"me": Provide(member), "case": Provide(case_named)}

    @get()
    async def ask(
        self,
        request: Request[Any, Any, Any],
        case: NamedDependency[Case],
        me: NamedDependency[Member],
        act: FromPath[str],
    ) -> Response[bytes]:
        """Say what it means and ask why."""
        one = found(ACTS.get(act))
        await role_for(one, case, me)
        return await act_page(request, case, me, act, {}, {})

    @post()
    async def do(
        self,
        request: Request[Any, Any, Any],
        case: NamedDependency[Case],
        me: NamedDependency[Member],
        act: FromPath[str],
    ) -> Response[bytes]:
        """Do it."""
        form, one = form_of(request), found(ACTS.get(act))
        role = await role_for(one, case, me)
        seen(case, form["row_version"])
        given = {name: form[name].strip()[:WORDS] for name in ("reason", "words", "second")}
        reasons = reasons_for(one, case.city)
        errors = wrong_in(one, reasons, given)
        if errors:
            return await act_page(request, case, me, act, given, errors)
        try:
            await one.do(case, acting(me, role), _sentence(reasons, given), given["second"])
        except NotAllowed as error:
            raise Stale(await who_moved(case)) from error
        return see_other(f"/staff/cases/{case.number}")


def reasons_for(one: Act, region: Region) -> dict[str, str]:
    """Return the reasons to choose from for an act, by code; none where it asks for words only."""
    return words(getattr(region.reasons, one.library)) if one.library else {}


def wrong_in(one: Act, reasons: dict[str, str], given: dict[str, str]) -> dict[str, str]:
    """Return what is wrong with a posted reason."""
    errors: dict[str, str] = {}
    if reasons and given["reason"] not in reasons:
        errors["reason"] = "请选一个理由。"
    if not given["words"] and (not reasons or given["reason"] == OTHER):
        errors["words"] = "请写清楚理由。"
    if one.second and not given["second"]:
        errors["second"] = "请写听取意见的情况；联系不上的，写明怎么联系过。"
    return errors


def _sentence(reasons: dict[str, str], given: dict[str, str]) -> str:
    """Return the reason as it is kept: that of the list, then the clerk's own words."""
    reason = reasons.get(given["reason"], "") if given["reason"] != OTHER else ""
    return "：".join(part for part in (reason, given["words"]) if part)


async def role_for(one: Act, case: Case, me: Member) -> Role:
    """Return the role in which *me* may do it now.

    Raises:
        Stale: it is not open to them; with what happened last.
    """
    for role in roles_of(me):
        if one.action and one.action in [row.action for row in may(case, role)]:
            return role
        if role in one.roles:
            return role
    raise Stale(await who_moved(case))


async def act_page(
    request: Request[Any, Any, Any], case: Case, me: Member, act: str, given: dict[str, str], errors: dict[str, str]
) -> Response[bytes]:
    """Return the page of an act."""
    one = ACTS[act]
    lead = one.lead
    if one.action == "extend_deadline":
        later = extended_to(clock_on(case, await history(case)), case.city)
        lead = Said("{lead}新的期限是 {day}。", lead=one.lead, day=later) if later else one.lead
    return page(
        request,
        "staff/casework/acts/show",
        status=422 if errors else 200,
        region=case.city,
        me=me,
        links=links(request, me),
        case=case,
        act=one,
        reasons=reasons_for(one, case.city),
        lead=lead,
        given=given,
        errors=errors,
        objections=await publicity.objections(case) if act == "upholding" else [],
        today=clock.today(),
    )
