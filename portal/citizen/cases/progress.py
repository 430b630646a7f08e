"""The thread through a case as its citizen sees it: whose turn, which stage, until when, what happened.

Built from the case, its history and the region's list of stages; templates only lay it out.
"""

from collections.abc import Sequence
from datetime import date, datetime

import msgspec

from portal.accounts.person import Person, masked_phone
from portal.cases.experts.seats import Seat, given, seats
from portal.cases.life.case import Case, Event, answers_of, clock_on, history, may
from portal.cases.life.deadlines import Clock, take_back_until
from portal.cases.life.moves import DECIDED, State, turn
from portal.cases.life.words import DID, KINDS
from portal.cases.mail import delivery, envelopes, originals
from portal.cases.mail.envelopes import Delivery
from portal.cases.mail.originals import Original
from portal.cases.papers import corrections
from portal.cases.papers.corrections import Correction, Defect
from portal.cases.result import publicity
from portal.citizen.shared.mine import MyCase
from portal.core.tools import clock
from portal.core.tools.i18n import Said
from portal.documents import keep
from portal.documents.keep import Document
from portal.letters.letter import Row as Letter
from portal.letters.letter import letters
from portal.questions.materials import names
from portal.regions.load import Region
from portal.regions.model import Step

ORDER = (State.DRAFT, State.SUBMITTED, State.REVIEWING, State.APPRAISING, State.DECIDING)
# Which letter belongs to which stage of the region's list.
LETTERS = {"submit": ("L01",), "accept": ("L02", "L03"), "review": ("L04", "L05"), "decide": ("L13",)}

WAITING = {
    State.SUBMITTED: ("已经收到，等待受理", "您不用做什么。"),
    State.REVIEWING: ("正在审核，您不用做什么", "工作人员正在看您的材料。要是缺什么，会一次说清。"),
    State.APPRAISING: ("专家正在鉴定，您不用做什么", "专家看病历资料，不看您的姓名。"),
    State.DECIDING: ("正在作出结论，您不用做什么", "按政策和您的材料认定。"),
    State.PUBLICITY: ("正在公示", "公示期间不计入办理时间。"),
    State.AWAITING_PRINCIPAL: ("等本人确认委托", "本人确认以后才算提交。"),
}
ENDED = {
    State.APPROVED: "认定通过",
    State.PARTLY_APPROVED: "部分通过",
    State.DENIED: "认定不通过",
    State.NOT_ACCEPTED: "不予受理",
    State.WITHDRAWN: "已撤回，不再办理",
    State.LAPSED: "逾期没有补正，已终止",
}
# The ends after which the person may begin anew with what is there.
AGAIN = (State.DENIED, State.NOT_ACCEPTED, State.WITHDRAWN, State.LAPSED)
# Which part of a delegation a button needs; what is not named here is part of following a case.
SCOPES = {"take_back": "apply", "withdraw": "withdraw", "answer_correction": "correct", "supplement": "correct"}
HIDDEN = {"change_panel", "send_back"}  # the office's own affairs


class Stage(msgspec.Struct, frozen=True):
    """One stage on the thread: kind is done, now, yours or next."""

    id: str
    name: str
    kind: str
    at: datetime | None
    limit: str
    what: str
    letters: tuple[Letter, ...] = ()


class Line(msgspec.Struct, frozen=True):
    """One line of what happened."""

    at: datetime
    who: str
    what: str


class Progress(msgspec.Struct, frozen=True):
    """A case as its citizen sees it."""

    case: Case
    region: Region
    turn: str
    headline: str
    explanation: str
    clock: Clock
    days_left: int
    stages: list[Stage]
    lines: list[Line]
    actions: list[str]
    phone: str
    notice: Correction | None
    defects: list[Defect]
    may_receive: bool
    may_correct: bool
    letters: list[Letter]
    files: list[Document]
    name: str
    disease: str
    delivery: str
    names: dict[str, str]
    late: bool
    extended_why: str
    public_until: date | None
    original: Original | None
    mail: Delivery | None
    may_mail: bool

    @property
    def take_back_until(self) -> datetime | None:
        """Until when it may be taken back."""
        return take_back_until(self.case.submitted_at, self.region) if self.case.submitted_at else None

    @property
    def decided(self) -> bool:
        """Whether there is a decision."""
        return self.case.at in DECIDED

    @property
    def passed(self) -> bool:
        """Whether anything was granted."""
        return self.case.at in (State.APPROVED, State.PARTLY_APPROVED)

    @property
    def again(self) -> bool:
        """Whether the person may begin anew with the same answers and files."""
        return self.case.at in AGAIN

    @property
    def kind(self) -> str:
        """What it is if no first application: 续期 or 复审."""
        return KINDS.get(self.case.kind, "")

    @property
    def number(self) -> str:
        """The application number."""
        return self.case.number


