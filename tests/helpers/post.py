"""The hour, the worker and the ledger, for tests of messages."""

from datetime import date, datetime, time, timedelta

from portal.core.store import jobs
from portal.core.store.database import fetch_value
from portal.core.tools import clock
from portal.core.tools.clock import BEIJING


def at_oclock(hour: int) -> None:
    """Let it be this full hour in Beijing, today or tomorrow."""
    clock.shift(timedelta())
    local = clock.now().astimezone(BEIJING)
    wanted = datetime.combine(local.date() + timedelta(days=1), time(hour), BEIJING)
    clock.shift(wanted - local)


def to_noon_of(day: date) -> None:
    """Let it be noon of *day* in Beijing."""
    clock.shift(clock.ahead() + (datetime.combine(day, time(12), BEIJING) - clock.now()))


async def work() -> None:
    """Do what the outbox holds, to its end."""
    while await jobs.work_once():
        pass


async def states(channel: str) -> set[str]:
    """Return the states that messages of a channel are in."""
    found = set()
    for state in ("queued", "sent", "delivered", "failed"):
        if await fetch_value("SELECT count(*) FROM notice WHERE channel = $1 AND state = $2", channel, state):
            found.add(state)
    return found
