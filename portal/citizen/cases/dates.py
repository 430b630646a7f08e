"""The days of a case as its citizen reads them: until when, how long it stood still, why it takes longer."""

from datetime import date, datetime

import msgspec

from portal.cases.life.case import Case, Event, clock_on
from portal.cases.life.deadlines import Clock, LastDay, last_days, take_back_until
from portal.cases.life.moves import turn
from portal.cases.papers.corrections import Correction
from portal.cases.result import publicity
from portal.citizen.shared.last_days import LARGE, Deadline, sentences
from portal.core.tools import clock

# What is said once the day has passed, by what the clock runs for, and whether the day was provisional.
APOLOGIES = {
    ("acceptance", True): "按预计的日子已经过了，还没有受理，很抱歉。那一年的放假安排还没有公布齐，日子可能往后推几天。"
    "我们已经提醒主管。着急请打 {hotline}。",
    ("acceptance", False): "到期还没有受理，很抱歉。申请从交上来那天起就算受理，系统正在办。着急请打 {hotline}。",
    ("decision", True): "按预计的日子已经过了，还没有办完，很抱歉。那一年的放假安排还没有公布齐，日子可能往后推几天。"
    "我们已经提醒主管。着急请打 {hotline}。",
    ("decision", False): "到期还没有办完，很抱歉。我们正在加紧办，已经提醒主管。着急请打 {hotline}。",
}


class Dates(msgspec.Struct, frozen=True):
    """The office's clock of a case today, and the days that follow from it."""

    clock: Clock
    last_days: list[LastDay]  # that the office still has to keep
    passed: bool  # its last day, provisional or not, has passed
    workdays_left: int
    answer_by: date | None  # of an open notice of what is missing
    public_until: date | None
    extended_because: str
    take_back_until: datetime | None

    @property
    def deadline(self) -> Deadline | None:
        """The day that the page shows in large type: the last day of the side that acts next."""
        if self.answer_by:
            return Deadline("请在这天前补好 {day}", self.answer_by)
        if self.public_until:
            return Deadline("公示到 {day}", self.public_until)
        if not self.last_days:
            return None
        last = self.last_days[0]
        return Deadline(LARGE[last.of].of(last), last.day, self.workdays_left)

    @property
    def promised(self) -> list[Deadline]:
        """The sentences of the receipt about the office's last days; none while it is not the office's turn."""
        return sentences(self.last_days)

    @property
    def apology(self) -> str:
        """What is said because the office's last day has passed; empty while it has not."""
        return APOLOGIES[self.clock.runs, self.clock.provisional] if self.passed else ""


def _to_keep(case: Case, ticking: Clock) -> list[LastDay]:
    """Return the last days that the office still has to keep; none while it is not the office's turn."""
    if ticking.due is None or turn(case.at) != "agency":
        return []
    return last_days("acceptance" if ticking.accepted_on is None else "decision", ticking.due, case.city)


async def dates_of(case: Case, events: list[Event], notice: Correction | None) -> Dates:
    """Return the days of *case*, whose history is *events* and whose open notice is *notice*."""
    ticking = clock_on(case, events)
    today = clock.today()
    reasons = [event.note for event in events if event.action == "extend_deadline"]
    return Dates(
        clock=ticking,
        last_days=_to_keep(case, ticking),
        passed=not case.ended and ticking.passed(today),
        workdays_left=case.city.calendar.between(today, ticking.due) if ticking.due else 0,
        answer_by=notice.answer_by if notice else None,
        public_until=await publicity.ends_on(case),
        extended_because=reasons[-1] if reasons else "",
        take_back_until=take_back_until(case.submitted_at, case.city) if case.submitted_at else None,
    )
