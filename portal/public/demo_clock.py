"""``/demo/clock``: move the portal's clock ahead. In the demonstration only: `portal serve` has no such route."""

from datetime import timedelta
from typing import Any

from litestar import Controller, Request, Response, get, post

from portal.core.store import jobs
from portal.core.tools import clock
from portal.core.web.door import ANYBODY
from portal.core.web.pages import form_page, see_other
from portal.core.web.sessions import form_of

MOST_DAYS = 3650


class ClockController(Controller):
    """The clock of the demonstration."""

    path = "/demo/clock"
    opt = {"who": ANYBODY}

    @get()
    async def show(self, request: Request[Any, Any, Any]) -> Response[bytes]:
        """Show the portal's day and how many days it is ahead."""
        return clock_page(request, str(clock.ahead().days), {})

    @post()
    async def move(self, request: Request[Any, Any, Any]) -> Response[bytes]:
        """Set how many days the portal's clock is ahead, and run the jobs that have become due."""
        days = form_of(request)["days"].strip()
        if not (days.isascii() and days.isdigit() and int(days) <= MOST_DAYS):
            return clock_page(request, days, {"days": "请填天数，0 是现在。"})
        clock.shift(timedelta(days=int(days)))
        await jobs.run_rounds()
        return see_other("/demo/clock")


def clock_page(request: Request[Any, Any, Any], days: str, errors: dict[str, str]) -> Response[bytes]:
    """Return the page of the clock."""
    return form_page(
        request,
        "public/demo_clock/show",
        errors,
        region=None,
        today=clock.today(),
        days=days,
    )
