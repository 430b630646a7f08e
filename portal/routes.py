"""Every route with its policy, read from the application itself."""

from typing import NamedTuple

from litestar.routes import HTTPRoute

from portal.app import litestar


class Route(NamedTuple):
    """A route: one method of one path, who may use it, whether it changes anything, what a proxy must be allowed."""

    method: str
    path: str
    who: tuple[str, ...]
    writes: bool
    scope: str = ""


def declared() -> list[Route]:
    """Return the routes, by path and method."""
    found = [
        Route(
            method,
            handler_path.path_format,
            tuple(handler.opt.get("who", ())),
            method not in ("GET", "HEAD"),
            handler.opt.get("scope", ""),
        )
        for handler_path in litestar().routes
        if isinstance(handler_path, HTTPRoute)
        for handler in handler_path.route_handlers
        for method in sorted(getattr(handler, "http_methods", ()))
        if method != "OPTIONS"
    ]
    return sorted(found, key=lambda route: (route.path, route.method))
