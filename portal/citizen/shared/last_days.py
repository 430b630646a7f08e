"""The office's last days in words; each says whose clock it is, and none that is over is still called 最晚 or 预计."""

from datetime import date

import msgspec

from portal.cases.life.deadlines import LastDay
from portal.core.tools import clock


class Words(msgspec.Struct, frozen=True):
    """How a last day is said: ahead, ahead on a calendar that is not published, and when it is over."""

    ahead: str
    provisional: str
    over: str = ""

    def of(self, last: LastDay) -> str:
        """Return the words for *last* today."""
        if last.passed(clock.today()):
            return self.over
        return self.provisional if last.provisional else self.ahead


# In large type, on the page of the progress.
LARGE = {
    "acceptance": Words(
        "最晚受理 {day}，还有 {n} 个工作日", "预计受理 {day}，还有 {n} 个工作日", "应在这天前受理 {day}"
    ),
    "decision": Words("最晚办完 {day}，还有 {n} 个工作日", "预计办完 {day}，还有 {n} 个工作日", "应在这天前办完 {day}"),
}
# In a sentence: before submitting and on the receipt, which promise no day that is over.
SENTENCES = {
    "acceptance": Words("最晚 {day} 受理。", "预计 {day} 受理。"),
    "decision": Words("最晚 {day} 办完，告诉您结果。", "预计 {day} 办完，告诉您结果。"),
}
# In a list of cases.
SHORT = {
    "acceptance": Words("最晚 {day} 受理", "预计 {day} 受理", "应在 {day} 前受理，还没有受理，很抱歉"),
    "decision": Words("最晚 {day} 办完", "预计 {day} 办完", "应在 {day} 前办完，还没有办完，很抱歉"),
}


class Deadline(msgspec.Struct, frozen=True):
    """A day in a sentence: *words* has a place for the day, and may have one for the working days left."""

    words: str
    day: date
    workdays_left: int = 0


def sentences(days: list[LastDay]) -> list[Deadline]:
    """Return one sentence for each of *days* that is still ahead."""
    ahead = [last for last in days if not last.passed(clock.today())]
    return [Deadline(SENTENCES[last.of].of(last), last.day) for last in ahead]
