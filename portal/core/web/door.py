"""Access and CSRF in one middleware: the door of every route.

Every route says who may use it: ``who=("citizen",)`` in its decorator or ``opt`` of its
controller; a route that says nothing lets nobody in. The door looks at that first, then at where
the request comes from, then at the token, and only then is a body read.
"""

import asyncio
from typing import Any
from urllib.parse import quote, urlsplit

from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from portal.core.tools.errors import BadRequest, Forbidden, FormExpired, SignInFirst, TooLarge
from portal.core.tools.i18n import LANGUAGES
from portal.core.tools.settings import SETTINGS
from portal.core.web import forms, late
from portal.core.web.forms import Form
from portal.core.web.sessions import VIEW_COOKIE, Visitor, cookie_lines, meet

BODY_LIMIT = 1_000_000
BODY_SECONDS = 60.0  # no server has a deadline for bodies; a form needs one second on the slowest phone
SAFE = {"GET", "HEAD"}
ANYBODY = ("anyone",)  # what a route says that asks for no sign-in
MACHINE = ("machine",)


# D2: Litestar's own sessions, CSRF and form parsing read a whole body before they ask who sends it.
class Door:
    """The middleware: meets the visitor, asks the route who may enter, checks the form's token."""

    def __init__(self, app: ASGIApp) -> None:
        """Stand in front of *app*, the handler of one route."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request in, or leave with the problem that becomes its page."""
        assert scope["type"] == ScopeType.HTTP
        headers = dict(scope["headers"])
        opt = scope["route_handler"].opt
        visitor = await meet(headers, quiet=opt.get("quiet", False))
        state: dict[str, Any] = scope["state"]
        state["visitor"] = visitor
        if "\x00" in scope["path"]:  # no address of ours has one, and PostgreSQL cannot even look for it
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
        if who == MACHINE:  # no browser, no cookie, no token: the handler asks for a secret of its own
            state["form"] = Form()
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
    """Keep a good form whose session has ended, and lead to the sign-in and then to where it is sent again.

    Raises:
        SignInFirst: the form is kept.
        FormExpired: it is none of that session's.
    """
    if scope["route_handler"].opt.get("streams") or headers.get(b"hx-request"):
        return
    from_here(headers)
    form = await posted(visitor, headers, receive, streams=False)
    raise SignInFirst(expired=True, kept=await late.keep(visitor.lost, scope["path"], form))


def enter(visitor: Visitor, who: tuple[str, ...]) -> None:
    """Raise the right problem unless *visitor* has one of the roles *who*.

    A visitor who has only verified a phone is led on to the next step of signing in, not turned away.
    """
    if visitor.may(who):
        return
    if visitor.subject:
        raise Forbidden
    raise SignInFirst(expired=visitor.expired)


def from_here(headers: dict[bytes, bytes]) -> None:
    """Refuse a request that another site sent: two headers tell it, and scripts cannot set either.

    Raises:
        FormExpired: it comes from elsewhere.
    """
    if headers.get(b"sec-fetch-site", b"same-origin") not in (b"same-origin", b"none"):
        raise FormExpired
    origin = headers.get(b"origin")
    if origin is not None and origin.split(b"://", 1)[-1] != headers.get(b"host"):
        raise FormExpired


async def posted(visitor: Visitor, headers: dict[bytes, bytes], receive: Receive, *, streams: bool) -> Form:
    """Return the fields that were posted, after their token has been found good.

    A route that *streams* (uploads) gets an empty form: it reads the body itself, and the token
    comes in the header or as the first part, where it asks `Visitor.owns`.

    Raises:
        FormExpired: no token, or one of another session.
        TooLarge: more than `BODY_LIMIT` bytes.
        BadRequest: not a form, or it did not arrive in time.
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
    """Store the display settings (large type, language) in a cookie, and show the page again with them."""
    wish = scope["query_string"][len(b"look=") :].decode("latin-1")
    elder = {"elder": True, "plain": False}.get(wish, visitor.elder)
    language = wish if wish in LANGUAGES else visitor.language
    address = (quote(scope["path"], safe="/") + _asked_before(scope)).encode()
    headers = [(b"location", address), (b"set-cookie", view_line(elder, language)), (b"content-length", b"0")]
    await send({"type": "http.response.start", "status": 303, "headers": headers})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


def view_line(elder: bool, language: str) -> bytes:
    """Return the Set-Cookie line that remembers how a person wants pages to look, for a year."""
    secure = "; Secure" if SETTINGS.https else ""
    wish = ".".join([*(["elder"] if elder else []), language])
    return f"{VIEW_COOKIE}={wish}; Path=/; HttpOnly; SameSite=Lax; Max-Age=31536000{secure}".encode()


def _asked_before(scope: HTTPScope) -> str:
    """Return the query of the page the person came from; the link to other display settings has replaced it."""
    page = urlsplit(dict(scope["headers"]).get(b"referer", b"").decode("latin-1"))
    same = page.path.rstrip("/") == quote(scope["path"], safe="/").rstrip("/")
    return f"?{page.query}" if same and page.query.isascii() and page.query[:5] not in ("", "look=") else ""
