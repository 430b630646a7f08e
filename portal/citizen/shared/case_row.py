"""A case as one line of a list: in 'my cases', and on the page of a delegation."""

from datetime import datetime

import msgspec

from portal.cases.benefits.standing import Standing, state_words
from portal.cases.life.case import Case, answers_of, last_days_of
from portal.cases.life.deadlines import LastDay
from portal.cases.life.moves import State, turn
from portal.cases.life.words import KINDS
from portal.citizen.shared.last_days import SHORT
from portal.citizen.shared.mine import address

# The kind of status, by who must act next.
STATUS = {"citizen": "yours", "nobody": "done"}


class CaseRow(msgspec.Struct, frozen=True):
    """One line of a list of cases."""

    address: str
    disease: str  # empty while none is chosen
    kind: str  # 续期 or 复审; empty for a first application
    number: str  # empty before the first submission
    label: str
    turn: str
    draft: bool
    by_a_proxy: bool
    last_day: LastDay | None  # the one that the office has to keep next
    edited_at: datetime
    submitted_at: datetime | None

    @property
    def waits_for_the_citizen(self) -> bool:
        """Whether the citizen must act next."""
        return self.turn == "citizen"

    @property
    def status(self) -> str:
        """The kind of the case's status, which sets its colour."""
        return STATUS.get(self.turn, "now")

    @property
    def words(self) -> str:
        """The status in words."""
        return "草稿，还没有提交" if self.draft else self.label

    @property
    def due_words(self) -> str:
        """The words for the office's next last day; empty if it has none to keep."""
        return SHORT[self.last_day.of].of(self.last_day) if self.last_day else ""


def case_row(case: Case, given: Standing | None = None) -> CaseRow:
    """Return *case* as one line; *given* is how the benefit stands that it gave."""
    disease = case.city.diseases.get(answers_of(case).get("disease", ""))
    return CaseRow(
        address=address(case),
        disease=disease.name_zh if disease else "",
        kind=KINDS.get(case.kind, ""),
        number=case.number,
        label=state_words(case, given),
        turn=turn(case.at),
        draft=case.at is State.DRAFT,
        by_a_proxy=bool(case.delegation),
        last_day=next(iter(last_days_of(case)), None),
        edited_at=case.edited_at,
        submitted_at=case.submitted_at,
    )
