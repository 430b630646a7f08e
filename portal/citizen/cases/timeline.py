"""The stages of a case as the city lists them, with what has become of each."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from msgspec.structs import replace

from portal.cases.benefits.standing import Standing
from portal.cases.experts.seats import Seat
from portal.cases.experts.seats import given as answered
from portal.cases.life.case import Case, Event
from portal.cases.life.moves import DECIDED, State
from portal.core.tools.i18n import Said
from portal.letters.kinds import RESULTS
from portal.letters.letter import Letter
from portal.regions.load import Region
from portal.regions.model import Step

ORDER = (State.DRAFT, State.SUBMITTED, State.REVIEWING, State.APPRAISING, State.DECIDING)
# What the seal says of a case that gave nothing or not all, which is Chinese in every language.
SEALS = {State.PARTLY_APPROVED: "部分通过", State.DENIED: "不予认定"}
TAGS = {"done": "已完成", "now": "当前", "yours": "等您补充", "next": "未开始", "ended": "到这里为止"}
# What the stage is called in which a case ended without a decision.
ENDED = {State.NOT_ACCEPTED: "不予受理", State.WITHDRAWN: "已撤回", State.LAPSED: "已终止"}
IN_FORCE = "approved"  # the state of a stage that stands for the benefit itself


class Stage(msgspec.Struct, frozen=True):
    """One stage: *kind* is done, now, yours (now, waiting for the citizen), next, or ended (the case did, in it)."""

    id: str
    name: str
    kind: str
    left_at: datetime | None
    limit: str
    what: str
    letters: tuple[Letter, ...] = ()
    seal: str = ""
    denied: bool = False
    awaits_seal: bool = False
    said: str = ""  # its tag, where the kind of the stage does not say enough

    @property
    def look(self) -> str:
        """The end of its class."""
        return "now timeline__stage--yours" if self.kind == "yours" else self.kind

    @property
    def tag(self) -> str:
        """The end of the class of its tag."""
        return {"next": "todo", "ended": "done"}.get(self.kind, self.kind)

    @property
    def drawing(self) -> str:
        """The name of its mark."""
        return "minus" if self.kind == "ended" else self.kind

    @property
    def says(self) -> str:
        """Its tag in words."""
        return self.said or TAGS[self.kind]

    @property
    def ahead(self) -> bool:
        """Whether it has not begun."""
        return self.kind == "next"

    @property
    def here(self) -> bool:
        """Whether the case is in it."""
        return self.kind in ("now", "yours")

    @property
    def over(self) -> bool:
        """Whether the case has left it."""
        return self.kind in ("done", "ended")


def stages(
    case: Case, events: list[Event], letters: list[Letter], panel: Sequence[Seat], given: Standing | None
) -> list[Stage]:
    """Return the city's stages for *case*; the one of the experts says how many of the *panel* have answered.

    Args:
        case: the case.
        events: its history, oldest first.
        letters: its letters, oldest first; each stands at the stage in which it was issued.
        panel: the experts who were asked.
        given: how the benefit stands that the case gave; None if it gave none.

    Of a case that ended without a decision, the last stage is the one in which it ended.
    """
    last = _reached(case, events)
    steps = [step for step in case.city.rules.steps if _belongs(step, case)]
    happened_in = {event.id: _happened_in(event, case) for event in events}
    shown = [
        Stage(
            id=step.id,
            name=step.name_zh,
            kind=kind,
            left_at=_left_at(step, events) if kind in ("done", "ended") else None,
            limit=step.limit_zh,
            what=_note(step, panel, case),
        )
        for step, kind in zip(steps, _kinds(case, steps, last), strict=True)
    ]
    if case.ended and case.at not in DECIDED:
        shown = [stage for stage in shown if stage.kind != "next"]
        shown[-1] = replace(shown[-1], said=ENDED[case.at], what="", left_at=case.ended_at)
    else:
        shown[-1] = _sealed(shown[-1], steps[-1], case, given)
    return _with_letters(shown, steps, letters, happened_in)


def _belongs(step: Step, case: Case) -> bool:
    """Return whether *step* can still come or has come: a benefit that was refused never takes effect."""
    return not (step.state == IN_FORCE and case.at is State.DENIED)


def _reached(case: Case, events: list[Event]) -> State:
    """Return the state that *case* is in, or was in when it ended or a correction was asked for."""
    if case.at in DECIDED:
        return case.at
    if case.ended:
        end = next((event for event in reversed(events) if event.after == case.at != event.before), None)
        return _happened_in(end, case) if end else State.SUBMITTED
    return _of_a_stage(case.at, case)


def _happened_in(event: Event, case: Case) -> State:
    """Return the state with a stage in which *event* happened; an answer to a correction belongs where it leads."""
    if event.before == State.CORRECTION and event.after in ORDER:
        return State(event.after)
    return _of_a_stage(State(event.before), case)


def _of_a_stage(state: State, case: Case) -> State:
    """Return *state*, or the one whose stage stands for it: no city lists a stage for a correction or a display."""
    within = {
        State.CORRECTION: case.return_to,
        State.AWAITING_PRINCIPAL: State.DRAFT,
        State.PUBLICITY: State.DECIDING,
    }
    return State(within.get(state, state))


def _kinds(case: Case, steps: Sequence[Step], reached: State) -> list[str]:
    """Return the kind of each stage, in the city's order, of a case that has come as far as *reached*."""
    here = "ended" if case.ended else "yours" if case.at is State.CORRECTION else "now"
    kinds: list[str] = []
    for step in steps:
        if case.at in DECIDED or _place(step.state) < _place(reached):
            kinds.append("done")
        elif _place(step.state) == _place(reached) and here not in kinds:
            kinds.append(here)
        else:
            kinds.append("next")
    return kinds


