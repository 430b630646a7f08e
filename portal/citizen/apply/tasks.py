"""The task list of a draft: each step, how far it is, what is left."""

from collections.abc import Mapping

import msgspec

from portal.cases.apply.ready import progress
from portal.cases.life.case import Case
from portal.documents import keep
from portal.questions.catalogue import journey
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
        _task(step, progress(step, answers, region, files), answers, region)
        for step in journey(region, answers)
        if step.page != "review"
    ]
    review = journey(region, answers)[-1]
    ready = all(row.kind == "done" for row in rows)
    return [*rows, _task(review, "todo" if ready else "wait", answers, region)]


def ticks(way: list[Step], step: Step, done: set[str]) -> tuple[tuple[str, str], ...]:
    """Return ``(title, kind)`` of each step for the line of ticks: kind is now, done or next."""
    return tuple((one.title, "now" if one.slug == step.slug else "done" if one.slug in done else "next") for one in way)


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
