"""``/{r}/help`` and its neighbours: questions, accessibility, privacy, display."""

from typing import Any

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency, Provide

from portal.core.web.door import ANYBODY
from portal.core.web.pages import page
from portal.public.places import region_named
from portal.regions.load import Region


class HelpController(Controller):
    """Pages that consist only of text."""

    path = "/{r:str}"
    opt = {"who": ANYBODY}
    dependencies = {"region": Provide(region_named)}

    @get("/help")
    async def help(self, request: Request[Any, Any, Any], region: NamedDependency[Region]) -> Response[bytes]:
        """Show the questions people ask, and whom to call."""
        return page(request, "public/help/questions", region=region)

    @get("/accessibility")
    async def accessibility(self, request: Request[Any, Any, Any], region: NamedDependency[Region]) -> Response[bytes]:
        """Show the accessibility statement."""
        return page(request, "public/help/accessibility", region=region)

    @get("/privacy")
    async def privacy(self, request: Request[Any, Any, Any], region: NamedDependency[Region]) -> Response[bytes]:
        """Show the privacy statement."""
        return page(request, "public/help/privacy", region=region)

    @get("/display")
    async def display(self, request: Request[Any, Any, Any], region: NamedDependency[Region]) -> Response[bytes]:
        """Show the display settings."""
        return page(request, "public/help/display", region=region)
