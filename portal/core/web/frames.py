"""Page cache: render once with placeholders, then substitute each visitor's values."""

from collections.abc import Mapping
from typing import Any

from litestar import Request, Response
from markupsafe import escape

from portal.core.web import pages
from portal.core.web.pages import answer
from portal.core.web.sessions import Visitor, visitor_of

FRAMES = 300  # most pages in the cache; one takes ten KB
EDGE = "\x02"  # encloses a placeholder; no template contains it, and typed text is filled in after the split


def mark(hole: str) -> str:
    """Return the placeholder for *hole* on a page that `framed` renders."""
    return f"{EDGE}{hole}{EDGE}"


class _Anybody(Visitor):
    """A visitor whose values are placeholders: the page rendered for it is sent to many people."""

    csrf = mark("csrf")
    seconds_left = mark("seconds")  # type: ignore[assignment]

    def __init__(self, like: Visitor) -> None:
        """Copy roles, look and language of the visitor *like*; all else is a placeholder."""
        super().__init__()
        self.roles = like.roles
        self.size = like.size
        self.language = like.language


_frames: dict[Any, list[bytes | str]] = {}


def forget() -> None:
    """Empty the page cache."""
    _frames.clear()


# D74: a value on which the template decides belongs in the key; a filled-in value is only shown.
def framed(
    request: Request[Any, Any, Any],
    name: str,
    key: Any,
    filled: Mapping[str, str] | None = None,
    /,
    *,
    here: str = "",
    **context: Any,
) -> Response[bytes]:
    """Return a page as `page` does, rendered once for each *key* and then filled in for each person.

    Args:
        request: its visitor gets the page; the page must have no banner of a proxy.
        name: the template's name.
        key: all values that change the page, besides the visitor's roles, language and look. No personal data.
        filled: ``{hole: text}``. Where *context* or *here* have ``mark(hole)``, the page has the text; the template
            only shows it, and decides nothing by it.
        here: the path of the page, if it is not the request's own (as one with a placeholder).
        context: as for `page`, without personal data.
    """
    visitor = visitor_of(request)
    full = (name, key, visitor.language, visitor.size, visitor.roles)
    parts = _frames.pop(full, None)
    if parts is None:
        here = here or request.scope["path"]
        text = pages.render(name, visitor.language, visitor=_Anybody(visitor), here=here, acting=None, **context)
        parts = [part if odd % 2 else part.encode() for odd, part in enumerate(text.split(EDGE))]
        if len(_frames) >= FRAMES:
            del _frames[next(iter(_frames))]
    _frames[full] = parts  # move to the end: the first entry is the least recently used
    texts = {"seconds": str(visitor.seconds_left), **(filled or {})}
    if "csrf" in parts:  # reading it gives a new visitor a cookie
        texts["csrf"] = visitor.csrf
    body = b"".join([part if isinstance(part, bytes) else escape(texts[part]).encode() for part in parts])
    return answer(request, body)