def _place(state: str) -> int:
    """Return how far along *state* is; every end is as far as it goes."""
    return ORDER.index(State(state)) if state in ORDER else len(ORDER)


def _left_at(step: Step, events: list[Event]) -> datetime | None:
    stays = (step.state, State.CORRECTION)
    return next(
        (event.at for event in reversed(events) if event.before == step.state and event.after not in stays), None
    )


def _with_letters(
    stages: list[Stage], steps: Sequence[Step], letters: list[Letter], happened_in: dict[int, State]
) -> list[Stage]:
    """Return *stages*, each with the letters issued in it; those that tell a result stand on its own page.

    A letter of a stage that the city does not list, or that the case skipped, stands at the one before.
    """
    placed: dict[int, list[Letter]] = {}
    for letter in letters:
        if letter.void or letter.kind in RESULTS:
            continue
        issued = _place(happened_in.get(letter.event_id, State.DECIDING))
        at = max((n for n, step in enumerate(steps[: len(stages)]) if _place(step.state) <= issued), default=0)
        placed.setdefault(at, []).append(letter)
    return [replace(stage, letters=tuple(placed.get(number, ()))) for number, stage in enumerate(stages)]


def _note(step: Step, panel: Sequence[Seat], case: Case) -> str:
    """Return what the city says of a stage; of the one of the experts also how many have answered."""
    if step.state == State.SUBMITTED and case.unverified and not case.ended:
        return "委托书和身份证明核对以后受理。"
    if not panel or step.state != State.APPRAISING:
        return step.note_zh
    return Said("{what}{said}", what=step.note_zh, said=_opinions(panel, case.city))


def _opinions(panel: Sequence[Seat], region: Region) -> Said:
    """Return how many opinions are in, of how many that are needed or still may come."""
    came = len(answered(panel))
    needed = max(region.rules.experts.required, came + sum(seat.open for seat in panel))
    return Said("已收到专家意见 {n}/{m} 份。", n=came, m=needed)


def _sealed(last: Stage, step: Step, case: Case, given: Standing | None) -> Stage:
    """Return the last stage with the seal of the decision, or with an empty seal until there is one.

    The seal of a case that gave a benefit says how the benefit stands today.
    """
    if given is None:
        refused = case.at is State.DENIED
        return replace(last, seal=SEALS[case.at], denied=True) if refused else replace(last, awaits_seal=last.ahead)
    partly = case.at is State.PARTLY_APPROVED and given.holds
    last = replace(last, seal=SEALS[case.at] if partly else given.words.seal, denied=not given.holds)
    if step.state != IN_FORCE or given.runs:
        return last
    return replace(last, kind="next" if given.to_come else "ended", said=given.words.listed, what="", left_at=None)
