"""The stages of a case as the city lists them, with what has become of each."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from msgspec.structs import replace

from portal.cases.experts.seats import Seat, given
from portal.cases.life.case import Case, Event
from portal.cases.life.moves import DECIDED, State
from portal.core.tools.i18n import Said
from portal.letters.letter import Letter
from portal.regions.load import Region
from portal.regions.model import Step

ORDER = (State.DRAFT, State.SUBMITTED, State.REVIEWING, State.APPRAISING, State.DECIDING)
# Which letter belongs to which stage of the region's list.
LETTERS = {"submit": ("L01",), "accept": ("L02", "L03"), "review": ("L04", "L05"), "decide": ("L13",)}
# What the seal on the last stage says, which is Chinese in every language.
SEALS = {State.APPROVED: "认定通过", State.PARTLY_APPROVED: "部分通过", State.DENIED: "不予认定"}
TAGS = {"done": "已完成", "now": "当前", "yours": "等您补充", "next": "未开始"}


class Stage(msgspec.Struct, frozen=True):
    """One stage: *kind* is done, now, yours (now, and it waits for the citizen) or next."""

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

    @property
    def look(self) -> str:
        """The end of its class."""
        return "now timeline__stage--yours" if self.kind == "yours" else self.kind

    @property
    def tag(self) -> str:
        """The end of the class of its tag."""
        return "todo" if self.ahead else self.kind

    @property
    def says(self) -> str:
        """Its tag in words."""
        return TAGS[self.kind]

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
        return self.kind == "done"


def stages(case: Case, events: list[Event], letters: list[Letter], panel: Sequence[Seat]) -> list[Stage]:
    """Return the city's stages for *case*; the one of the experts says how many of the *panel* have answered.

    Of a case that ended without a decision, the stages it never reached are left out.
    """
    steps = case.city.rules.steps
    shown = [
        _stage(step, kind, _note(step, panel, case.city), events, letters)
        for step, kind in zip(steps, _kinds(case, steps), strict=True)
    ]
    if case.ended and case.at not in DECIDED:
        return [stage for stage in shown if stage.left_at]
    return [*shown[:-1], _sealed(shown[-1], case)]


def _kinds(case: Case, steps: Sequence[Step]) -> list[str]:
    """Return the kind of each stage, in the city's order."""
    state = State(case.return_to) if case.at is State.CORRECTION else case.at
    kinds: list[str] = []
    for step in steps:
        if case.ended or _place(step.state) < _place(state):
            kinds.append("done")
        elif _place(step.state) == _place(state) and not {"now", "yours"} & set(kinds):
            kinds.append("yours" if case.at is State.CORRECTION else "now")
        else:
            kinds.append("next")
    return kinds


def _place(state: str) -> int:
    """Return how far along *state* is; every end is as far as it goes."""
    return ORDER.index(State(state)) if state in ORDER else len(ORDER)


def _stage(step: Step, kind: str, note: str, events: list[Event], letters: list[Letter]) -> Stage:
    left = [event for event in events if event.before == step.state and event.after not in (step.state, "correction")]
    return Stage(
        id=step.id,
        name=step.name_zh,
        kind=kind,
        left_at=left[-1].at if left and kind == "done" else None,
        limit=step.limit_zh,
        what=note,
        letters=tuple(letter for letter in letters if letter.kind in LETTERS.get(step.id, ()) and not letter.void),
    )


def _note(step: Step, panel: Sequence[Seat], region: Region) -> str:
    """Return what the city says of a stage; of the one of the experts also how many have answered."""
    if not panel or step.state != State.APPRAISING:
        return step.note_zh
    return Said("{what}{said}", what=step.note_zh, said=_opinions(panel, region))


def _opinions(panel: Sequence[Seat], region: Region) -> Said:
    """Return how many opinions are in, of how many that are needed or still may come."""
    came = len(given(panel))
    needed = max(region.rules.experts.required, came + sum(seat.open for seat in panel))
    return Said("已收到专家意见 {n}/{m} 份。", n=came, m=needed)


def _sealed(last: Stage, case: Case) -> Stage:
    """Return the last stage with the seal of the decision, or with an empty seal until there is one."""
    if case.at in SEALS:
        return replace(last, seal=SEALS[case.at], denied=case.at is State.DENIED)
    return replace(last, awaits_seal=last.ahead)
