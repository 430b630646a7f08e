"""Pages as people with other eyes and hands have them: large, zoomed, dark, in forced colours, with a thick finger.

Every main page is opened once in each look; what a person has set in the browser is set there too.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, StorageState

from e2e.chain import Applicant, Desk
from e2e.conftest import DESKTOP, PHONE, context_of, watched
from e2e.people import Citizen, Clerk, Person
from e2e.server import Server
from e2e.sizes import is_large_enough, stays_inside

PUBLIC = ("/", "/meishan/", "/meishan/diseases", "/meishan/help", "/meishan/display", "/meishan/accessibility", "/v")
STAFF = (
    "/staff/",
    "/staff/queue",
    "/staff/cases/{number}",
    "/staff/cases/{number}/decision",
    "/staff/cases/{number}/corrections/new",
)
CASE = ("", "/receipt", "/take-back", "/withdrawal")
STEPS = ("", "/person", "/disease", "/diagnosis", "/materials", "/review", "/signature")
OWN = ("/meishan/me", "/meishan/notices", "/meishan/logout")

SPACED = "* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }"


@dataclass(frozen=True)
class House:
    """What the pages of this file are about: who is signed in, and the addresses."""

    citizen: StorageState
    clerk: StorageState
    pages: tuple[str, ...]
    desk: tuple[str, ...]


@pytest.fixture(scope="module")
def house(browser: Browser, server: Server) -> Iterator[House]:
    """A citizen with a case that was submitted and a draft that is filled in, and a reviewer."""
    contexts = context_of(browser, PHONE), context_of(browser, DESKTOP)
    applicant = Applicant(Citizen(contexts[0].new_page(), server.base))
    applicant.sign_in("13800000103")
    number = applicant.apply("黄德贵", disease="M03900")
    draft = applicant.begin()
    applicant.answer(disease="M04600")
    desk = Desk(Clerk(contexts[1].new_page(), server.base))
    desk.sign_in("meishan-reviewer")
    mine = [*(f"/meishan/cases/{number}{part}" for part in CASE), *(f"{draft}{step}" for step in STEPS), *OWN]
    staff = tuple(path.format(number=number) for path in STAFF)
    yield House(contexts[0].storage_state(), contexts[1].storage_state(), (*PUBLIC, *mine), staff)
    for context in contexts:
        context.close()


def walk(person: Person, house: House, see: Callable[[Person], None], *, query: str = "") -> None:
    """Open every page as a citizen, then those of the desk, and look at each."""
    context: BrowserContext = person.page.context
    for state, paths in ((house.citizen, house.pages), (house.clerk, house.desk)):
        context.clear_cookies()
        context.add_cookies(state["cookies"])  # type: ignore[arg-type]
        if query:
            person.go(f"{paths[0]}{query}")
        for path in paths:
            answer = person.page.goto(f"{person.base}{path}")
            assert answer and answer.ok, f"{path}: {answer and answer.status}"
            see(person)


def visit(browser: Browser, server: Server, house: House, see: Callable[[Person], None], **look: Any) -> None:
    """Walk through the house in a browser that is set up like *look*."""
    query = look.pop("query", "")
    context = context_of(browser, {**PHONE, **look})
    person = Person(watched(context.new_page()), server.base)
    walk(person, house, see, query=query)
    assert not person.page.complaints, person.page.complaints  # type: ignore[attr-defined]
    context.close()


def test_what_is_pressed_is_44_pixels_high_and_words_are_16(browser: Browser, server: Server, house: House) -> None:
    def see(person: Person) -> None:
        desk = "/staff" in person.page.url
        least = 24 if desk else 44
        is_large_enough(person, target=least, main=least, text=13 if desk else 16)

    visit(browser, server, house, see)


def test_the_elder_view_has_larger_words_and_targets_and_loses_nothing(
    browser: Browser, server: Server, house: House
) -> None:
    def see(person: Person) -> None:
        assert person.page.evaluate("document.documentElement.classList.contains('elder')")
        if "/staff" not in person.page.url:
            is_large_enough(person, target=44, main=60, text=20)
        person.axe()
        person.reflows()

    visit(browser, server, house, see, query="?look=elder")


@pytest.mark.parametrize(
    "window",
    [{"width": 320, "height": 640}, {"width": 320, "height": 256}, {"width": 740, "height": 360}],
    ids=["narrow", "400-percent", "landscape"],
)
def test_nothing_stands_out_of_a_small_window(
    browser: Browser, server: Server, house: House, window: dict[str, int]
) -> None:
    visit(browser, server, house, lambda person: stays_inside(person.page), viewport=window)


def test_text_at_200_percent_and_wide_spacing_stays_inside(browser: Browser, server: Server, house: House) -> None:
    def see(person: Person) -> None:
        person.page.evaluate("document.documentElement.style.fontSize = '225%'")
        stays_inside(person.page)
        person.page.evaluate("document.documentElement.style.fontSize = ''")
        person.page.evaluate(
            "css => { const s = new CSSStyleSheet(); s.replaceSync(css); document.adoptedStyleSheets = [s]; }", SPACED
        )
        stays_inside(person.page)

    visit(browser, server, house, see)


def test_dark_pages_keep_their_contrast(browser: Browser, server: Server, house: House) -> None:
    def see(person: Person) -> None:
        ground = person.page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
        assert ground == "rgb(24, 22, 18)", ground
        person.axe("color-contrast", "link-in-text-block")

    visit(browser, server, house, see, color_scheme="dark")


def test_forced_colours_and_still_pages_work(browser: Browser, server: Server, house: House) -> None:
    def see(person: Person) -> None:
        assert person.page.evaluate("matchMedia('(forced-colors: active)').matches")
        assert person.page.evaluate("document.getAnimations().length") == 0
        person.axe("color-contrast", "link-in-text-block")

    visit(browser, server, house, see, forced_colors="active", reduced_motion="reduce")
