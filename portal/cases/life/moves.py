"""The life of a case as one table: each move with its role, its states before and after, and what follows.

`moves_open` alone decides whether a move is possible: buttons, permissions, the diagram in `MOVES.md` and
the tests use it. T01 and T23 create and delete a draft and have no row. A row without a state before the move
changes no state: it is only written into the history. N numbers are messages, L numbers letters.
"""

from enum import StrEnum
from typing import Literal, NamedTuple

from portal.core.tools import machine
from portal.core.tools.machine import find_open, rows_open
from portal.regions.load import Region


class State(StrEnum):
    """The state of a case; the database stores the values."""

    DRAFT = "draft"  # 草稿
    AWAITING_PRINCIPAL = "awaiting_principal"  # 等待本人确认委托
    SUBMITTED = "submitted"  # 已提交，等待受理
    CORRECTION = "correction"  # 需要您补正
    REVIEWING = "reviewing"  # 已受理，材料审核中
    APPRAISING = "appraising"  # 专家鉴定中
    DECIDING = "deciding"  # 认定审批中
    PUBLICITY = "publicity"  # 公示中
    APPROVED = "approved"  # 认定通过
    PARTLY_APPROVED = "partly_approved"  # 部分通过
    DENIED = "denied"  # 认定不通过
    NOT_ACCEPTED = "not_accepted"  # 不予受理
    WITHDRAWN = "withdrawn"  # 已撤回
    LAPSED = "lapsed"  # 逾期未补正，已终止


class Role(StrEnum):
    """The role of an actor who moves a case; experts and mail clerks never do."""

    INSURED_PERSON = "insured_person"  # 参保人, the principal when a proxy acts
    PROXY = "proxy"  # 代办人
    REVIEWER = "reviewer"  # 受理员, 审核员
    APPROVER = "approver"  # 审批人
    SUPERVISOR = "supervisor"  # 主管
    SYSTEM = "system"  # 自动、到期


Turn = Literal["citizen", "principal", "agency", "public", "nobody"]


# D88: what follows a move is a column here, and nowhere a list of actions.
class Move(NamedTuple):
    """One row of the table."""

    number: str
    action: str
    before: tuple[State, ...]
    after: State | Literal["stay", "back"]
    who: tuple[Role, ...]
    notices: str
    letters: str
    did: str  # what the history says of it, to citizens and staff alike
    clock: Literal["", "pauses", "resumes"] = ""  # what it does to the office's clock
    counts: str = ""  # the column of the case that it adds one to
    marks: str = ""  # the column that it makes true
    clears: str = ""  # the columns that it makes false
    tells_result: bool = False  # its letters tell a result, and go out by post where that was asked for

    def lands(self, state: State, return_to: State) -> State:
        """Return the state after the move from *state*; *return_to* is the state before a correction."""
        match self.after:
            case "stay":
                return state
            case "back":
                return return_to
            case after:
                return after


class Facts(NamedTuple):
    """The facts about a case that decide which moves are open."""

    state: State
    corrections_asked: int = 0
    one_more: bool = False  # a supervisor allowed another correction notice, with a reason
    taken_up: bool = False  # a member of staff has acted on it
    minutes_since_submit: float = 0
    outcome: State | None = None  # from the decisions on each disease
    extended: int = 0  # how often the office's time was extended already
    answer_extended: bool = False  # the citizen's time for the open correction was
    overdue: bool = False  # the office's time is over: nothing can be extended any more
    new_material: bool = False  # the citizen sent material after the last notice
    unverified: bool = False  # a proxy's letter is still to be verified: nothing is accepted or decided before


