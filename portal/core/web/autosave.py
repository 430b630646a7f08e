"""Autosave: what is typed into a form is saved by itself, and stands on the page when it is opened again.

The words are kept apart from answers (`core/store/typed.py`): half a value never counts as an answer, and saving it
changes no row version. The browser's part is ``static/js/autosave.js``. Two decorators do the rest: `shows_typed` for
the handler that opens a page, `keeps_typed` for the one that takes its form. Both work after the handler's dependency
has found what the address names, so whoever may not open the page keeps nothing for it.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from functools import wraps
from typing import Any

from litestar import Request, Response
from litestar.types import Scope

from portal.core.store import limits, typed
from portal.core.tools import clock
from portal.core.web.forms import Form
from portal.core.web.pages import Ready, hour
from portal.core.web.second import refused_in
from portal.core.web.sessions import form_of, visitor_of

ACTION = "typed"  # what autosave.js sends as the form's action
MOST = 400  # times that one person's words are saved within
WITHIN = timedelta(minutes=10)
NOT_KEPT = {"csrf", "action", "row_version", "return", "password", "code", "submit_token"}

Handler = Callable[..., Awaitable[Response[bytes]]]


def shows_typed(show: Handler) -> Handler:
    """Have a page find in `form_of` what the visitor typed on it before; the page fills its fields from there.

    A page that comes again for a refused form has the fields of that form instead.
    """

    @wraps(show)
    async def opened(*args: Any, **given: Any) -> Response[bytes]:
        request = _request_in(given)
        if refused_in(request.scope) is None:
            form = Form(await typed.typed_on(visitor_of(request).subject, request.scope["path"]))
            request.scope["state"]["form"] = form
            request.scope["state"]["restored"] = bool(form)
        return await show(*args, **given)

    return opened


def keeps_typed(act: Handler) -> Handler:
    """Have the address of a form also keep what autosave.js sends, and forget it once the form has been taken (303)."""

    @wraps(act)
    async def taken(*args: Any, **given: Any) -> Response[bytes]:
        request = _request_in(given)
        owner, page = visitor_of(request).subject, request.scope["path"]
        form = form_of(request)
        if form["action"] == ACTION:
            await _keep(owner, page, form)
            return _saved()
        response = await act(*args, **given)
        if response.status_code == 303:
            await typed.forget(owner, page)
        return response

    taken.keeps_typed = True  # type: ignore[attr-defined]
    return taken


async def kept_late(scope: Scope, owner: str, form: Form) -> bool:
    """Keep words that came after the session of *owner* had ended; return False if *form* is of another kind."""
    if form["action"] != ACTION or not getattr(scope["route_handler"].fn, "keeps_typed", False):
        return False
    await _keep(owner, scope["path"], form)
    return True


async def _keep(owner: str, page: str, form: Form) -> None:
    await limits.allow("typed", owner, MOST, WITHIN)
    await typed.keep(owner, page, [(name, text) for name in form if name not in NOT_KEPT for text in form.all(name)])


def _saved() -> Response[bytes]:
    """Return the time of saving, which the page shows."""
    return Ready(
        hour(clock.now()).encode(),
        status_code=200,
        media_type="text/plain; charset=utf-8",
        headers={"cache-control": "no-store"},
    )


def _request_in(given: Mapping[str, Any]) -> Request[Any, Any, Any]:
    """Return the request among the arguments of a handler; a page of the desk has it in its desk."""
    request: Request[Any, Any, Any] = given["request"] if "request" in given else given["desk"].request
    return request
