"""``/`` and ``/{r}/``: the choice of a city, and its service guide."""

from typing import Any

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency, Provide

from portal.core.web.door import ANYBODY
from portal.core.web.frames import framed
from portal.core.web.sessions import visitor_of
from portal.policy.published import Guide
from portal.public.places import region_named
from portal.regions.load import REGIONS, Region


class CitiesController(Controller):
    """``/``: the list of cities."""

    opt = {"who": ANYBODY}

    @get("/")
    async def show(self, request: Request[Any, Any, Any]) -> Response[bytes]:
        """Show the cities to choose from; the one that was chosen last stands first, and says so."""
        last = REGIONS.get(visitor_of(request).city)
        others = [region for region in REGIONS.values() if region is not last]
        key = (last.key if last else "", *(region.key for region in others))
        return framed(request, "public/start/cities", key, region=None, last=last, regions=others)


class GuideController(Controller):
    """``/{r}/``: who may apply, with what, how long it takes, where."""

    path = "/{r:str}"
    opt = {"who": ANYBODY}
    dependencies = {"region": Provide(region_named)}

    @get("/")
    async def show(self, request: Request[Any, Any, Any], region: NamedDependency[Region]) -> Response[bytes]:
        """Show the service guide of a city, and remember that it was chosen."""
        visitor_of(request).choose(region.id)
        return framed(request, "public/start/guide", region.key, region=region, guide=Guide(region))
