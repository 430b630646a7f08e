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

WORDS = {"done": "已完成", "half": "进行中", "yours": "需要修改", "todo": "未开始", "wait": "还不能开始"}


class Task(msgspec.Struct, frozen=True):
    """One row: a step and how far it is (done, half, yours, todo, or wait for the last one)."""

    step: Step
    kind: str
    note: str

    @property
    def word(self) -> str:
        """How far it is, in words."""
        return WORDS[self.kind]

    @property
    def done(self) -> bool:
        """Whether nothing is left to do."""
        return self.kind == "done"

    @property
    def waits(self) -> bool:
        """Whether it can only be begun when the others are done."""
        return self.kind == "wait"


class TaskList(msgspec.Struct, frozen=True):
    """All rows, in the order of the wizard."""

    tasks: list[Task]

    @property
    def finished(self) -> int:
        """How many are done."""
        return sum(task.done for task in self.tasks)

    @property
    def minutes(self) -> int:
        """About how long the rest takes."""
        return sum(task.step.minutes for task in self.tasks if not task.done)

    @property
    def next(self) -> Task:
        """The first that can be done now."""
        open_ = [task for task in self.tasks if not task.done and not task.waits]
        return open_[0] if open_ else self.tasks[-1]


async def task_list(case: Case, answers: Mapping[str, str]) -> TaskList:
    """Return the task list of a draft."""
    region, files = case.city, await keep.documents(case.id)
    *steps, review = journey(region, answers)
    tasks = [_task(step, progress(step, answers, region, files), answers, region) for step in steps]
    ready = all(task.done for task in tasks)
    return TaskList([*tasks, Task(review, "todo" if ready else "wait", review.note)])


def _task(step: Step, kind: str, answers: Mapping[str, str], region: Region) -> Task:
    return Task(step, kind, _answered(step, answers, region) if kind == "done" else step.note)


def _answered(step: Step, answers: Mapping[str, str], region: Region) -> str:
    """Return what tells one that a step that is done is the right one: the phone, the disease, the hospital."""
    if step.slug == "person":
        return grouped_mobile(answers.get("mobile", ""))
    if step.slug == "disease":
        disease = region.diseases.get(answers.get("disease", ""))
        return disease.name_zh if disease else ""
    return answers.get("hospital", "") if step.slug == "diagnosis" else ""
