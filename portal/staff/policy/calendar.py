"""``/staff/policy/calendar``: 试算期限: compute a due day and show which days count."""

from collections.abc import Mapping
from datetime import date

import msgspec
from litestar import Controller, Response, get
from litestar.di import NamedDependency, Provide

from portal.cases.life.deadlines import Pause, due
from portal.core.tools import clock
from portal.core.tools.i18n import Said
from portal.core.web.forms import clean
from portal.policy import versions
from portal.policy.holding import CALENDARS
from portal.policy.versions import Version
from portal.questions.rules import day
from portal.regions.load import CALENDAR, REGIONS, Region
from portal.regions.workdays import Calendar, calendars
from portal.staff.policy.desk import ADMIN
from portal.staff.policy.files import with_names
from portal.staff.shared.desk import Desk, at_desk

FIELDS = ("start", "days", "city", "pauses", "version")
MOST_TYPED = 600
MOST_DAYS, MOST_PAUSES = 250, 10


class Counted(msgspec.Struct, frozen=True):
    """The result of a calendar: the due day (None while a pause is open) and the counted days."""

    name: str
    due: date | None
    provisional: bool
    days: list[date]


class Question(msgspec.Struct, frozen=True):
    """The input of the calculation."""

    start: date
    days: int
    pauses: list[Pause]
    region: Region


class CalendarController(Controller):
    """The tester."""

    path = "/staff/policy/calendar"
    opt = {"who": ADMIN}
    dependencies = {"desk": Provide(at_desk)}

    @get()
    async def show(self, desk: NamedDependency[Desk]) -> Response[bytes]:
        """Show the form; once it is filled in, also the days by today's calendar and by another version of it."""
        query = desk.request.query_params
        given = {name: clean(query.get(name, "")).strip()[:MOST_TYPED] for name in FIELDS}
        asked = bool(given["start"])
        region = REGIONS.get(given["city"] or desk.me.region, desk.region)
        given["city"] = given["city"] or desk.me.region
        given["start"] = given["start"] or f"{clock.today()}"
        given["days"] = given["days"] or str(region.rules.clock.limit_workdays)
        question, errors = read(given, region)
        others = [version for version in await versions.versions(CALENDARS, CALENDAR) if version.can_be_compared]
        return desk.page(
            "staff/policy/calendar/show",
            errors if asked else {},
            given=given,
            cities=[(city.id, city.short) for city in REGIONS.values()],
            others=await choices(others),
            results=results(question, others, given["version"]) if question and asked else [],
        )


async def choices(others: list[Version]) -> list[tuple[str, str]]:
    """Return the versions of the calendar to choose from: ``(id, words)``."""
    return [
        (
            str(name.version.id),
            Said("第 {n} 版，{state}，{name}", n=name.version.id, state=name.version.words, name=name.drafter),
        )
        for name in await with_names(others)
    ]


def results(question: Question, others: list[Version], chosen: str) -> list[Counted]:
    """Return the results of today's calendar and of the chosen version, if any."""
    region = question.region
    found = [counted("现在的日历", question, region.calendar)]
    for other in others:
        if str(other.id) == chosen:
            known = calendars(other.text, CALENDAR)
            layers = [known[name] for name in region.rules.region.calendars if name in known]
            found.append(counted("选的这一版", question, Calendar(layers)))
    return found


def read(given: Mapping[str, str], region: Region) -> tuple[Question | None, dict[str, str]]:
    """Return the input (None if wrong), and its errors by field."""
    start = day(given["start"])
    days = number(given["days"])
    lines = [line for line in given["pauses"].splitlines() if line.strip()]
    pauses = [pause for line in lines if (pause := pause_in(line, start))]
    errors = {}
    if start is None:
        errors["start"] = "请写日期，例如 2026-12-01。"
    if not 1 <= days <= MOST_DAYS:
        errors["days"] = "请填 1 到 250 的数字。"
    if len(pauses) != len(lines) or len(pauses) > MOST_PAUSES:
        errors["pauses"] = "每行写一次补正：告知日期/补正日期，例如 2026-12-03/2026-12-10，从前到后，不早于开始的日期。"
    if errors or start is None:
        return None, errors
    return Question(start, days, pauses, region), {}


def number(text: str) -> int:
    """Return a number of at most four digits; 0 for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 0


def pause_in(line: str, start: date | None) -> Pause | None:
    """Return the pause on a line, open while it has no second day; None when the line is wrong."""
    first, _, last = (part.strip() for part in line.partition("/"))
    asked = day(first)
    answered = day(last) if last else None
    if asked is None or start is None or asked < start:
        return None
    if last and (answered is None or answered < asked):
        return None
    return Pause(asked, answered)


def counted(name: str, question: Question, calendar: Calendar) -> Counted:
    """Return the result of *calendar*."""
    resume = question.region.rules.correction.resume
    last = due(question.start, question.days, question.pauses, resume, calendar)
    if last is None:
        return Counted(name, None, provisional=False, days=[])
    ends = [pause.end for pause in question.pauses if pause.end]
    first = max(ends) if ends and resume == "restart" else question.start
    days = []
    for one in calendar.after(first):
        if one > last:
            break
        if not any(pause.covers(one) for pause in question.pauses):
            days.append(one)
    return Counted(name, last, provisional=not calendar.published(last), days=days)
