"""Page cache: render once with placeholders, then substitute each visitor's values."""

from collections.abc import Mapping
from typing import Any

from litestar import Request, Response
from markupsafe import escape

from portal.core.web import pages
from portal.core.web.pages import answer
from portal.core.web.sessions import Visitor, visitor_of

FRAMES = 300  # pages that are kept at most; one takes ten KB
EDGE = "\x02"  # stands around a placeholder; no template contains it, and typed text is put in after the cut


def mark(hole: str) -> str:
    """Return the placeholder for *hole* on a page that `framed` renders."""
    return f"{EDGE}{hole}{EDGE}"


class _Anybody(Visitor):
    """A visitor of placeholders: the page rendered for it is sent to many people."""

    csrf = mark("csrf")
    seconds_left = mark("seconds")  # type: ignore[assignment]

    def __init__(self, like: Visitor) -> None:
        """Take roles, look and language of a visitor, and nothing else."""
        super().__init__()
        self.roles = like.roles
        self.elder = like.elder
        self.language = like.language


_frames: dict[Any, list[bytes | str]] = {}


def forget() -> None:
    """Make every page anew when it is asked for next."""
    _frames.clear()


# D74: whatever decides the look is in the key; a value that is filled in decides nothing.
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
    """Return a page like `page` does, rendered once for each *key* and then filled in for each person.

    Args:
        request: whose visitor gets it; nobody acts for another on it.
        name: of the template.
        key: whatever decides what the page looks like, besides who sees it (rights, language, look). No personal data.
        filled: ``{hole: text}``. Where *context* or *here* have ``mark(hole)``, the page has the text; the template
            only shows it, and decides nothing by it.
        here: the path of the page, where it is not the same for all.
        context: as for `page`, without personal data.
    """
    visitor = visitor_of(request)
    full = (name, key, visitor.language, visitor.elder, visitor.roles)
    parts = _frames.pop(full, None)
    if parts is None:
        here = here or request.scope["path"]
        text = pages.render(name, visitor.language, visitor=_Anybody(visitor), here=here, acting=None, **context)
        parts = [part if odd % 2 else part.encode() for odd, part in enumerate(text.split(EDGE))]
        if len(_frames) >= FRAMES:
            del _frames[next(iter(_frames))]
    _frames[full] = parts  # put last: the first is the one not asked for longest
    texts = {"seconds": str(visitor.seconds_left), **(filled or {})}
    if "csrf" in parts:  # asking for it gives a newcomer a cookie
        texts["csrf"] = visitor.csrf
    body = b"".join([part if isinstance(part, bytes) else escape(texts[part]).encode() for part in parts])
    return answer(request, body)
