"""The outermost layer: host names, security headers on every response, static files.

It wraps the whole application, so that errors, redirects and files have the headers too.
"""

import re

from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from portal.core.tools.settings import SETTINGS
from portal.core.web import assets

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'"
)

# Defaults; a handler's own value wins (a file is served in a sandbox of its own).
DEFAULTS = {
    b"content-security-policy": CSP.encode(),
    b"cache-control": b"no-store",
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"same-origin",
    b"permissions-policy": b"camera=(self), geolocation=(), microphone=(), payment=(), usb=()",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"x-frame-options": b"DENY",
}
if SETTINGS.https:
    DEFAULTS[b"strict-transport-security"] = b"max-age=31536000; includeSubDomains"

METHODS = {"GET", "HEAD", "POST"}
PORT = re.compile(r":\d*$")


class Front:
    """The ASGI application that the server runs: this layer around the portal."""

    def __init__(self, portal: ASGIApp, resumable: str = "") -> None:
        """Wrap *portal*; only addresses that match the pattern *resumable* accept PATCH and DELETE."""
        self._portal = portal
        self._resumable = re.compile(resumable)
        self._hosts = known_hosts()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let requests for known hosts in, and set the security headers on every response."""
        if scope["type"] != ScopeType.HTTP:
            await self._portal(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = list(message["headers"])
                there = {name.lower() for name, _ in given}
                message["headers"] = [*given, *((name, text) for name, text in DEFAULTS.items() if name not in there)]
            await send(message)

        if scope["path"].startswith("/static/"):
            await assets.serve(scope, with_headers)
        elif scope["path"] == "/favicon.ico":
            scope["path"] = assets.assets().url("images/favicon.svg")
            await assets.serve(scope, with_headers)
        elif not self._knows(scope):
            await _refuse(with_headers, 421, "这个网址不是本网站的。".encode())
        elif scope["method"] not in METHODS and not self._resumes(scope):
            await _refuse(with_headers, 405, "不支持这种请求。".encode(), (b"allow", b"GET, HEAD, POST"))
        elif scope["method"] == "HEAD":
            await self._portal(_as_get(scope), receive, _without_body(with_headers))
        else:
            await self._portal(scope, receive, with_headers)

    def _knows(self, scope: HTTPScope) -> bool:
        host = next((text for name, text in scope["headers"] if name == b"host"), b"").decode("latin-1")
        return "*" in self._hosts or _bare(host) in self._hosts

    def _resumes(self, scope: HTTPScope) -> bool:
        return scope["method"] in {"PATCH", "DELETE"} and self._resumable.fullmatch(scope["path"]) is not None


def known_hosts() -> frozenset[str]:
    """Return the host names that the portal answers to, without ports."""
    named = [part.strip() for part in SETTINGS.hosts.split(",") if part.strip()]
    origin = SETTINGS.public_origin.split("://", 1)[-1]
    return frozenset({_bare(origin), _bare(SETTINGS.host), "localhost", "127.0.0.1", "[::1]", *named})


def _bare(host: str) -> str:
    """Return *host* without its port, in lower case."""
    return PORT.sub("", host.lower())


def _as_get(scope: HTTPScope) -> HTTPScope:
    copied = scope.copy()
    copied["method"] = "GET"
    return copied


def _without_body(send: Send) -> Send:
    async def headers_only(message: Message) -> None:
        if message["type"] == "http.response.body":
            message["body"] = b""
        await send(message)

    return headers_only


async def _refuse(send: Send, status: int, text: bytes, *further: tuple[bytes, bytes]) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(text)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": [*headers, *further]})
    await send({"type": "http.response.body", "body": text, "more_body": False})


def client_address(scope: Scope) -> str:
    """Return the client's network address, trusting as many reverse proxies as the settings say."""
    client = scope.get("client")
    direct = client[0] if client else ""
    if not SETTINGS.proxies:
        return direct
    passed = next((text for name, text in scope["headers"] if name == b"x-forwarded-for"), b"").decode("latin-1")
    hops = [hop.strip() for hop in passed.split(",") if hop.strip()]
    return hops[-SETTINGS.proxies] if len(hops) >= SETTINGS.proxies else direct
