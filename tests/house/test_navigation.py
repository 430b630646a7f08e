"""The navigation of the desk holds to the door: it shows nobody a page that is closed to them, and forgets none."""

from importlib import import_module
from pkgutil import walk_packages

import pytest
from litestar import Controller

import portal
from portal.app import CONTROLLERS
from portal.routes import declared
from portal.staff.shared.nav import EVERYBODY, Link, navigation

AUDIENCES = ("portal.citizen", "portal.public", "portal.staff")
LINKS = navigation(CONTROLLERS)
WHO = {(route.method, route.path): route.who for route in declared()}
# Pages without a place in the navigation, and where a link to each stands.
ELSEWHERE = {
    "/staff/calls": "the desk, where calls wait",
    "/staff/login": "every page of who is not signed in",
    "/staff/recovery": "the first sign-in of a member",
    "/staff/reports.csv": "the reports",
    "/staff/session": "the page that keeps the session alive",
    "/staff/setup": "the letter to a new member",
}


@pytest.mark.parametrize("link", LINKS, ids=lambda link: link.address)
def test_the_door_lets_in_everybody_who_is_shown_a_page(link: Link) -> None:
    who = WHO["GET", link.address.rstrip("/")]

    assert who == (EVERYBODY,) or set(link.roles) == set(who), "say the same roles in `who` and in `nav`"


def test_every_page_of_the_desk_is_in_the_navigation_or_linked_from_another() -> None:
    own = [path for method, path in WHO if method == "GET" and path.count("/") == 2 and path.startswith("/staff/")]
    linked = {link.address for link in LINKS}

    forgotten = [path for path in own if path not in linked | ELSEWHERE.keys()]

    assert not forgotten, (
        f'give the controller of {forgotten} a "nav" in its opt, or name in ELSEWHERE what leads there'
    )


def test_every_controller_is_listed_in_the_app() -> None:
    only_in_the_demo = {"portal.public.demo_clock.ClockController"}
    written = {
        f"{module.name}.{name}"
        for module in walk_packages(portal.__path__, "portal.")
        if module.name.startswith(AUDIENCES)
        for name, thing in vars(import_module(module.name)).items()
        if isinstance(thing, type) and issubclass(thing, Controller) and thing.__module__ == module.name
    }
    listed = {f"{controller.__module__}.{controller.__name__}" for controller in CONTROLLERS}  # type: ignore[union-attr]

    assert not written - listed - only_in_the_demo, "add it to CONTROLLERS in portal/app.py"
