"""A case as one line of a list: in 'my cases', and on the page of a delegation."""

from datetime import date, datetime

import msgspec

from portal.cases.life.case import Case, answers_of
from portal.cases.life.moves import State, turn
from portal.cases.life.words import KINDS
from portal.citizen.shared.mine import address
from portal.core.tools import clock

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
    provisional: bool
    due_on: date | None
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
        """The sentence with the office's deadline; empty if the office does not act next."""
        if not self.due_on or self.turn != "agency":
            return ""
        if clock.today() > self.due_on:
            return "应在 {day} 前办完，还没有办完，很抱歉"
        return "预计 {day} 办完" if self.provisional else "最晚 {day} 办完"


def case_row(case: Case) -> CaseRow:
    """Return *case* as one line."""
    disease = case.city.diseases.get(answers_of(case).get("disease", ""))
    return CaseRow(
        address=address(case),
        disease=disease.name_zh if disease else "",
        kind=KINDS.get(case.kind, ""),
        number=case.number,
        label=case.city.label(case.state),
        turn=turn(case.at),
        draft=case.at is State.DRAFT,
        by_a_proxy=bool(case.delegation),
        provisional=bool(case.due_on and not case.city.calendar.published(case.due_on)),
        due_on=case.due_on,
        edited_at=case.edited_at,
        submitted_at=case.submitted_at,
    )