NotAllowed = machine.NotAllowed  # what a refused move raises
S, R = State, Role
CITIZEN = (R.INSURED_PERSON, R.PROXY)
IN_HAND = (S.SUBMITTED, S.REVIEWING, S.APPRAISING)
IN_OFFICE = (S.REVIEWING, S.APPRAISING, S.DECIDING)
GRANTED = (S.APPROVED, S.PARTLY_APPROVED)
UNDECIDED = (S.AWAITING_PRINCIPAL, S.SUBMITTED, S.CORRECTION, *IN_OFFICE)
# fmt: off
MOVES = (
    #    action                  before                   after                 who                           notices      letters
    #    in words, and what else follows
    Move("T02", "send_for_consent",    (S.DRAFT,),              S.AWAITING_PRINCIPAL, (R.PROXY,),                   "N01 N02",   "",
         "填好了申请，请本人确认"),
    Move("T03", "consent",             (S.AWAITING_PRINCIPAL,), S.SUBMITTED,          (R.INSURED_PERSON,),          "N03",       "L01",
         "确认委托，提交了申请"),
    Move("T04", "refuse",              (S.AWAITING_PRINCIPAL,), S.DRAFT,              (R.INSURED_PERSON, R.SYSTEM), "N04",       "",
         "没有确认委托"),
    Move("T05", "submit",              (S.DRAFT,),              S.SUBMITTED,          CITIZEN,                      "N03",       "L01",
         "提交了申请"),
    Move("T06", "accept",              (S.SUBMITTED,),          S.REVIEWING,          (R.REVIEWER, R.SYSTEM),       "N05",       "L02",
         "受理，发出受理通知书"),
    Move("T07", "deem_accepted",       (S.SUBMITTED,),          S.REVIEWING,          (R.SYSTEM,),                  "N05d",      "L02",
         "到期没有决定，视为受理"),
    Move("T08", "not_accept",          (S.SUBMITTED,),          S.NOT_ACCEPTED,       (R.REVIEWER,),                "N06",       "L03",
         "决定不予受理", tells_result=True),
    Move("T09", "ask_correction",      IN_HAND,                 S.CORRECTION,         (R.REVIEWER,),                "N07",       "L04",
         "告知要补的材料、要改正的内容", clock="pauses", counts="corrections_asked", clears="one_more new_material"),
    Move("T10", "answer_correction",   (S.CORRECTION,),         "back",               CITIZEN,                      "N08",       "L05",
         "补好了，交了回来", clock="resumes"),
    Move("T11", "extend_correction",   (S.CORRECTION,),         "stay",               CITIZEN,                      "N09",       "",
         "多要了几天来补", marks="answer_extended"),
    Move("T12", "cancel_correction",   (S.CORRECTION,),         "back",               (R.REVIEWER, R.SUPERVISOR),   "N10",       "",
         "取消了要补的内容", clock="resumes"),
    Move("T13", "lapse",               (S.CORRECTION,),         S.LAPSED,             (R.SYSTEM,),                  "N11",       "L06",
         "过期没有补，终止办理", tells_result=True),
    Move("T14", "supplement",          IN_HAND,                 "stay",               CITIZEN,                      "N12",       "",
         "补充了材料"),
    Move("T15", "invite_experts",      (S.REVIEWING,),          S.APPRAISING,         (R.REVIEWER,),                "N13 N13x",  "",
         "请专家鉴定"),
    Move("T16", "draft_decision",      (S.REVIEWING,),          S.DECIDING,           (R.REVIEWER,),                "",          "",
         "审核完成，送审批"),
    Move("T17", "conclude_appraisal",  (S.APPRAISING,),         S.DECIDING,           (R.SYSTEM,),                  "",          "L07",
         "专家鉴定完成"),
    Move("T18", "change_panel",        (S.APPRAISING,),         "stay",               (R.REVIEWER,),                "N13x",      "",
         "调整了专家"),
    Move("T19", "send_back",           (S.DECIDING,),           S.REVIEWING,          (R.APPROVER,),                "",          "",
         "退回重新审核"),
    Move("T19", "send_back",           (S.DECIDING,),           S.APPRAISING,         (R.APPROVER,),                "",          "",
         "退回重新审核"),
    Move("T20", "publish",             (S.DECIDING,),           S.PUBLICITY,          (R.APPROVER,),                "N14",       "L08",
         "开始公示", clock="pauses"),
    Move("T21", "uphold_objection",    (S.PUBLICITY,),          S.DECIDING,           (R.REVIEWER,),                "",          "",
         "公示有异议，重新审核", clock="resumes"),
    Move("T22", "decide",              (S.DECIDING,),           S.APPROVED,           (R.APPROVER,),                "N15",       "L09 L10",
         "作出认定结论", tells_result=True),
    Move("T22", "decide",              (S.DECIDING,),           S.PARTLY_APPROVED,    (R.APPROVER,),                "N15p",      "L09 L10 L11",
         "作出认定结论", tells_result=True),
    Move("T22", "decide",              (S.DECIDING,),           S.DENIED,             (R.APPROVER,),                "N16",       "L11",
         "作出认定结论", tells_result=True),
    Move("T22", "decide",              (S.PUBLICITY,),          S.APPROVED,           (R.APPROVER, R.SYSTEM),       "N15",       "L09 L10",
         "作出认定结论", tells_result=True),
    Move("T22", "decide",              (S.PUBLICITY,),          S.PARTLY_APPROVED,    (R.APPROVER, R.SYSTEM),       "N15p",      "L09 L10 L11",
         "作出认定结论", tells_result=True),
    Move("T22", "decide",              (S.PUBLICITY,),          S.DENIED,             (R.APPROVER, R.SYSTEM),       "N16",       "L11",
         "作出认定结论", tells_result=True),
    Move("T22", "terminate_benefit",   (),                      "stay",               (R.APPROVER, R.SYSTEM),       "",          "",
         "复审没有通过，终止了待遇"),
    Move("T24", "withdraw",            UNDECIDED,               S.WITHDRAWN,          CITIZEN,                      "N18",       "L12",
         "撤回了申请"),
    Move("T25", "extend_deadline",     IN_OFFICE,               "stay",               (R.SUPERVISOR,),              "N19",       "L13",
         "延长了办理时间", counts="extended"),
    Move("T26", "end_delegation",      (),                      "stay",               (*CITIZEN, R.SYSTEM),         "",          "",
         "结束了委托"),
    Move("T27", "revoke_benefit",      GRANTED,                 "stay",               (R.SUPERVISOR,),              "N21",       "L14",
         "撤销了待遇", tells_result=True),
    Move("T28", "take_back",           IN_HAND[:2],             S.DRAFT,              CITIZEN,                      "N22",       "",
         "取回了申请，要改一改"),
)
# fmt: on


