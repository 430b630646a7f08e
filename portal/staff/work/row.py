"""A case as a row of the desk's lists, and the views of the queue that the lists lead to."""

from datetime import datetime

import msgspec

from portal.accounts.person import masked_name, person
from portal.accounts.staff import Member
from portal.cases.desk.search import View
from portal.cases.life.case import Case, answers_of, clock_on, history
from portal.cases.life.deadlines import Clock
from portal.cases.life.words import KINDS
from portal.cases.result.returned import returned_in
from portal.core.tools import clock
from portal.core.tools.i18n import Said
from portal.staff.shared.sign import Sign

VIEWS: dict[View, str] = {
    "open": "在办",
    "mine": "我的",
    "free": "待认领",
    "today": "今日到期",
    "late": "已逾期",
    "correction": "待补正",
    "experts": "待专家",
    "approval": "待审批",
    "ended": "已办结",
}
URGENT = 1  # working days left


class Row(msgspec.Struct, frozen=True):
    """What a list shows of a case."""

    case: Case
    name: str  # of the applicant, masked
    about: str  # the disease, and what it is for where that is no first application
    time: Sign
    returned_at: datetime | None  # since when the approver's comment waits to be met

    @property
    def state(self) -> str:
        """The state in the words of the city."""
        return self.case.city.label(self.case.state)

    def may_be_claimed_by(self, me: Member) -> bool:
        """Return whether *me* may claim the case: it is unassigned and not ended."""
        return not self.case.assigned_to and not self.case.ended and me.has("reviewer")

    @property
    def ticked_as(self) -> str:
        """The value of its checkbox: the number, and the case's member when the page was made."""
        return f"{self.case.number}.{self.case.assigned_to}"


async def row(case: Case) -> Row:
    """Return the row of a case."""
    who = await person(case.person)
    events = await history(case)
    returned = returned_in(case, events)
    return Row(
        case=case,
        name=masked_name(who.name) if who else "",
        about=about(case),
        time=time_left(case, clock_on(case, events)),
        returned_at=returned.at if returned else None,
    )


def about(case: Case) -> str:
    """Return the disease of a case, and its kind if it is not a first application."""
    disease = case.city.diseases.get(answers_of(case).get("disease", ""))
    name = disease.name_zh if disease else ""
    kind = KINDS.get(case.kind, "")
    return Said("{disease}（{kind}）", disease=name, kind=kind) if kind else name


def time_left(case: Case, office: Clock) -> Sign:
    """Return how much time the *office* has left for a case, in working days."""
    calendar = case.city.calendar
    today = clock.today()
    if case.ended:
        return Sign("done", "已办结")
    if office.due is None:
        return Sign("wait", "已停，等补正")
    if office.late(today):
        return Sign("late", Said("已逾期 {n} 个工作日", n=calendar.between(office.due, today)))
    if office.passed(today):
        return Sign("late", Said("过了预计的日子 {n} 个工作日", n=calendar.between(office.due, today)))
    left = calendar.between(today, office.due)
    return Sign("yours" if left <= URGENT else "now", Said("剩 {n} 个工作日", n=left))
