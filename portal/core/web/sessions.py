"""Sessions: who the visitor is, how long the session lasts, and the CSRF token of its forms.

The cookie holds a random id; the database its SHA-256. An id that we did not issue is never
accepted. Before sign-in there is no row: an anonymous id carries its own seal (keyed hash), and
is set only when a page shows a form. The CSRF token is a keyed hash of the id, masked anew each
time; sign-in, step-up and a change of role give a new id, so older tokens become invalid.
The door (`door.py`) checks both.
"""

import base64
import re
from datetime import datetime, timedelta
from typing import Any

import msgspec
from litestar import Request

from portal.core.store.crypto import digest, keyed, random_bytes, same, token
from portal.core.store.database import execute, fetch_one, insert, transaction
from portal.core.store.tables import Session
from portal.core.tools import clock
from portal.core.tools.i18n import LANGUAGES, SOURCE
from portal.core.tools.settings import SETTINGS
from portal.core.web.forms import Form

COOKIE = "__Host-mt" if SETTINGS.https else "mt"
VIEW_COOKIE = "__Host-view" if SETTINGS.https else "view"
CITY_COOKIE = "__Host-city" if SETTINGS.https else "city"
DEVICE_COOKIE = "__Host-device" if SETTINGS.https else "device"
SEEN_EVERY = timedelta(minutes=1)
ANYONE = frozenset({"anyone"})


class SessionRow(msgspec.Struct, frozen=True):
    """A session as stored: its person, phone, roles and end."""

    subject: str
    via: str
    roles: str
    seen_at: datetime
    ends_at: datetime
    idle_seconds: int


DEVICE = re.compile(r"[\w-]{22}", re.ASCII)
FIND = "FROM session WHERE id = $1"


class Visitor:
    """The sender of a request: anonymous, a citizen or a staff member; with their display settings.

    `expired` says that the session of the cookie has ended, and `lost` holds its subject.
    """

    def __init__(self, cookie: str = "", view: str = "", device: str = "") -> None:
        """Begin as an anonymous visitor; *cookie* is accepted only with our seal."""
        self.device = device
        self.new_device = False
        self.city = ""  # the word in addresses of the city that was chosen last; anybody can send anything here
        self.new_city = False
        self.idle_until: datetime | None = None
        self.lost = ""
        self.subject = ""
        self.via = ""
        self.roles = ANYONE
        self.expired = False
        self.ends_at: datetime | None = None
        self.cookie = cookie
        self.changed = False
        self._csrf = ("", "")  # (cookie, its token)
        wishes = view.split(".")
        self.elder = "elder" in wishes
        self.language = next((language for language in LANGUAGES if language in wishes), SOURCE)

    @property
    def signed_in(self) -> bool:
        """Whether there is a session, even if only a phone has been verified in it."""
        return self.roles is not ANYONE

    @property
    def seconds_left(self) -> int:
        """Seconds until the session ends without a further request; 0 if there is no session."""
        ends = [moment for moment in (self.idle_until, self.ends_at) if moment]
        return max(0, int((min(ends) - clock.now()).total_seconds())) if ends else 0

    def choose(self, city: str) -> None:
        """Remember that *city* was chosen; the first page then leads there."""
        self.new_city = self.city != city
        self.city = city

    def own_device(self) -> str:
        """Return the random name of this browser; create one if it has none."""
        if not self.device:
            self.device = token()
            self.new_device = True
        return self.device

    @property
    def csrf(self) -> str:
        """The CSRF token for the forms of this page; reading it gives a new visitor a cookie."""
        if not self.cookie:
            self.cookie = anonymous()
            self.changed = True
        if self._csrf[0] != self.cookie:
            mask = random_bytes(16)
            secret = csrf_secret(self.cookie)
            hidden = bytes(a ^ b for a, b in zip(mask, secret, strict=True))
            self._csrf = (self.cookie, base64.urlsafe_b64encode(mask + hidden).decode())
        return self._csrf[1]

    def owns(self, csrf: str) -> bool:
        """Return whether *csrf* was made for this visitor's session."""
        try:
            raw = base64.b64decode(csrf.encode("ascii"), altchars=b"-_", validate=True)
        except ValueError:
            return False
        if len(raw) != 32 or not self.cookie:
            return False
        return same(bytes(a ^ b for a, b in zip(raw[:16], raw[16:], strict=True)), csrf_secret(self.cookie))

    def may(self, who: tuple[str, ...]) -> bool:
        """Return whether this visitor has one of the roles in *who*."""
        return not self.roles.isdisjoint(who)


def csrf_secret(cookie: str) -> bytes:
    """Return the 16 secret bytes inside every CSRF token of the session in *cookie*."""
    return keyed("csrf", cookie)[:16]


# D17: no row before sign-in, or anybody could fill the table; the id carries its own seal instead.
def anonymous() -> str:
    """Return a new id for an anonymous visitor: ``a.<random>.<seal>``."""
    name = token()
    return f"a.{name}.{keyed('anonymous', name).hex()[:32]}"


def _ours(cookie: str) -> bool:
    kind, _, rest = cookie.partition(".")
    name, _, seal = rest.partition(".")
    return kind == "a" and same(seal.encode(), keyed("anonymous", name).hex()[:32].encode())


