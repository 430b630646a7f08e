"""``/staff/reports``: 效能: how long, how much on time, what is corrected, which uploads fail; as CSV, too."""

import csv
from datetime import date, timedelta
from io import StringIO
from typing import Any

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency, Provide

from portal.accounts.staff import Member
from portal.cases.figures import measures
from portal.cases.figures.measures import HOURS_A_DAY, Report
from portal.core.tools import clock
from portal.core.web.pages import file_answer, page
from portal.regions.load import REGIONS, Region
from portal.regions.reasons import words
from portal.staff.shared.mine import member
from portal.staff.shared.nav import Nav, links

PERIODS = {30: "最近 30 天", 90: "最近 90 天", 365: "最近一年"}
USUAL = 90
# Why an upload was refused, in short.
CAUSES = {
    "too_big": "文件太大",
    "empty": "文件是空的",
    "type": "格式不收",
    "office": "是文档文件",
    "video": "是视频",
    "mismatch": "名字和内容不一样",
    "password": "有密码",
    "corrupt": "文件坏了",
    "pages": "页数太多",
    "pixels": "画面太大",
    "too_many": "文件太多",
    "too_much": "加起来太大",
    "duplicate": "已经传过",
    "virus": "可能不安全",
}
# A cell that begins so is taken for a formula by spreadsheets.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


class ReportsController(Controller):
    """What the desk of one's city did."""

    path = "/staff"
    opt = {"who": ("supervisor", "auditor"), "nav": Nav("效能", "/staff/reports")}
    dependencies = {"me": Provide(member)}

    @get("/reports")
    async def show(self, request: Request[Any, Any, Any], me: NamedDependency[Member]) -> Response[bytes]:
        """Show the figures of a period, drawn and as tables."""
        days, since = period_in(request)
        region = REGIONS[me.region]
        return page(
            request,
            "staff/records/reports/show",
            region=region,
            me=me,
            links=links(request, me),
            report=await measures.report(region.id, since, clock.today()),
            periods=PERIODS,
            days=days,
            since=since,
            reasons=words(region.reasons.correction),
            causes=CAUSES,
            a_day=HOURS_A_DAY,
        )

    @get("/reports.csv")
    async def table(self, request: Request[Any, Any, Any], me: NamedDependency[Member]) -> Response[bytes]:
        """Send the same as a table."""
        _, since = period_in(request)
        region = REGIONS[me.region]
        found = await measures.report(region.id, since, clock.today())
        content = as_csv(rows(found, region, since)).encode("utf-8-sig")
        return file_answer(content, "text/csv; charset=utf-8", f"performance-{region.id}-{since}.csv", download=True)


def period_in(request: Request[Any, Any, Any]) -> tuple[int, date]:
    """Return the days an address asks for, and the first of them."""
    asked = request.query_params.get("days", "")
    days = int(asked) if asked in {str(one) for one in PERIODS} else USUAL
    return days, clock.today() - timedelta(days=days - 1)


def rows(report: Report, region: Region, since: date) -> list[list[str]]:
    """Return the figures as rows of a table, the first one its head."""
    head = ["地区", "从", "到", "指标", "项目", "件数", "中位（小时，只算工作日）", "95% 不超过（小时，只算工作日）"]
    called = words(region.reasons.correction)
    place = [region.short, since.isoformat(), clock.today().isoformat()]
    spreads = [("阶段用时", region.label(one.word), one) for one in report.stages]
    spreads += [("全程用时", "从提交到办结", one) for one in report.whole]
    timed = [[*place, what, name, str(one.count), str(one.median), str(one.most)] for what, name, one in spreads]
    counted = [
        ("办结", "按时", report.in_time),
        ("办结", "超期", report.late),
        ("补正告知", "全部", report.asked),
        ("补正告知", "到期日才发", report.asked_last_day),
        *(("补正原因", called.get(word, word), n) for word, n in report.reasons),
        *(("上传没有成功", CAUSES.get(word, word), n) for word, n in report.uploads),
        *(("上传没有成功的设备", word, n) for word, n in report.browsers),
        ("短信", "没有送到", report.not_sent),
    ]
    return [head, *timed, *([*place, what, name, str(n), "", ""] for what, name, n in counted)]


def as_csv(table: list[list[str]]) -> str:
    """Return *table* as CSV in which no cell is a formula."""
    out = StringIO()
    csv.writer(out).writerows([[safe(cell) for cell in row] for row in table])
    return out.getvalue()


def safe(cell: str) -> str:
    """Return *cell* so that a spreadsheet takes it for text."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell
