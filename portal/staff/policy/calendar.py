"""``/staff/policy/calendar``: try the calendar: what would the due day be, and which days count."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec
from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency, Provide

from portal.accounts.staff import Member
from portal.cases.life.deadlines import Pause, due
from portal.core.tools import clock
from portal.core.web.forms import clean
from portal.core.web.pages import page
from portal.policy import versions
from portal.policy.holding import CALENDARS
from portal.questions.rules import day
from portal.regions.load import CALENDAR, REGIONS, Region
from portal.regions.workdays import Calendar, calendars
from portal.staff.policy.policy import ADMIN
from portal.staff.policy.view import STATES, people
from portal.staff.shared.mine import member
from portal.staff.shared.nav import links

FIELDS = ("start", "days", "city", "pauses", "version")
MOST_DAYS, MOST_PAUSES = 250, 10
LIVE = ("draft", "proposed", "released")


class Counted(msgspec.Struct, frozen=True):
    """What a calendar comes to: the due day, or none while a pause is open, and the days that were counted."""

    name: str
    due: date | None
    provisional: bool
    days: list[date]


class Question(msgspec.Struct, frozen=True):
    """What is asked of the calendar."""

    start: date
    days: int
    pauses: list[Pause]
    region: Region


class CalendarController(Controller):
    """The tester."""

    path = "/staff/policy/calendar"
    opt = {"who": ADMIN}
    dependencies = {"me": Provide(member)}

    @get()
    async def show(self, request: Request[Any, Any, Any], me: NamedDependency[Member]) -> Response[bytes]:
        """Show the form and, once it is filled in, the days by today's calendar and by another version of it."""
        given = {name: clean(request.query_params.get(name, "")).strip()[:600] for name in FIELDS}
        asked = bool(given["start"])
        given = {**given, "city": given["city"] or me.region, "start": given["start"] or f"{clock.today()}"}
        region = REGIONS.get(given["city"], REGIONS[me.region])
        given["days"] = given["days"] or str(region.rules.clock.limit_workdays)
        question, errors = read(given, region)
        others = [one for one in await versions.versions(CALENDARS, CALENDAR) if one.state in LIVE]
        other = next((one for one in others if str(one.id) == given["version"]), None)
        results = []
        if question and asked:
            results.append(counted("现在的日历", question, region.calendar))
            if other:
                known = calendars(other.text, CALENDAR)
                names = [name for name in region.rules.region.calendars if name in known]
                results.append(counted("选的这一版", question, Calendar([known[name] for name in names])))
        return page(
            request,
            "staff/policy/calendar/show",
            status=422 if errors else 200,
            region=REGIONS[me.region],
            me=me,
            links=links(request, me),
            given=given,
            cities=[(one.id, one.short) for one in REGIONS.values()],
            others=[(str(one.id), one) for one in others],
            states=STATES,
            names=await people(others),
            results=results,
            errors=errors if asked else {},
        )


def read(given: Mapping[str, str], region: Region) -> tuple[Question | None, dict[str, str]]:
    """Return what is asked, and what is wrong with it."""
    start, errors = day(given["start"]), {}
    if start is None:
        errors["start"] = "请写日期，例如 2026-12-01。"
    days = int(given["days"]) if given["days"].isascii() and given["days"].isdigit() and len(given["days"]) < 5 else 0
    if not 1 <= days <= MOST_DAYS:
        errors["days"] = "请填 1 到 250 的数字。"
    pauses = [pause_in(line, start) for line in given["pauses"].splitlines() if line.strip()]
    good = [one for one in pauses if one]
    if len(good) != len(pauses) or len(pauses) > MOST_PAUSES:
        errors["pauses"] = "每行写一次补正：告知日期/补正日期，例如 2026-12-03/2026-12-10，从前到后，不早于开始的日期。"
    return (None, errors) if errors or start is None else (Question(start, days, good, region), {})


def pause_in(line: str, start: date | None) -> Pause | None:
    """Return the pause on a line, open while it has no second day; nothing when it is none."""
    first, _, last = line.strip().partition("/")
    asked, answered = day(first.strip()), day(last.strip()) if last.strip() else None
    if asked is None or start is None or asked < start or (last.strip() and answered is None):
        return None
    return Pause(asked, answered) if answered is None or answered >= asked else None


def counted(name: str, question: Question, calendar: Calendar) -> Counted:
    """Return what *calendar* comes to."""
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
