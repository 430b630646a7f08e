"""The position in the wizard: the line of ticks, and the steps before and after the current one."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec
from litestar import Request

from portal.cases.apply.ready import done_slugs
from portal.citizen.shared.mine import MyDraft
from portal.documents.keep import Document
from portal.questions.catalogue import after, before, journey
from portal.questions.model import Step

WORDS = {"now": "当前", "done": "已完成", "next": "未完成"}
MARKS = {"now": "now", "done": "done", "next": "todo"}


class Tick(msgspec.Struct, frozen=True):
    """A step in the line of ticks."""

    title: str
    kind: Literal["now", "done", "next"]

    @property
    def current(self) -> bool:
        """Whether this is the step of the current page."""
        return self.kind == "now"

    @property
    def mark(self) -> str:
        """The name of the icon beside the step."""
        return MARKS[self.kind]

    @property
    def words(self) -> str:
        """The meaning of the icon in words, for screen readers."""
        return WORDS[self.kind]


class Wizard(msgspec.Struct, frozen=True):
    """A step with the navigation around it on its page."""

    step: Step
    ticks: tuple[Tick, ...]
    back: str  # address of the previous step, or of the task list
    following: Step
    returning: str  # "review" if the person came from there to change an answer, else empty


def wizard(
    request: Request[Any, Any, Any],
    mine: MyDraft,
    step: Step,
    answers: Mapping[str, str],
    files: Sequence[Document],
) -> Wizard:
    """Return *step* with its navigation, among the steps that apply to *answers*."""
    way = journey(mine.region, answers)
    done = done_slugs(answers, mine.region, files)
    earlier = before(step, way)
    return Wizard(
        step=step,
        ticks=tuple(_tick(step_of_way, step, done) for step_of_way in way),
        back=f"{mine.home}/{earlier.slug}" if earlier else mine.home,
        following=after(step, way),
        returning="review" if request.query_params.get("return") == "review" else "",
    )


def _tick(step: Step, current: Step, done: set[str]) -> Tick:
    if step.slug == current.slug:
        return Tick(step.title, "now")
    return Tick(step.title, "done" if step.slug in done else "next")
