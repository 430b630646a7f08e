"""Access and CSRF in one middleware: the door of every route.

Every route says who may use it: ``who=("citizen",)`` in its decorator or in ``opt`` of its
controller; a route without ``who`` lets nobody in. The door checks the roles first, then the origin
of the request, then the token; only then is a body read.
"""

import asyncio
from typing import Any
from urllib.parse import quote, urlsplit

from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from portal.core.tools.errors import BadRequest, Forbidden, FormExpired, SignInFirst, TooLarge
from portal.core.tools.i18n import LANGUAGES
from portal.core.tools.settings import SETTINGS
from portal.core.web import autosave, forms, late
from portal.core.web.forms import Form
from portal.core.web.second import refused_in
from portal.core.web.sessions import VIEW_COOKIE, Visitor, cookie_lines, meet

BODY_LIMIT = 1_000_000
BODY_SECONDS = 60.0  # the server itself has no deadline for bodies; a form needs one second on the slowest phone
SAFE = {"GET", "HEAD"}
ANYBODY = ("anyone",)  # the roles of a route that needs no sign-in
MACHINE = ("machine",)


# D2: Litestar's own sessions, CSRF and form parsing read the whole body before they check who sends it.
class Door:
    """The middleware: finds the visitor, checks the roles of the route and the CSRF token of the form."""

    def __init__(self, app: ASGIApp) -> None:
        """Guard *app*, the handler of one route."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request in, or raise the problem that becomes the error page."""
        assert scope["type"] == ScopeType.HTTP
        headers = dict(scope["headers"])
        opt = scope["route_handler"].opt
        visitor = await meet(headers, quiet=opt.get("quiet", False))
        state: dict[str, Any] = scope["state"]
        state["visitor"] = visitor
        refused = refused_in(scope)
        state["form"] = refused.form if refused else Form()
        if "\x00" in scope["path"]:  # no address of ours contains NUL, and PostgreSQL refuses it in a parameter
            raise BadRequest

        async def with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                lines = [(b"set-cookie", line) for line in cookie_lines(visitor)]
                message["headers"] = [*message["headers"], *lines] if lines else message["headers"]
            await send(message)

        if scope["query_string"].startswith(b"look="):
            await look(visitor, scope, send)
            return
        who = opt.get("who", ())
        if who == MACHINE:  # machines have no cookie and no token: the handler checks a secret of its own
            await self._app(scope, receive, send)
            return
        if not visitor.may(who) and visitor.lost and scope["method"] not in SAFE:
            await keep_late(visitor, headers, receive, scope)
        enter(visitor, who)
        if scope["method"] not in SAFE:
            from_here(headers)
            state["form"] = await posted(visitor, headers, receive, streams=opt.get("streams", False))
        await self._app(scope, receive, with_cookie)


async def keep_late(visitor: Visitor, headers: dict[bytes, bytes], receive: Receive, scope: HTTPScope) -> None:
    """Save a form whose session has expired, and redirect to the sign-in; after it the form can be sent again.

    Does nothing for uploads and for requests of htmx.

    Raises:
        SignInFirst: the form has been saved.
        FormExpired: the form's token is not of the expired session.
    """
    if scope["route_handler"].opt.get("streams") or headers.get(b"hx-request"):
        return
    from_here(headers)
    form = await posted(visitor, headers, receive, streams=False)
    if await autosave.kept_late(scope, visitor.lost, form):
        raise SignInFirst(expired=True)
    raise SignInFirst(expired=True, kept=await late.keep(visitor.lost, scope["path"], form))


def enter(visitor: Visitor, who: tuple[str, ...]) -> None:
    """Raise the fitting problem unless *visitor* has one of the roles *who*.

    A visitor who has only verified a phone is redirected to the next step of signing in.
    """
    if visitor.may(who):
        return
    if visitor.subject:
        raise Forbidden
    raise SignInFirst(expired=visitor.expired)


def from_here(headers: dict[bytes, bytes]) -> None:
    """Refuse a request from another site, by two headers that scripts cannot set.

    Raises:
        FormExpired: the request comes from another site.
    """
    if headers.get(b"sec-fetch-site", b"same-origin") not in (b"same-origin", b"none"):
        raise FormExpired
    origin = headers.get(b"origin")
    if origin is not None and origin.split(b"://", 1)[-1] != headers.get(b"host"):
        raise FormExpired


async def posted(visitor: Visitor, headers: dict[bytes, bytes], receive: Receive, *, streams: bool) -> Form:
    """Check the CSRF token and return the posted fields.

    A route that *streams* (uploads) gets an empty form: it reads the body itself and checks the token,
    from the header or the first part, with `Visitor.owns`.

    Raises:
        FormExpired: the token is missing or belongs to another session.
        TooLarge: more than `BODY_LIMIT` bytes.
        BadRequest: the body is not a form, or did not arrive in `BODY_SECONDS`.
    """
    kind = headers.get(b"content-type", b"").partition(b";")[0].strip()
    if streams:
        return Form()
    form = Form()
    if kind == b"application/x-www-form-urlencoded":
        form = forms.parse(await _body(receive))
    elif kind == b"multipart/form-data":
        raise BadRequest
    if not visitor.owns(form["csrf"] or headers.get(b"x-csrf-token", b"").decode("latin-1")):
        raise FormExpired
    return form


async def _body(receive: Receive) -> bytes:
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return await _all_of(receive)
    except TimeoutError as error:
        raise BadRequest from error


async def _all_of(receive: Receive) -> bytes:
    body = b""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise BadRequest
        body += message["body"]
        if len(body) > BODY_LIMIT:
            raise TooLarge
        if not message.get("more_body"):
            return body


async def look(visitor: Visitor, scope: HTTPScope, send: Send) -> None:
    """Store the display settings (large type, language) in a cookie and redirect to the same page."""
    wish = scope["query_string"][len(b"look=") :].decode("latin-1")
    elder = {"elder": True, "plain": False}.get(wish, visitor.elder)
    language = wish if wish in LANGUAGES else visitor.language
    address = (quote(scope["path"], safe="/") + _asked_before(scope)).encode()
    headers = [(b"location", address), (b"set-cookie", view_line(elder, language)), (b"content-length", b"0")]
    await send({"type": "http.response.start", "status": 303, "headers": headers})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


def view_line(elder: bool, language: str) -> bytes:
    """Return the Set-Cookie line that stores the display settings for a year."""
    secure = "; Secure" if SETTINGS.https else ""
    wish = ".".join([*(["elder"] if elder else []), language])
    return f"{VIEW_COOKIE}={wish}; Path=/; HttpOnly; SameSite=Lax; Max-Age=31536000{secure}".encode()


def _asked_before(scope: HTTPScope) -> str:
    """Return the query of the previous page; the link that changes display settings has replaced it."""
    page = urlsplit(dict(scope["headers"]).get(b"referer", b"").decode("latin-1"))
    same = page.path.rstrip("/") == quote(scope["path"], safe="/").rstrip("/")
    return f"?{page.query}" if same and page.query.isascii() and page.query[:5] not in ("", "look=") else ""
