"""``/`` and ``/{r}/``: the choice of a city, and its service guide."""

from typing import Any

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency, Provide

from portal.core.web.door import ANYBODY
from portal.core.web.frames import framed
from portal.policy.published import Guide
from portal.public.places import region_named
from portal.regions.load import REGIONS, Region


class CitiesController(Controller):
    """``/``: the list of cities."""

    opt = {"who": ANYBODY}

    @get("/")
    async def show(self, request: Request[Any, Any, Any]) -> Response[bytes]:
        """Show the cities to choose from."""
        regions = list(REGIONS.values())
        return framed(
            request, "public/start/cities", tuple(region.key for region in regions), region=None, regions=regions
        )


class GuideController(Controller):
    """``/{r}/``: who may apply, with what, how long it takes, where."""

    path = "/{r:str}"
    opt = {"who": ANYBODY}
    dependencies = {"region": Provide(region_named)}

    @get("/")
    async def show(self, request: Request[Any, Any, Any], region: NamedDependency[Region]) -> Response[bytes]:
        """Show the service guide of a city."""
        return framed(request, "public/start/guide", region.key, region=region, guide=Guide(region))
