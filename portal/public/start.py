"""``/`` and ``/{r}/``: choose a city; its service guide."""

from typing import Any

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency, Provide

from portal.core.pages import page
from portal.core.sessions import Visitor, visitor_of
from portal.public.places import region_named
from portal.regions.load import REGIONS, Region

ANYBODY = ("anyone",)


class CitiesController(Controller):
    """``/``: the cities."""

    opt = {"who": ANYBODY}

    @get("/")
    async def show(self, request: Request[Any, Any, Any]) -> Response[bytes]:
        """Show the cities to choose from."""
        return page(request, "public/start/cities", region=None, regions=list(REGIONS.values()))


class GuideController(Controller):
    """``/{r}/``: who may apply, with what, how long it takes, where."""

    path = "/{r:str}"
    opt = {"who": ANYBODY}
    dependencies = {"region": Provide(region_named)}

    @get("/")
    async def show(self, request: Request[Any, Any, Any], region: NamedDependency[Region]) -> Response[bytes]:
        """Show the service guide of a city."""
        visitor: Visitor = visitor_of(request)
        return page(request, "public/start/guide", region=region, signed_in="citizen" in visitor.roles)
