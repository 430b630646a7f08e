"""``.../session``: how long it lasts, one press for more, and the form that came too late.

The same for citizens (``/{r}/session``) and staff (``/staff/session``).
"""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath

from portal.core.tools.errors import found
from portal.core.web import late
from portal.core.web.door import ANYBODY
from portal.core.web.pages import page, see_other
from portal.core.web.sessions import visitor_of
from portal.public.errors import region_in


class SessionController(Controller):
    """How long the session lasts."""

    path = "/{r:str}/session"
    opt = {"who": ("citizen",)}
    back = "me"  # where one goes on working
    leave = "logout"

    @get(who=ANYBODY, quiet=True)
    async def warning(self, request: Request[Any, Any, Any]) -> Response[bytes]:
        """Send the warning as a fragment, with the seconds that are left; asking for it changes nothing."""
        visitor = visitor_of(request)
        return page(
            request,
            "public/session/_warning",
            home=home(request),
            leave=f"{home(request)}/{self.leave}",
            seconds=visitor.seconds_left,
        )

    @get("/extension", who=ANYBODY)
    async def ask(self, request: Request[Any, Any, Any]) -> Response[bytes]:
        """Show how long it lasts, for people without script: opening the page is itself a sign of life."""
        seconds = visitor_of(request).seconds_left
        return page(
            request,
            "public/session/extension",
            region=region_in(request),
            home=home(request),
            back=f"{home(request)}/{self.back}",
            minutes=seconds // 60,
        )

    @post("/extension")
    async def extend(self, request: Request[Any, Any, Any]) -> Response[bytes]:
        """Keep the session alive; the request itself extends it."""
        return see_other(f"{home(request)}/session/extension")

    @get("/resumption/{id:str}")
    async def resume(self, request: Request[Any, Any, Any], id: FromPath[str]) -> Response[bytes]:
        """Show that the form that came too late is still there, to be sent again."""
        kept = found(await late.kept(visitor_of(request).subject, id))
        return page(
            request,
            "public/session/resumption",
            region=region_in(request),
            home=home(request),
            id=id,
            kept=kept,
        )

    @post("/resumption/{id:str}")
    async def drop(self, request: Request[Any, Any, Any], id: FromPath[str]) -> Response[bytes]:
        """Forget the form; go to the page it was sent from."""
        visitor = visitor_of(request)
        kept = found(await late.kept(visitor.subject, id))
        await late.drop(visitor.subject, id)
        return see_other(kept.path)


class StaffSessionController(SessionController):
    """The same for the desk."""

    path = "/staff/session"
    opt = {"who": ("staff",)}
    back = ""
    leave = "login"


def home(request: Request[Any, Any, Any]) -> str:
    """Return the first part of the address: ``/meishan`` or ``/staff``."""
    return f"/{request.scope['path'].split('/')[1]}"
