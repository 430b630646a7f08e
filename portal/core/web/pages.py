"""Pages: one Jinja environment per language, `page` to answer with a template, and the filters.

An undefined name in a template is an error. `templates.py` says how templates are compiled.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cache, partial, reduce
from pathlib import Path
from string import punctuation
from typing import Any
from urllib.parse import quote

from isal import isal_zlib
from jinja2 import FileSystemLoader, StrictUndefined
from litestar import Request, Response
from litestar.response.base import ASGIResponse
from litestar.types import Receive, Scope, Send
from markupsafe import Markup

from portal.core.tools import clock
from portal.core.tools.i18n import (
    LANGUAGES,
    NAMES,
    SHORT_NAMES,
    SOURCE,
    WEEKDAYS,
    Said,
    day_of_year,
    direction,
    in_words,
    long_day,
    translate,
)
from portal.core.tools.phone import Phone
from portal.core.tools.places import TEMPLATES
from portal.core.tools.settings import SETTINGS
from portal.core.web.assets import assets, takes
from portal.core.web.sessions import Visitor, visitor_of
from portal.core.web.templates import Compiled, compiled_before, filled, icon

# Below this a compressed page saves less than the headers cost. ISA-L takes a fifth of zlib's time.
COMPRESS_FROM = 1400
COMPRESS_LEVEL = 2
# Between words that the eye tells apart by their place: without it a screen reader says them as one word.
PAUSE = '<span class="visually-hidden">{}</span>'
KEPT = 20_000  # most parts of pages in the cache


@cache
def environment(language: str) -> Compiled:
    """Return the environment whose templates are in *language*."""
    made = Compiled(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=0,
        bytecode_cache=compiled_before(language),
    )
    made.language = language
    made.globals.update(_words(language))
    made.globals.update(_parts(made))
    made.filters.update(_filters(language))
    return made


def _words(language: str) -> dict[str, Any]:
    """Return the globals of every template, besides the parts of the layout."""

    def _(text: str, /, **values: Any) -> str:
        if isinstance(text, Said) and "hotline" in text.values:
            # Filled in here, not before: the number becomes a link.
            values = {name: in_words(value, language) for name, value in text.values.items()}
            text = text.text
        said = translate(text, language)
        return filled(said, **values) if values else said

    return {
        "_": _,
        "filled": filled,
        "asset": assets().url,
        "icon": icon,
        "demo": SETTINGS.demo,
        "phone": Phone,
        "lang": language,
        "other_languages": [(code, NAMES[code], SHORT_NAMES[code]) for code in LANGUAGES if code != language],
        "direction": direction(language),
        "pause": Markup(PAUSE.format("，" if language == SOURCE else ", ")),  # noqa: S704  our own constants
    }


def _parts(made: Compiled) -> dict[str, Any]:
    """Return the functions by which templates cache parts that are the same for many people."""
    kept: dict[Any, Any] = {}

    def chrome(name: str, region: Any, visitor: Visitor, here: str, entries: Sequence[str] = ()) -> Markup:
        """Return the part *name* of the layout, rendered once for each city and look.

        Of the address *here* the part depends only on the entry of *entries* it ends in, or ``-``.
        """
        current = here.rpartition("/")[2]
        current = current if current in entries else "-"
        citizen = "citizen" in visitor.roles
        key = (name, region.key if region else "", visitor.elder, visitor.signed_in, citizen, current)
        if key not in kept:
            text = made.get_template(f"{name}.html").render(
                region=region,
                elder=visitor.elder,
                signed_in=visitor.signed_in,
                citizen=citizen,
                current=current,
            )
            kept[key] = Markup(text)  # noqa: S704  a template's own output
        return kept[key]  # type: ignore[no-any-return]

    # D12: a cached part is shown to everybody; no text that a person typed may be in it or in its key.
    def keep(macro: Any, key: Any, *args: Any) -> Any:
        """Return ``macro(*args)``, rendered once for each *key*; it must contain no text that a person typed."""
        full = (macro.name, key)
        if full not in kept and len(kept) < KEPT:
            kept[full] = macro(*args)
        return kept[full] if full in kept else macro(*args)

    return {"chrome": chrome, "keep": keep}


def _filters(language: str) -> dict[str, Any]:
    english = language != SOURCE
    texts: dict[str, Callable[[Any], str]] = {
        "day": lambda day: long_day(day, english=english),
        "short_day": lambda day: short_day(day, english=english),
        "weekday": lambda day: translate(WEEKDAYS[day.weekday()], language),
        "moment": lambda moment: f"{short_day(clock.day_of(moment), english=english)} {hour(moment)}",
        "long_moment": lambda moment: f"{long_day(clock.day_of(moment), english=english)} {hour(moment)}",
        "hour": hour,
    }
    # <time> around a date, to be put into a sentence: {{ _("{day} 收到", day=case.submitted_at|moment_element) }}
    elements = {f"{name}_element": partial(_time_element, show) for name, show in texts.items() if name != "weekday"}
    return (
        texts
        | elements
        | {
            "iso": iso,
            "grouped": grouped,
            "size": size,
            "masked": masked,
            "enumerated": partial(enumerated, translate("{first}、{rest}", language)),
        }
    )


def _time_element(show: Callable[[Any], str], moment: date | datetime) -> Markup:
    """Return *moment* in words, in a ``<time>`` that machines can read."""
    return Markup('<time datetime="{}">{}</time>').format(iso(moment), show(moment))


def enumerated(pair: str, parts: Iterable[str]) -> str:
    """Return *parts* as one enumeration; *pair* says how two of them are joined."""
    *before, last = list(parts) or [""]
    return reduce(lambda rest, first: filled(pair, first=first, rest=rest), reversed(before), last)


def warm() -> None:
    """Compile every page's template in every language, so that no visitor waits for it.

    Templates of the source language stay in memory. Those of other languages stay on disk until somebody reads
    that language: they would take as much memory again.
    """
    for language in LANGUAGES:
        made = environment(language)
        ready = Path(made.bytecode_cache.directory) / "all"  # type: ignore[union-attr]
        if language != SOURCE and ready.exists():
            continue
        for name in made.list_templates(extensions=["html"]):
            made.get_template(name)
        if language != SOURCE:
            ready.touch()
            made.loaded.clear()


class Ready(Response[bytes]):
    """A finished response, sent unchanged; the framework would build it a second time.

    It carries no cookies: the door sets them.
    """

    def to_asgi_response(self, app: Any, request: Any, **more: Any) -> ASGIResponse:
        """Return itself."""
        return self  # type: ignore[return-value]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        own = ((name.encode(), str(text).encode("latin-1")) for name, text in self.headers.items())
        length = str(len(self.content)).encode()
        headers = [(b"content-type", str(self.media_type).encode()), (b"content-length", length), *own]
        await send({"type": "http.response.start", "status": self.status_code or 200, "headers": headers})
        await send({"type": "http.response.body", "body": self.content, "more_body": False})


def page(
    request: Request[Any, Any, Any],
    name: str,
    /,
    *,
    status: int = 200,
    headers: dict[str, str] | None = None,
    **context: Any,
) -> Response[bytes]:
    """Return the page made from template *name* (without ``.html``) in the visitor's language.

    Templates get *context* and four values of the request: ``visitor``, ``here`` (its path), ``acting`` (the principal
    that the visitor acts for on this page, or None), and ``restored`` (whether words stand in the form that were
    typed before and not sent).
    """
    visitor = visitor_of(request)
    state = request.scope["state"]
    own = {"acting": state.get("acting"), "restored": state.get("restored", False)}
    text = render(name, visitor.language, visitor=visitor, here=request.scope["path"], **(own | context))
    return answer(request, text.encode(), status, headers)


def form_page(
    request: Request[Any, Any, Any], name: str, errors: Mapping[str, str], /, **context: Any
) -> Response[bytes]:
    """Return the page of a form as `page` does; 422 if there are *errors* (``{field: message}``), which it shows."""
    return page(request, name, status=422 if errors else 200, errors=errors, **context)


def answer(
    request: Request[Any, Any, Any], body: bytes, status: int = 200, headers: dict[str, str] | None = None
) -> Response[bytes]:
    """Return the response with the page *body*, compressed by gzip if the browser accepts it."""
    sent = {"vary": "Cookie, Accept-Encoding", **(headers or {})}
    if len(body) >= COMPRESS_FROM and takes(_accepted(request), b"gzip"):
        body = squeezed(body)
        sent["content-encoding"] = "gzip"
    return Ready(body, status_code=status, media_type="text/html; charset=utf-8", headers=sent)


def _accepted(request: Request[Any, Any, Any]) -> bytes:
    return next((text for name, text in request.scope["headers"] if name == b"accept-encoding"), b"")


def render(name: str, language: str = SOURCE, /, **context: Any) -> str:
    """Return template *name* rendered in *language*."""
    return environment(language).get_template(f"{name}.html").render(context)


def squeezed(body: bytes) -> bytes:
    """Return *body* compressed by gzip."""
    # D13: a fifth of zlib's time at the same size.
    return isal_zlib.compress(body, level=COMPRESS_LEVEL, wbits=31)


def see_other(address: str) -> Response[bytes]:
    """Redirect with 303 to our *address*, after a form whose changes are committed."""
    location = quote(address, safe=punctuation)  # a header holds no Chinese
    return Ready(b"", status_code=303, headers={"location": location}, media_type="text/plain; charset=utf-8")


def leave_for(address: str) -> Response[bytes]:
    """Redirect to *address* after signing out, and tell the browser to delete everything it stored of the portal."""
    answer = see_other(address)
    answer.headers["clear-site-data"] = '"cache", "storage"'
    return answer


def own_address(text: str, otherwise: str) -> str:
    """Return *text* if it is a path of ours, else *otherwise*; this prevents redirects to other sites."""
    plain = text.isprintable() and text.startswith("/") and "\\" not in text and not text.startswith("//")
    return text if plain else otherwise


def with_next(address: str, next: str) -> str:
    """Return *address* with *next*, the page to open afterwards, in its query; only if *next* is a path of ours."""
    wanted = own_address(next, "")
    if not wanted:
        return address
    return f"{address}{'&' if '?' in address else '?'}next={quote(wanted, safe='/')}"


def short_day(day: date, *, english: bool = False) -> str:
    """Return ``11月24日``, with the year if it is not this year."""
    if day.year != clock.today().year:
        return long_day(day, english=english)
    return day_of_year(day, english=english)


def hour(moment: datetime) -> str:
    """Return ``14:22``, 北京时间."""
    return f"{moment.astimezone(clock.BEIJING):%H:%M}"


def iso(moment: date | datetime) -> str:
    """Return the value of ``<time datetime>``."""
    if isinstance(moment, datetime):
        return moment.astimezone(clock.BEIJING).isoformat(timespec="minutes")
    return moment.isoformat()


def grouped(number: str, groups: Sequence[int] = (4, 4, 4)) -> str:
    """Return *number* in groups of digits, ``4821 0937 5564``: easier to read aloud and to check."""
    parts = []
    at = 0
    for length in groups:
        parts.append(number[at : at + length])
        at += length
    return " ".join([*parts, number[at:]]).strip()


def masked(number: str) -> str:
    """Return a phone number masked, ``138****5678``."""
    return f"{number[:3]}****{number[-4:]}" if number else ""


def size(count: int) -> str:
    """Return *count* bytes as ``1.8 MB`` or ``86 KB``."""
    return f"{count / 1_048_576:.1f} MB" if count >= 1_000_000 else f"{max(1, round(count / 1024))} KB"


def file_answer(content: bytes, kind: str, name: str, *, download: bool = False) -> Response[bytes]:
    """Return the response with a file of ours or of a citizen; browsers neither run it as a page nor cache it.

    Args:
        content: the bytes.
        kind: its media type.
        name: what to call it when it is saved (RFC 6266).
        download: have the browser save the file instead of showing it.
    """
    how = "attachment" if download else "inline"
    headers = {
        "content-disposition": f"{how}; filename*=UTF-8''{quote(name, safe='')}",
        "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; sandbox",
        "cache-control": "private, no-store",
    }
    return Response(content, media_type=kind, headers=headers)