async def progress(mine: MyCase) -> Progress:
    """Return how a case stands for whoever looks at it."""
    case, who = mine.case, mine.person
    region, events = case.city, await history(case)
    ticking = clock_on(case, events)
    answers = answers_of(case)
    notice = await corrections.open_correction(case) if case.at is State.CORRECTION else None
    files = await keep.documents(case.id)
    held = await letters(case.id)
    panel = await seats(case.id) if region.rules.experts.required else []
    headline, explanation = words(case, notice)
    return Progress(
        case=case,
        region=region,
        turn=turn(case.at),
        headline=headline,
        explanation=explanation,
        clock=ticking,
        days_left=region.calendar.between(clock.today(), ticking.due) if ticking.due else 0,
        stages=stages(case, region, events, held, panel),
        lines=[line(event, who) for event in reversed(events) if event.action not in HIDDEN],
        actions=[move.action for move in may(case, mine.actor.role) if mine.may(SCOPES.get(move.action, "view"))],
        phone=masked_phone(answers.get("notify_mobile", "")),
        notice=notice,
        defects=await corrections.defects(notice, files) if notice else [],
        may_receive=mine.may("receive"),
        may_correct=mine.may("correct"),
        letters=held,
        files=files,
        name=who.name,
        disease=_disease(region, answers),
        delivery="电子认定证明和邮寄" if await delivery.on_paper(case, clock.now()) else "电子认定证明",
        names=names(region),
        late=not case.ended and ticking.late(clock.today()),
        extended_why=next((event.note for event in reversed(events) if event.action == "extend_deadline"), ""),
        public_until=await publicity.ends_on(case),
        original=await originals.of(case) if mine.may("correct") else None,
        mail=await envelopes.latest(case) if case.ended else None,
        may_mail=delivery.may_order(case) and (mine.may("receive") or mine.may("collect_mail")),
    )


def _disease(region: Region, answers: dict[str, str]) -> str:
    disease = region.diseases.get(answers.get("disease", ""))
    return disease.name_zh if disease else ""


def words(case: Case, notice: Correction | None) -> tuple[str, str]:
    """Return what is going on in a few words, and a sentence more."""
    if notice:
        return "请补正材料", "补好以后我们接着办。"
    return WAITING.get(case.at) or (ENDED.get(case.at, ""), "")


def stages(
    case: Case, region: Region, events: list[Event], held: list[Letter], panel: Sequence[Seat] = ()
) -> list[Stage]:
    """Return the region's stages with what has become of each; how many experts have answered."""
    here = State(case.return_to) if case.at is State.CORRECTION else case.at
    reached = ORDER.index(here) if here in ORDER else len(ORDER)
    found, now_given = [], False
    for step in region.rules.steps:
        kind = _kind(step, reached, now_given, ended=case.ended)
        now_given = now_given or kind == "now"
        if kind == "now" and case.at is State.CORRECTION:
            kind = "yours"
        stage = _stage(step, kind, events, held)
        found.append(_with_opinions(stage, panel, region) if step.state == State.APPRAISING and panel else stage)
    if case.ended and case.at not in DECIDED:  # it stopped on the way: what was never reached is left out
        return [stage for stage in found if stage.at]
    return found


def _with_opinions(stage: Stage, panel: Sequence[Seat], region: Region) -> Stage:
    """Return the stage of the experts with how many opinions are in, of how many."""
    came = len(given(panel))
    of = max(region.rules.experts.required, came + sum(seat.open for seat in panel))
    said = Said("已收到专家意见 {n}/{m} 份。", n=came, m=of)
    return msgspec.structs.replace(stage, what=Said("{what}{said}", what=stage.what, said=said))


def _kind(step: Step, reached: int, now_given: bool, *, ended: bool) -> str:
    at = ORDER.index(State(step.state)) if step.state in ORDER else len(ORDER)
    if ended or at < reached:
        return "done"
    return "now" if at == reached and not now_given else "next"


def _stage(step: Step, kind: str, events: list[Event], held: list[Letter]) -> Stage:
    left = [event for event in events if event.before == step.state and event.after not in (step.state, "correction")]
    at = left[-1].at if left and kind == "done" else None
    return Stage(
        id=step.id,
        name=step.name_zh,
        kind=kind,
        at=at,
        limit=step.limit_zh,
        what=step.note_zh,
        letters=tuple(one for one in held if one.kind in LETTERS.get(step.id, ()) and not one.void),
    )


def line(event: Event, who: Person) -> Line:
    """Return one row of history in words."""
    by = {"insured_person": who.name, "proxy": "代办人", "system": "系统"}.get(event.role, "经办机构")
    return Line(event.at, by, DID.get(event.action, event.action))


def days_until(day: date) -> int:
    """Return how many calendar days are left until *day*, today not counted."""
    return (day - clock.today()).days