async def meet(headers: dict[bytes, bytes], *, quiet: bool = False) -> Visitor:
    """Return the visitor that the cookies in *headers* belong to, and extend the session.

    A request that a page makes by itself (*quiet*), not the person, does not extend the session.
    """
    cookies = cookies_in(headers)
    cookie = cookies.get(COOKIE, "")
    view = cookies.get(VIEW_COOKIE, "")
    device = cookies.get(DEVICE_COOKIE, "")
    device = device if DEVICE.fullmatch(device) else ""
    if cookie.startswith("s."):
        visitor = await _known(Visitor(cookie, view, device), quiet=quiet)
    else:
        visitor = Visitor(cookie if cookie.isascii() and _ours(cookie) else "", view, device)
    visitor.city = cookies.get(CITY_COOKIE, "")
    return visitor


def cookies_in(headers: dict[bytes, bytes]) -> dict[str, str]:
    """Return the cookies in *headers*."""
    sent = headers.get(b"cookie", b"").decode("latin-1").split(";")
    return dict(part.strip().split("=", 1) for part in sent if "=" in part)


async def _known(visitor: Visitor, *, quiet: bool) -> Visitor:
    row = await fetch_one(SessionRow, FIND, digest(visitor.cookie))
    if row is None:
        visitor.cookie = ""
        visitor.expired = True
        return visitor
    now = clock.now()
    if now >= row.ends_at or now >= row.seen_at + timedelta(seconds=row.idle_seconds):
        visitor.expired = True
        visitor.lost = row.subject
        return visitor
    visitor.subject = row.subject
    visitor.via = row.via
    visitor.ends_at = row.ends_at
    visitor.roles = frozenset({*ANYONE, *row.roles.split()})
    idle = timedelta(seconds=row.idle_seconds)
    visitor.idle_until = row.seen_at + idle
    if now >= row.seen_at + SEEN_EVERY and not quiet:
        await execute("UPDATE session SET seen_at = $2 WHERE id = $1", digest(visitor.cookie), now)
        visitor.idle_until = now + idle
    return visitor


async def start(
    visitor: Visitor, *, subject: str, roles: str, idle: timedelta, lasts: timedelta, via: str = "", agent: str = ""
) -> None:
    """Begin a new session for *visitor* and end their present one.

    Args:
        visitor: gets the new id; the response sets the cookie from it.
        subject: id of the person or staff member.
        roles: words separated by spaces, as routes name them.
        idle: the session ends after this time without a request.
        lasts: the session ends after this time in any case.
        via: id of the phone that was used to sign in.
        agent: the browser's User-Agent, for the list of devices.
    """
    now = clock.now()
    old = visitor.cookie
    new = f"s.{token(32)}"
    async with transaction():
        await execute("DELETE FROM session WHERE id = $1", digest(old))
        await insert(
            Session,
            id=digest(new),
            subject=subject,
            via=via,
            roles=roles,
            agent=agent[:200],
            made_at=now,
            seen_at=now,
            ends_at=now + lasts,
            idle_seconds=int(idle.total_seconds()),
        )
    visitor.cookie, visitor.changed = new, True
    visitor.subject = subject
    visitor.via = via
    visitor.roles = frozenset({*ANYONE, *roles.split()})
    visitor.expired = False
    visitor.ends_at = now + lasts
    visitor.idle_until = now + idle


async def end(visitor: Visitor) -> None:
    """Delete the visitor's session on the server, and its cookie."""
    await execute("DELETE FROM session WHERE id = $1", digest(visitor.cookie))
    visitor.cookie, visitor.changed = "", True
    visitor.subject = ""
    visitor.via = ""
    visitor.roles = ANYONE


async def forget_old() -> int:
    """Delete expired sessions; return how many."""
    return await execute("DELETE FROM session WHERE ends_at <= $1", clock.now())


def cookie_line(visitor: Visitor) -> bytes:
    """Return the Set-Cookie line that sets the visitor's session cookie, or deletes it."""
    secure = "; Secure" if SETTINGS.https else ""
    life = "" if visitor.cookie else "; Max-Age=0"
    return f"{COOKIE}={visitor.cookie}; Path=/; HttpOnly; SameSite=Lax{secure}{life}".encode()


def cookie_lines(visitor: Visitor) -> list[bytes]:
    """Return all Set-Cookie lines for a response to the visitor."""
    lines = [cookie_line(visitor)] if visitor.changed else []
    lines += [device_line(visitor)] if visitor.new_device else []
    return [*lines, city_line(visitor)] if visitor.new_city else lines


def city_line(visitor: Visitor) -> bytes:
    """Return the Set-Cookie line that remembers the visitor's city for a year."""
    secure = "; Secure" if SETTINGS.https else ""
    return f"{CITY_COOKIE}={visitor.city}; Path=/; HttpOnly; SameSite=Lax; Max-Age=31536000{secure}".encode()


def device_line(visitor: Visitor) -> bytes:
    """Return the Set-Cookie line that identifies this browser for two years."""
    secure = "; Secure" if SETTINGS.https else ""
    return f"{DEVICE_COOKIE}={visitor.device}; Path=/; HttpOnly; SameSite=Lax; Max-Age=63072000{secure}".encode()


def visitor_of(request: "Request[Any, Any, Any]") -> Visitor:
    """Return the visitor of a request.

    If no route was found, it is an anonymous visitor with language and display settings.
    """
    met = request.scope["state"].get("visitor")
    return met or Visitor(view=cookies_in(dict(request.scope["headers"])).get(VIEW_COOKIE, ""))


def form_of(request: "Request[Any, Any, Any]") -> Form:
    """Return the form posted with *request*; empty when a page is opened."""
    found: Form = request.scope["state"]["form"]
    return found
