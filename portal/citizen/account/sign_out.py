"""``/{r}/logout``: end the session, on the server too."""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency, Provide

from portal.accounts import devices
from portal.citizen.shared.mine import region_named
from portal.core.web.door import ANYBODY
from portal.core.web.pages import leave_for, page
from portal.core.web.sessions import end, form_of, visitor_of
from portal.regions.load import Region


class SignOutController(Controller):
    """Sign out on this device, or on all devices."""

    path = "/{r:str}/logout"
    opt = {"who": ANYBODY}
    dependencies = {"region": Provide(region_named)}

    @get()
    async def ask(self, request: Request[Any, Any, Any], region: NamedDependency[Region]) -> Response[bytes]:
        """Ask whether to sign out."""
        return page(request, "citizen/account/sign_in/out", region=region)

    @post()
    async def leave(self, request: Request[Any, Any, Any], region: NamedDependency[Region]) -> Response[bytes]:
        """End this session or all sessions, and tell the browser to delete everything it stored of the portal."""
        visitor = visitor_of(request)
        if form_of(request)["action"] == "everywhere" and visitor.subject:
            await devices.end_all(visitor.subject)
        await end(visitor)
        return leave_for(f"/{region.id}/")