TURNS: dict[State, Turn] = {
    S.DRAFT: "citizen",
    S.AWAITING_PRINCIPAL: "principal",
    S.SUBMITTED: "agency",
    S.CORRECTION: "citizen",
    S.REVIEWING: "agency",
    S.APPRAISING: "agency",
    S.DECIDING: "agency",
    S.PUBLICITY: "public",
}
ENDS = frozenset(State) - frozenset(TURNS)
DECIDED = frozenset({S.APPROVED, S.PARTLY_APPROVED, S.DENIED})
SUBMITS = frozenset(move.action for move in MOVES if move.after is S.SUBMITTED)
ACCEPTS = frozenset(move.action for move in MOVES if move.before == (S.SUBMITTED,) and move.after is S.REVIEWING)
PAUSES = frozenset(move.action for move in MOVES if move.clock == "pauses")
RESUMES = frozenset(move.action for move in MOVES if move.clock == "resumes")
EXTENDS = frozenset(move.action for move in MOVES if move.counts == "extended")


def turn(state: State) -> Turn:
    """Return whose turn it is in *state*; nobody's in an end state."""
    return TURNS.get(state, "nobody")


def moves_open(facts: Facts, role: Role, region: Region) -> list[Move]:
    """Return the moves *role* may make now, in table order (the order buttons are shown in).

    Args:
        facts: the facts about the case now.
        role: the role of the actor.
        region: decides about experts, publicity, correction notices, extensions and taking back.
    """
    return [
        move
        for move in rows_open(MOVES, facts.state, role, _shut(facts, role, region))
        if (move.action != "decide" or move.after == facts.outcome)
        and (move.action != "send_back" or (move.after is S.APPRAISING) == bool(region.rules.experts.required))
    ]


def _shut(facts: Facts, role: Role, region: Region) -> set[str]:
    """Return the actions that the region's rules or the case's past rule out."""
    rules = region.rules
    at_most = rules.correction.at_most
    used_up = bool(at_most) and facts.corrections_asked >= at_most and not (facts.one_more or facts.new_material)
    too_late = facts.taken_up or facts.minutes_since_submit > rules.take_back.minutes
    reviewed = facts.state is S.REVIEWING and not rules.acceptance.automatic
    out = {
        "draft_decision": bool(rules.experts.required) or facts.unverified,
        "invite_experts": not rules.experts.required or facts.unverified,
        "ask_correction": used_up,
        "take_back": too_late or reviewed,
        "publish": not rules.publicity.enabled,
        "supplement": facts.state not in rules.supplement.allowed_in,
        "extend_deadline": not rules.extension.allowed or facts.extended >= rules.extension.max_times or facts.overdue,
        "extend_correction": facts.answer_extended or not rules.correction.citizen_extensions,
        "accept": facts.unverified or (role is R.SYSTEM and not rules.acceptance.automatic),
        "deem_accepted": not rules.acceptance.deemed_acceptance
        or (rules.acceptance.automatic and not facts.unverified),
        "send_for_consent": rules.proxy.online_consent == "off",
    }
    return {action for action, ruled_out in out.items() if ruled_out}


def find(action: str, facts: Facts, role: Role, region: Region) -> Move:
    """Return the open move called *action*.

    Raises:
        NotAllowed: the move is not open to *role* now.
    """
    return find_open(moves_open(facts, role, region), action, f"by {role} in {facts.state}")


def row_of(action: str) -> Move:
    """Return the first row of *action* without checking case or role, for rows that only go into the history."""
    return next(move for move in MOVES if move.action == action)
