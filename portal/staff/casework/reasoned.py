"""The acts of the desk that need a reason: their meaning, effect and button.

An act with an action of the table of moves has a button whenever that action is open.
"""

from collections.abc import Awaitable, Callable

import msgspec

from portal.cases.benefits import benefit
from portal.cases.life.case import Actor, Case, move
from portal.cases.life.moves import NotAllowed, Role
from portal.cases.papers import corrections
from portal.cases.result import publicity
from portal.core.store import audit

Do = Callable[[Case, Actor, str, str], Awaitable[None]]


class Act(msgspec.Struct, frozen=True):
    """One act with its reason, and the words of its page."""

    name: str  # in the address
    action: str  # of the table of moves; empty for an act that moves no case
    title: str
    lead: str
    label: str  # of the text that says why
    do: Do
    library: str = ""  # the name of the city's list of reasons, where there is one
    second: str = ""  # the label of a second text, which stays in the office
    roles: tuple[Role, ...] = ()  # who may do an act that moves no case

    @property
    def path(self) -> str:
        """Path of its page, below the case."""
        return f"acts/{self.name}"


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


ROWS = (
    Act(
        "non-acceptance",
        "not_accept",
        "不予受理",
        "这件就结束了。申请人会收到不予受理通知书，上面有理由和申诉途径。",
        "写清楚，申请人会看到",
        _not_accept,
        "non_acceptance",
    ),
    Act(
        "cancellation",
        "cancel_correction",
        "取消补正要求",
        "申请人不用再补，办理时间接着走。",
        "为什么不用补了",
        _cancel,
    ),
    Act(
        "extension",
        "extend_deadline",
        "延长办理时间",
        "只能延一次，要在到期前告诉申请人。申请人会收到延期告知书。",
        "延期的原因，申请人会看到",
        _extend,
    ),
    Act(
        "permission",
        "",
        "允许再告知一次补正",
        "本市规定补正只告知一次。确有必要再告知的，由主管允许，理由记入日志。",
        "为什么要再告知一次",
        _allow,
        roles=(Role.SUPERVISOR,),
    ),
    Act(
        "revocation",
        "revoke_benefit",
        "撤销待遇",
        "因为弄错、造假或申诉结果要撤销的，先听申请人的意见。申请人会收到撤销决定书，上面有理由和申诉途径。",
        "撤销的理由，申请人会看到",
        _revoke,
        second="听取申请人意见的记录（只给经办机构看）",
    ),
    Act(
        "objection",
        "",
        "登记公示异议",
        "有人对公示提出异议的，先登记，再核实。",
        "谁提出、说了什么",
        _object,
        roles=(Role.REVIEWER,),
    ),
    Act(
        "upholding",
        "uphold_objection",
        "异议成立，重新审核",
        "公示停止，这件退给审批人重新决定。",
        "核实的情况",
        _uphold,
    ),
)
ACTS = {act.name: act for act in ROWS}
