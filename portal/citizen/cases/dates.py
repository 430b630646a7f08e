"""The days of a case as its citizen reads them: until when, how long it stood still, why it takes longer."""

from datetime import date, datetime

import msgspec

from portal.cases.life.case import Case, Event, clock_on
from portal.cases.life.deadlines import Clock, take_back_until
from portal.cases.papers.corrections import Correction
from portal.cases.result import publicity
from portal.core.tools import clock

# The office's last day, by what its clock runs for, and whether that day is provisional.
DUE = {
    ("acceptance", True): "预计受理 {day}，还有 {n} 个工作日",
    ("acceptance", False): "最晚受理 {day}，还有 {n} 个工作日",
    ("decision", True): "预计办完 {day}，还有 {n} 个工作日",
    ("decision", False): "最晚办完 {day}，还有 {n} 个工作日",
}
# The day once it has passed; it is no longer 预计.
PASSED = {
    "acceptance": "应在这天前受理 {day}",
    "decision": "应在这天前办完 {day}",
}
# What is said then, by what the clock runs for, and whether the day was provisional.
APOLOGIES = {
    ("acceptance", True): "按预计的日子已经过了，还没有受理，很抱歉。那一年的放假安排还没有公布齐，日子可能往后推几天。"
    "我们已经提醒主管。着急请打 {hotline}。",
    ("acceptance", False): "到期还没有受理，很抱歉。申请从交上来那天起就算受理，系统正在办。着急请打 {hotline}。",
    ("decision", True): "按预计的日子已经过了，还没有办完，很抱歉。那一年的放假安排还没有公布齐，日子可能往后推几天。"
    "我们已经提醒主管。着急请打 {hotline}。",
    ("decision", False): "到期还没有办完，很抱歉。我们正在加紧办，已经提醒主管。着急请打 {hotline}。",
}
# The same day on the receipt.
PROMISED = {
    ("acceptance", True): "预计 {day} 受理。",
    ("acceptance", False): "最晚 {day} 受理。",
    ("decision", True): "预计 {day} 给您结果。",
    ("decision", False): "最晚 {day} 给您结果。",
}


class Deadline(msgspec.Struct, frozen=True):
    """A day in a sentence: *words* has a place for the day, and may have one for the working days left."""

    words: str
    day: date
    workdays_left: int = 0


class Dates(msgspec.Struct, frozen=True):
    """The office's clock of a case today, and the days that follow from it."""

    clock: Clock
    office_acts: bool  # the office has to act next, so that its clock runs
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
        if self.passed and self.clock.due:
            return Deadline(PASSED[self.clock.runs], self.clock.due)
        return self._due_by_the_office(DUE)

    @property
    def promised(self) -> Deadline | None:
        """The day that the receipt promises; None while the office's clock is paused, and once the day has passed."""
        return None if self.passed else self._due_by_the_office(PROMISED)

    @property
    def apology(self) -> str:
        """What is said because the office's last day has passed; empty while it has not."""
        return APOLOGIES[self.clock.runs, self.clock.provisional] if self.passed else ""

    def _due_by_the_office(self, words: dict[tuple[str, bool], str]) -> Deadline | None:
        if not (self.clock.due and self.office_acts):
            return None
        return Deadline(words[self.clock.runs, self.clock.provisional], self.clock.due, self.workdays_left)


async def dates_of(case: Case, events: list[Event], notice: Correction | None, *, office_acts: bool) -> Dates:
    """Return the days of *case*, whose history is *events* and whose open notice is *notice*."""
    ticking = clock_on(case, events)
    today = clock.today()
    reasons = [event.note for event in events if event.action == "extend_deadline"]
    return Dates(
        clock=ticking,
        office_acts=office_acts,
        passed=not case.ended and ticking.passed(today),
        workdays_left=case.city.calendar.between(today, ticking.due) if ticking.due else 0,
        answer_by=notice.answer_by if notice else None,
        public_until=await publicity.ends_on(case),
        extended_because=reasons[-1] if reasons else "",
        take_back_until=take_back_until(case.submitted_at, case.city) if case.submitted_at else None,
    )
