"""``/staff/cases/{no}/acts/{act}``: what a clerk does with a reason: refuse to accept, cancel, extend, revoke ...

Each is one page: what it means, why, one button. What it does is a verb of the case.
"""

from collections.abc import Awaitable, Callable

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath

from portal.cases.benefits import benefit
from portal.cases.life.case import Actor, Case, clock_on, history, move
from portal.cases.life.deadlines import extended_to
from portal.cases.life.moves import NotAllowed, Role
from portal.cases.papers import corrections
from portal.cases.result import publicity
from portal.core.store import audit
from portal.core.tools.errors import found
from portal.core.tools.i18n import Said
from portal.regions.load import Region
from portal.regions.reasons import OTHER, words
from portal.staff.shared.desk import CASEWORK, CaseDesk, case_in_hand

WORDS = 500
Do = Callable[[Case, Actor, str, str], Awaitable[None]]


class Act(msgspec.Struct, frozen=True):
    """One act with its reason, and the words of its page."""

    action: str  # of the table of moves; empty for an act that moves no case
    title: str
    lead: str
    label: str  # of the text that says why
    do: Do
    library: str = ""  # the name of the city's list of reasons, where there is one
    second: str = ""  # the label of a second text, which stays in the office
    roles: tuple[Role, ...] = ()  # who may do an act that moves no case


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


async def act_named(act: FromPath[str]) -> Act:
    """Return the act in the address, or 404."""
    return found(ACTS.get(act))


class Given(msgspec.Struct, frozen=True):
    """What the clerk typed."""

    reason: str = ""  # the code of a reason from the list
    words: str = ""
    second: str = ""


class ActsController(Controller):
    """One act with its reason."""

    path = "/staff/cases/{no:str}/acts/{act:str}"
    opt = {"who": CASEWORK}
    dependencies = {"desk": Provide(case_in_hand), "chosen": Provide(act_named)}

    @get()
    async def ask(self, desk: NamedDependency[CaseDesk], chosen: NamedDependency[Act]) -> Response[bytes]:
        """Say what it means and ask why."""
        role_for(chosen, desk)
        return await act_page(desk, chosen, Given(), {})

    @post()
    async def do(self, desk: NamedDependency[CaseDesk], chosen: NamedDependency[Act]) -> Response[bytes]:
        """Do it."""
        role = role_for(chosen, desk)
        form = desk.current_form()
        given = Given(*(form[name].strip()[:WORDS] for name in Given.__struct_fields__))
        reasons = reasons_for(chosen, desk.region)
        errors = errors_in(given, chosen, reasons)
        if errors:
            return await act_page(desk, chosen, given, errors)
        await chosen.do(desk.case, desk.acting(role), _sentence(reasons, given), given.second)
        return desk.back()


def reasons_for(act: Act, region: Region) -> dict[str, str]:
    """Return the reasons to choose from for an act, by code; none where it asks for words only."""
    return words(getattr(region.reasons, act.library)) if act.library else {}


def errors_in(given: Given, act: Act, reasons: dict[str, str]) -> dict[str, str]:
    """Return what is wrong with a posted reason."""
    errors: dict[str, str] = {}
    if reasons and given.reason not in reasons:
        errors["reason"] = "请选一个理由。"
    if not given.words and (not reasons or given.reason == OTHER):
        errors["words"] = "请写清楚理由。"
    if act.second and not given.second:
        errors["second"] = "请写听取意见的情况；联系不上的，写明怎么联系过。"
    return errors


def _sentence(reasons: dict[str, str], given: Given) -> str:
    """Return the reason as it is kept: that of the list, then the clerk's own words."""
    reason = reasons.get(given.reason, "") if given.reason != OTHER else ""
    return "：".join(part for part in (reason, given.words) if part)


def role_for(act: Act, desk: CaseDesk) -> Role:
    """Return the role in which the member may do it now.

    Raises:
        NotAllowed: it is not open to them.
    """
    for role in desk.roles:
        if role in act.roles or (act.action and desk.may(act.action, role)):
            return role
    raise NotAllowed(f"{act.title}: not open now")


async def act_page(desk: CaseDesk, act: Act, given: Given, errors: dict[str, str]) -> Response[bytes]:
    """Return the page of an act."""
    return desk.page(
        "staff/casework/acts/show",
        errors,
        case=desk.case,
        act=act,
        lead=await lead(desk.case, act),
        reasons=reasons_for(act, desk.region),
        objections=await publicity.objections(desk.case) if act is ACTS["upholding"] else [],
        given=given,
    )


async def lead(case: Case, act: Act) -> str:
    """Return what the act means; for more time, until when."""
    if act.action == "extend_deadline":
        later = extended_to(clock_on(case, await history(case)), case.city)
        if later:
            return Said("{lead}新的期限是 {day}。", lead=act.lead, day=later)
    return act.lead
