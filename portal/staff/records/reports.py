"""``/staff/reports``: 效能: times, share on time, corrections, failed uploads; also as CSV."""

import csv
from collections.abc import Iterable
from datetime import date, timedelta
from io import StringIO

import msgspec
from litestar import Controller, Response, get
from litestar.di import NamedDependency, Provide

from portal.cases.figures import measures
from portal.cases.figures.hours import HOURS_A_DAY
from portal.cases.figures.measures import Report
from portal.core.tools import clock
from portal.core.web.pages import file_answer
from portal.documents.check import IN_SHORT
from portal.regions.load import Region
from portal.regions.reasons import words
from portal.staff.shared.desk import Desk, at_desk
from portal.staff.shared.nav import Nav

PERIODS = {30: "最近 30 天", 90: "最近 90 天", 365: "最近一年"}
USUAL = 90
# The columns of the table to download.
HEAD = ["地区", "从", "到", "指标", "项目", "件数", "中位（小时，只算工作日）", "95% 不超过（小时，只算工作日）"]
# A cell that begins like this is taken for a formula by spreadsheets.
FORMULA = ("=", "+", "-", "@", "\t", "\r")

Count = tuple[str, int]


class ReportView(msgspec.Struct, frozen=True):
    """The figures of a city in a period, each with what it is called."""

    region: Region
    days: int
    since: date
    report: Report

    @property
    def hours_a_day(self) -> int:
        """How many hours make a working day."""
        return HOURS_A_DAY

    @property
    def reasons(self) -> list[Count]:
        """Why cases had to be corrected, most frequent first."""
        return in_words(self.report.reasons, words(self.region.reasons.correction))

    @property
    def uploads(self) -> list[Count]:
        """Why uploads failed, most frequent first."""
        return in_words(self.report.uploads, IN_SHORT)

    def stage(self, word: str) -> str:
        """Return what a stage is called."""
        return measures.stage_name(word, self.region)


def in_words(counts: Iterable[Count], called: dict[str, str]) -> list[Count]:
    """Return counts with what each code is called."""
    return [(called.get(code, code), n) for code, n in counts]


class ReportsController(Controller):
    """The figures of the member's city."""

    path = "/staff"
    opt = {"who": ("supervisor", "auditor"), "nav": Nav("效能", "/staff/reports")}
    dependencies = {"desk": Provide(at_desk)}

    @get("/reports")
    async def show(self, desk: NamedDependency[Desk]) -> Response[bytes]:
        """Show the figures of a period, drawn and as tables."""
        return desk.page("staff/records/reports/show", view=await report_view(desk), periods=PERIODS)

    @get("/reports.csv")
    async def table(self, desk: NamedDependency[Desk]) -> Response[bytes]:
        """Send the figures as CSV."""
        view = await report_view(desk)
        name = f"performance-{view.region.id}-{view.since}.csv"
        return file_answer(as_csv(rows(view)).encode("utf-8-sig"), "text/csv; charset=utf-8", name, download=True)


async def report_view(desk: Desk) -> ReportView:
    """Return the figures of the period that the address asks for."""
    asked = desk.request.query_params.get("days", "")
    days = int(asked) if asked in {str(period) for period in PERIODS} else USUAL
    since = clock.today() - timedelta(days=days - 1)
    return ReportView(desk.region, days, since, await measures.report(desk.region.id, since, clock.today()))


def rows(view: ReportView) -> list[list[str]]:
    """Return the figures as rows of a table, the first one its head."""
    report = view.report
    place = [view.region.short, view.since.isoformat(), clock.today().isoformat()]
    timed = [
        *(("阶段用时", view.stage(stage.code), stage) for stage in report.stages),
        *(("全程用时", view.stage(one.code), one) for one in report.whole),
    ]
    counted = [
        ("办结", "按时", report.in_time),
        ("办结", "超期", report.late),
        ("补正告知", "全部", report.asked),
        ("补正告知", "到期日才发", report.asked_last_day),
        *(("补正原因", name, n) for name, n in view.reasons),
        *(("上传没有成功", name, n) for name, n in view.uploads),
        *(("上传没有成功的设备", name, n) for name, n in report.browsers),
        ("短信", "没有送到", report.not_sent),
    ]
    return [
        HEAD,
        *([*place, what, name, str(one.count), str(one.median), str(one.most)] for what, name, one in timed),
        *([*place, what, name, str(n), "", ""] for what, name, n in counted),
    ]


def as_csv(table: list[list[str]]) -> str:
    """Return *table* as CSV in which no cell is a formula."""
    out = StringIO()
    csv.writer(out).writerows([[safe(cell) for cell in row] for row in table])
    return out.getvalue()


def safe(cell: str) -> str:
    """Return *cell* in a form that a spreadsheet takes for text."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell
