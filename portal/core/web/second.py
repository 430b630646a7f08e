"""The 409 answer: a change is refused because somebody else changed the same thing first.

It says who was first, and nothing that was typed is lost. A dependency of the page leaves the sentence
(`tell_second`), or a function that reads it from the database; the function is called only for this answer.
A route that says ``compares=True`` has a form whose fields hold what is saved: both versions stand side by side
(`saved_page`, `public/comparison.py`). At the desk the page of any other form comes again (`page_again`): with what is
true now, the sentence, and the fields as they were typed. It is the page at the form's own address, or at the one set
by `stands_on`. If there is no such page any more, the error page shows the typed texts.
"""

from collections.abc import Awaitable, Callable
from typing import Any, cast

from litestar import Request, Response
from litestar.response.base import ASGIResponse
from litestar.types import HTTPScope, Message, Receive, Scope, Send
from markupsafe import escape

from portal.core.web.forms import Form

Sentence = str | Callable[[], Awaitable[str]]
KEY = "who_was_first"
PAGE = "page_of_form"
REFUSED = "refused_form"
# What the server says of a request; everything else in a scope belongs to the first reading of it.
SERVER_KEYS = ("type", "asgi", "http_version", "scheme", "root_path", "client", "server")


def tell_second(request: Request[Any, Any, Any], sentence: Sentence) -> None:
    """Set the *sentence* for the 409 answer to this request."""
    request.scope["state"][KEY] = sentence


def stands_on(request: Request[Any, Any, Any], address: str) -> None:
    """Set the *address* of the page on which the posted form stands, where it is not the form's own."""
    request.scope["state"][PAGE] = address


async def who_was_first(request: Request[Any, Any, Any]) -> str:
    """Return the sentence set for the 409 answer to this request; empty if none was."""
    sentence: Sentence = request.scope["state"].get(KEY, "")
    return sentence if isinstance(sentence, str) else await sentence()


class Refused:
    """A form that came second: its fields, and the sentence that says who was first."""

    def __init__(self, form: Form, sentence: str) -> None:
        """Keep *form* and *sentence* for the page that comes again."""
        self.form = form
        self.sentence = sentence
        self.shown = False  # set by the page that shows the sentence


def refused_in(scope: Scope) -> Refused | None:
    """Return the refused form for which this page comes again; None on every other request."""
    refused: Refused | None = scope.get(REFUSED)  # type: ignore[assignment]
    return refused


async def page_again(request: Request[Any, Any, Any], form: Form, sentence: str) -> Response[bytes] | None:
    """Return the page of a refused *form* as it is now, filled with what was typed.

    Return None if there is no such page now, or if it has no place for a text that was typed.
    """
    refused = Refused(form, sentence)
    messages = await _opened(request, refused)
    has_place = all(str(escape(text)) in _body(messages) for text in form.written())
    return Collected(messages) if refused.shown and has_place else None


async def saved_page(request: Request[Any, Any, Any]) -> str:
    """Return the page of a refused form as it is now, with what is saved in its fields; empty if there is none."""
    messages = await _opened(request, Refused(Form(), ""))
    return _body(messages) if messages[0]["status"] in (200, 409) else ""  # type: ignore[typeddict-item]


async def _opened(request: Request[Any, Any, Any], refused: Refused) -> list[Message]:
    """Return the answer of the portal when the page of the *refused* form is opened.

    The portal is asked for it as a browser would ask, so the page checks again what the visitor may see.
    """
    messages: list[Message] = []

    async def collect(message: Message) -> None:
        messages.append(message)

    await request.app(_as_opened(request.scope, refused), _nothing_more, collect)
    return messages


def _body(messages: list[Message]) -> str:
    return b"".join(message["body"] for message in messages if message["type"] == "http.response.body").decode()


def _as_opened(scope: Scope, refused: Refused) -> HTTPScope:
    """Return the *scope* of a POST as that of a GET of the form's page, answered without compression."""
    opened = {key: scope[key] for key in SERVER_KEYS if key in scope}  # type: ignore[literal-required]
    path, _, query = scope["state"].get(PAGE, scope["path"]).partition("?")
    headers = [(name, text) for name, text in scope["headers"] if name != b"accept-encoding"]
    address = {"path": path, "raw_path": path.encode(), "query_string": query.encode()}
    return cast(HTTPScope, opened | address | {"method": "GET", "headers": headers, REFUSED: refused})


async def _nothing_more() -> Any:
    return {"type": "http.request", "body": b"", "more_body": False}


class Collected(Response[bytes]):
    """A response that another part of the portal has sent already, sent on."""

    def __init__(self, messages: list[Message]) -> None:
        """Send *messages*."""
        super().__init__(b"")
        self._messages = messages

    def to_asgi_response(self, app: Any, request: Any, **more: Any) -> ASGIResponse:
        """Return itself."""
        return self  # type: ignore[return-value]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the messages."""
        for message in self._messages:
            await send(message)


# D86: a refused move may be raised anywhere, and this page says who was first.
class Later(Response[bytes]):
    """A response that is made when it is sent, because Litestar does not await error handlers."""

    def __init__(self, make: Callable[[], Awaitable[Response[bytes]]]) -> None:
        """Send the response that *make* returns."""
        super().__init__(b"")
        self._make = make

    def to_asgi_response(self, app: Any, request: Any, **more: Any) -> ASGIResponse:
        """Return the ASGI application that makes the response and sends it."""

        async def send_it(scope: Scope, receive: Receive, send: Send) -> None:
            made = await self._make()
            await made.to_asgi_response(app=app, request=request)(scope, receive, send)

        return send_it  # type: ignore[return-value]
