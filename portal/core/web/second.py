"""The 409 page: a change is refused because somebody else changed the same thing first.

That page can say who was first. A dependency of the page leaves the sentence (`tell_second`), or a function
that reads it from the database; the function is called only if the 409 page is shown.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from litestar import Request, Response
from litestar.response.base import ASGIResponse
from litestar.types import Receive, Scope, Send

Sentence = str | Callable[[], Awaitable[str]]
KEY = "who_was_first"


def tell_second(request: Request[Any, Any, Any], sentence: Sentence) -> None:
    """Set the *sentence* for the 409 page of this request."""
    request.scope["state"][KEY] = sentence


async def who_was_first(request: Request[Any, Any, Any]) -> str:
    """Return the sentence set for the 409 page of this request; empty if none was."""
    sentence: Sentence = request.scope["state"].get(KEY, "")
    return sentence if isinstance(sentence, str) else await sentence()


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
