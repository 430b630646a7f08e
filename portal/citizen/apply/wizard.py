"""Where one is in the wizard: the line of ticks, and the steps before and after this one."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec
from litestar import Request

from portal.cases.apply.ready import done_slugs
from portal.citizen.shared.mine import MyDraft
from portal.documents.keep import Document
from portal.questions.catalogue import after, before, journey
from portal.questions.model import Step

SAID = {"now": "，当前", "done": "，已完成", "next": "，未完成"}
MARKS = {"now": "now", "done": "done", "next": "todo"}


class Tick(msgspec.Struct, frozen=True):
    """A step in the line of ticks."""

    title: str
    kind: Literal["now", "done", "next"]

    @property
    def current(self) -> bool:
        """Whether one is at this step."""
        return self.kind == "now"

    @property
    def mark(self) -> str:
        """The drawing beside it."""
        return MARKS[self.kind]

    @property
    def words(self) -> str:
        """The same for people who do not see the drawing."""
        return SAID[self.kind]


class Wizard(msgspec.Struct, frozen=True):
    """A step with what surrounds it on its page."""

    step: Step
    ticks: tuple[Tick, ...]
    back: str  # address of the step before, or of the task list
    following: Step
    returning: str  # "review" when one came from there to change something, else empty


def wizard(
    request: Request[Any, Any, Any],
    mine: MyDraft,
    step: Step,
    answers: Mapping[str, str],
    files: Sequence[Document],
) -> Wizard:
    """Return *step* with what surrounds it, on the way that *answers* lead through."""
    way, done = journey(mine.region, answers), done_slugs(answers, mine.region, files)
    earlier = before(step, way)
    return Wizard(
        step=step,
        ticks=tuple(_tick(each, step, done) for each in way),
        back=f"{mine.home}/{earlier.slug}" if earlier else mine.home,
        following=after(step, way),
        returning="review" if request.query_params.get("return") == "review" else "",
    )


def _tick(step: Step, current: Step, done: set[str]) -> Tick:
    if step.slug == current.slug:
        return Tick(step.title, "now")
    return Tick(step.title, "done" if step.slug in done else "next")
