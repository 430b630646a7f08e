"""The navigation of the desk, taken from the controllers: each says its words beside who may enter.

``opt = {"who": ("supervisor",), "nav": Nav("人员和分派")}`` puts a page into it. The order is that of the list in
`app.py`.
"""

from collections.abc import Iterable
from typing import Any

import msgspec
from litestar import Request

from portal.accounts.staff import Member
from portal.questions.delivery import sends_mail
from portal.regions.load import REGIONS, Region

EVERYBODY = "staff"


# D85: the place in the navigation stands beside who may enter, so the two cannot differ.
class Nav(msgspec.Struct, frozen=True):
    """What a controller says of its place in the navigation."""

    words: str
    address: str = ""  # where that is not the path of the controller
    roles: tuple[str, ...] = ()  # who sees it, where that is not everybody whom the door lets in
    if_posted: bool = False  # only in a city that sends letters by post


class Link(msgspec.Struct, frozen=True):
    """A page in the navigation."""

    address: str
    words: str
    roles: tuple[str, ...]
    if_posted: bool

    def shown_to(self, member: Member, region: Region) -> bool:
        """Return whether the page is part of this member's work in their city."""
        if self.if_posted and not sends_mail(region):
            return False
        return EVERYBODY in self.roles or any(member.has(role) for role in self.roles)


def navigation(controllers: Iterable[Any]) -> tuple[Link, ...]:
    """Return the links of those *controllers* that have a place in the navigation, in their order."""
    return tuple(link(controller) for controller in controllers if "nav" in (controller.opt or {}))


def link(controller: Any) -> Link:
    """Return the link to a *controller* that has a place in the navigation."""
    nav: Nav = controller.opt["nav"]
    return Link(nav.address or controller.path, nav.words, nav.roles or controller.opt["who"], nav.if_posted)


def links(request: Request[Any, Any, Any], member: Member) -> list[Link]:
    """Return the navigation as *member* sees it."""
    region = REGIONS[member.region]
    return [link for link in request.app.state.navigation if link.shown_to(member, region)]
