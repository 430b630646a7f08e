"""The task list of a draft: each step with its progress."""

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
    """One row: a step and its progress (done, half, yours, todo; wait only for the last step)."""

    step: Step
    kind: str
    note: str

    @property
    def word(self) -> str:
        """The progress in words."""
        return WORDS[self.kind]

    @property
    def done(self) -> bool:
        """Whether the step is finished."""
        return self.kind == "done"

    @property
    def waits(self) -> bool:
        """Whether the step can be begun only after all others are finished."""
        return self.kind == "wait"


class TaskList(msgspec.Struct, frozen=True):
    """The rows of all steps, in the order of the wizard."""

    tasks: list[Task]

    @property
    def finished(self) -> int:
        """The number of finished steps."""
        return sum(task.done for task in self.tasks)

    @property
    def minutes(self) -> int:
        """Estimated minutes for the remaining steps."""
        return sum(task.step.minutes for task in self.tasks if not task.done)

    @property
    def next(self) -> Task:
        """The first unfinished step that can be done now."""
        open_ = [task for task in self.tasks if not task.done and not task.waits]
        return open_[0] if open_ else self.tasks[-1]


async def task_list(case: Case, answers: Mapping[str, str]) -> TaskList:
    """Return the task list of a draft."""
    region = case.city
    files = await keep.documents(case.id)
    *steps, review = journey(region, answers)
    tasks = [_task(step, progress(step, answers, region, files), answers, region) for step in steps]
    ready = all(task.done for task in tasks)
    return TaskList([*tasks, Task(review, "todo" if ready else "wait", review.note)])


def _task(step: Step, kind: str, answers: Mapping[str, str], region: Region) -> Task:
    return Task(step, kind, _answered(step, answers, region) if kind == "done" else step.note)


def _answered(step: Step, answers: Mapping[str, str], region: Region) -> str:
    """Return the main answer of a finished step (the phone, the disease, the hospital), to recognise it by."""
    if step.slug == "person":
        return grouped_mobile(answers.get("mobile", ""))
    if step.slug == "disease":
        disease = region.diseases.get(answers.get("disease", ""))
        return disease.name_zh if disease else ""
    return answers.get("hospital", "") if step.slug == "diagnosis" else ""
