"""``/{r}/performance``: 办理效能公开: how long cases take, and how many are on time."""

from datetime import timedelta
from typing import Any

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency, Provide

from portal.cases.figures import measures
from portal.cases.figures.hours import HOURS_A_DAY
from portal.core.tools import clock
from portal.core.web.pages import page
from portal.public.places import region_named
from portal.regions.load import Region
from portal.regions.reasons import words

WHOLE = "whole"  # row for the whole case, beside the rows of its stages
PERIOD = timedelta(days=89)


class PerformanceController(Controller):
    """The public figures of a city."""

    path = "/{r:str}/performance"
    opt = {"who": ("anyone",)}
    dependencies = {"region": Provide(region_named)}

    @get()
    async def show(self, request: Request[Any, Any, Any], region: NamedDependency[Region]) -> Response[bytes]:
        """Show the figures of the last 90 days."""
        today = clock.today()
        return page(
            request,
            "public/performance/show",
            region=region,
            report=await measures.public_report(region.id, today - PERIOD, today),
            since=today - PERIOD,
            today=today,
            stages={WHOLE: "从提交到办结", **region.rules.labels},
            reasons=words(region.reasons.correction),
            a_day=HOURS_A_DAY,
        )
