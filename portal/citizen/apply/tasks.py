"""The task list of a draft: each step, how far it is, what is left."""

from collections.abc import Mapping

import msgspec

from portal.cases.life.case import Case
from portal.documents import keep
from portal.documents.keep import Document
from portal.documents.pages import PILE
from portal.questions import materials
from portal.questions.catalogue import journey
from portal.questions.materials import Slot
from portal.questions.model import Step
from portal.questions.rules import grouped_mobile
from portal.regions.load import Region


class Task(msgspec.Struct, frozen=True):
    """One row: kind is done, half, yours, todo or wait."""

    step: Step
    kind: str
    word: str
    note: str
    minutes: int


WORDS = {"done": "已完成", "half": "进行中", "yours": "需要修改", "todo": "未开始", "wait": "还不能开始"}


async def tasks(case: Case, answers: Mapping[str, str]) -> list[Task]:
    """Return the rows of the task list."""
    region, files = case.city, await keep.documents(case.id)
    rows = [
        _task(step, kind_of(step, answers, region, files), answers, region)
        for step in journey(region, answers)
        if step.page != "review"
    ]
    review = journey(region, answers)[-1]
    ready = all(row.kind == "done" for row in rows)
    return [*rows, _task(review, "todo" if ready else "wait", answers, region)]


def done_slugs(answers: Mapping[str, str], region: Region, files: list[Document]) -> set[str]:
    """Return the slugs of the steps that are done."""
    return {
        step.slug
        for step in journey(region, answers)
        if step.page != "review" and kind_of(step, answers, region, files) == "done"
    }


def ticks(way: list[Step], step: Step, done: set[str]) -> tuple[tuple[str, str], ...]:
    """Return ``(title, kind)`` of each step for the line of ticks: kind is now, done or next."""
    return tuple((one.title, "now" if one.slug == step.slug else "done" if one.slug in done else "next") for one in way)


def kind_of(step: Step, answers: Mapping[str, str], region: Region, files: list[Document]) -> str:
    """Return how far a step is."""
    if step.page == "materials":
        return _materials_kind(answers, region, files)
    if answers.get(f"done.{step.slug}") == "yes":
        return "yours" if step.errors(answers, region) else "done"
    return "half" if step.started(answers) and f"saved.{step.slug}" in answers else "todo"


def _materials_kind(answers: Mapping[str, str], region: Region, files: list[Document]) -> str:
    blocking, open_ = left_of(answers, region, files)
    if not blocking and not open_ and not any(file.slot == PILE for file in files):
        return "done"
    return "half" if files else "todo"


def left_of(answers: Mapping[str, str], region: Region, files: list[Document]) -> tuple[list[Slot], list[Slot]]:
    """Return the slots that block submitting, and those that are only asked for."""
    return materials.missing(region, answers, {file.slot for file in files})


def _task(step: Step, kind: str, answers: Mapping[str, str], region: Region) -> Task:
    return Task(step, kind, WORDS[kind], _note(step, kind, answers, region), step.minutes)


def _note(step: Step, kind: str, answers: Mapping[str, str], region: Region) -> str:
    if kind != "done":
        return step.note
    disease = region.diseases.get(answers.get("disease", ""))
    shown = {
        "person": grouped_mobile(answers.get("mobile", "")),
        "disease": disease.name_zh if disease else "",
        "diagnosis": answers.get("hospital", ""),
    }
    return shown.get(step.slug, "")
