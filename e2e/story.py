"""What the two long stories need: a server whose time can be moved, and people who sign in again after that."""

import re
from datetime import date, timedelta

from playwright.sync_api import expect

from e2e.people import Citizen, Clerk, Person
from portal.core.tools import clock
from portal.regions.load import REGIONS


def move_on(person: Person, days: int) -> None:
    """Let *days* more pass, for the portal and for what the test expects."""
    ahead = clock.ahead() + timedelta(days=days)
    person.go("/demo/clock")
    person.heading("演示的时间")
    person.fill("比真实时间快几天", str(ahead.days))
    person.press("拨过去")
    clock.shift(ahead)
    person.sees(said(clock.today()))


def said(day: date) -> str:
    """Return a day as pages write it."""
    return f"{day.month}月{day.day}日" if day.year == date.today().year else f"{day.year}年{day.month}月{day.day}日"


def workday(person: Person) -> None:
    """Let time pass until it is a working day in every city."""
    while not all(region.calendar.works(clock.today()) for region in REGIONS.values()):
        move_on(person, 1)


def comes_back(citizen: Citizen, region: str, mobile: str, number: str) -> None:
    """Sign in, if need be, and look at the progress of the case."""
    citizen.go(f"/{region}/cases/{number}")
    if citizen.page.get_by_label("手机号码").count():
        citizen.sign_in(region, mobile)
        citizen.go(f"/{region}/cases/{number}")
    citizen.heading("办理进度")


def sees_turn(citizen: Citizen, whose: str, what: str, day: date | None = None, word: str = "") -> None:
    """See whose turn it is, what goes on, and the day with its word (最晚办完 …)."""
    turn = citizen.page.get_by_role("region", name=whose)
    expect(turn).to_contain_text(what)
    if day:
        expect(turn).to_contain_text(re.compile(rf"{word}\s*{said(day)}"))


def due_word(region: str, day: date, what: str = "办完") -> str:
    """Return how a due day is called: 预计 in a year whose holidays are not published."""
    return f"{'最晚' if REGIONS[region].calendar.published(day) else '预计'}{what}"


def at_desk(clerk: Clerk, login: str, number: str) -> None:
    """Sign in at the desk, as somebody who was there before or not, and open the case."""
    clerk.go("/staff/login")
    if not clerk.page.get_by_label("密码").count():
        clerk.press("退出")
    clerk.sign_in(login)
    clerk.open(number)
