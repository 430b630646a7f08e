"""Whose turn it is with a case, and what is going on, in words for its citizen."""

import msgspec

from portal.cases.benefits.standing import Standing, state_words
from portal.cases.life.case import Case
from portal.cases.life.moves import State, turn

# What is going on, and one sentence more.
WAITING = {
    State.SUBMITTED: ("已经收到，等待受理", "您不用做什么。"),
    State.REVIEWING: ("正在审核，您不用做什么", "工作人员正在看您的材料。要是缺什么，会一次说清。"),
    State.APPRAISING: ("专家正在鉴定，您不用做什么", "专家看病历资料，不看您的姓名。"),
    State.DECIDING: ("正在写结果，您不用做什么", "按政策和您的材料认定。"),
    State.PUBLICITY: ("名单正在公示", "公示的这几天不算在办理时间里。"),
    State.AWAITING_PRINCIPAL: ("等本人确认委托", "本人确认以后才算提交。"),
}
UNVERIFIED = ("已经收到，正在核验委托", "核对完委托书和身份证明就受理。您不用做什么。")
ENDED = {
    State.DENIED: ("认定不通过", ""),
    State.NOT_ACCEPTED: ("不予受理", "这次申请没有受理，理由和不同意怎么办写在下面。"),
    State.WITHDRAWN: ("已撤回，不再办理", ""),
    State.LAPSED: ("过期没有补，已终止", ""),
}


class Turn(msgspec.Struct, frozen=True):
    """Who acts next: the words, and the drawing before them."""

    words: str
    sign: str
    look: str  # class of the drawing: a mark has the colour of the words, an icon has its own
    yours: bool = False
    offices: bool = False


TURNS = {
    "citizen": Turn("等您处理", "yours", "mark", yours=True),
    "agency": Turn("等经办机构处理", "office", "icon", offices=True),
    "principal": Turn("等本人确认", "people", "icon"),
    "public": Turn("公示中", "people", "icon"),
    "nobody": Turn("办完了", "done", "mark"),
}


def turn_of(case: Case) -> Turn:
    """Return who acts next on *case*."""
    return TURNS[turn(case.at)]


def going_on(case: Case, given: Standing | None) -> tuple[str, str]:
    """Return what is going on in a few words, and one sentence more; nothing while a correction is awaited.

    Once the case has given a benefit, what is going on is how that benefit stands.
    """
    if given:
        return state_words(case, given), given.sentence
    if case.at is State.SUBMITTED and case.unverified:
        return UNVERIFIED
    return WAITING.get(case.at) or ENDED.get(case.at, ("", ""))
