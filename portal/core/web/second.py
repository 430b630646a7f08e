"""Who comes second: a change that somebody else was faster with ends in the 409 page.

That page can say who was first. A dependency of the page leaves the sentence (`tell_second`), or what asks the
database for it: that is asked only when the page is shown.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from litestar import Request, Response
from litestar.response.base import ASGIResponse
from litestar.types import Receive, Scope, Send

Sentence = str | Callable[[], Awaitable[str]]
KEY = "who_was_first"


def tell_second(request: Request[Any, Any, Any], sentence: Sentence) -> None:
    """Have the 409 page of this request say *sentence*."""
    request.scope["state"][KEY] = sentence


async def who_was_first(request: Request[Any, Any, Any]) -> str:
    """Return the sentence that was left for this request, or an empty text."""
    sentence: Sentence = request.scope["state"].get(KEY, "")
    return sentence if isinstance(sentence, str) else await sentence()


class Later(Response[bytes]):
    """An answer that is made when it is sent: Litestar does not await what answers an error."""

    def __init__(self, make: Callable[[], Awaitable[Response[bytes]]]) -> None:
        """Answer with what *make* returns."""
        super().__init__(b"")
        self._make = make

    def to_asgi_response(self, app: Any, request: Any, **more: Any) -> ASGIResponse:
        """Return what makes the answer and sends it."""

        async def send_it(scope: Scope, receive: Receive, send: Send) -> None:
            made = await self._make()
            await made.to_asgi_response(app=app, request=request)(scope, receive, send)

        return send_it  # type: ignore[return-value]
