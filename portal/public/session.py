"""``.../session``: show the time left, extend the session, and offer a form sent after the session expired.

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
    """The session of a citizen."""

    path = "/{r:str}/session"
    opt = {"who": ("citizen",)}
    back = "me"  # page to return to, below the first part of the address
    leave = "logout"

    @get(who=ANYBODY, quiet=True)
    async def warning(self, request: Request[Any, Any, Any]) -> Response[bytes]:
        """Send the warning as a fragment, with the seconds left; this request does not extend the session."""
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
        """Show the time left, for people without script; opening this page extends the session."""
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
        """Show the form that was sent after the session expired, with a button to send it again."""
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
        """Delete the saved form and redirect to the page it was sent from."""
        visitor = visitor_of(request)
        kept = found(await late.kept(visitor.subject, id))
        await late.drop(visitor.subject, id)
        return see_other(kept.path)


class StaffSessionController(SessionController):
    """The session of a staff member."""

    path = "/staff/session"
    opt = {"who": ("staff",)}
    back = ""
    leave = "login"


def home(request: Request[Any, Any, Any]) -> str:
    """Return the first part of the address: ``/meishan`` or ``/staff``."""
    return f"/{request.scope['path'].split('/')[1]}"
