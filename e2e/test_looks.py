"""Pages as people with other eyes and hands have them: large, zoomed, dark, in forced colours, with a thick finger.

Every main page is opened once in each look; what a person has set in the browser is set there too.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, StorageState, expect

from e2e.chain import Applicant, Desk, first
from e2e.conftest import DESKTOP, PHONE, context_of, watched
from e2e.people import Citizen, Clerk, Person
from e2e.server import Server
from e2e.sizes import is_large_enough, keeps_words_whole, stays_inside
from tests.helpers.care import form

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

DELEGATION = re.compile(r'href="(/meishan/delegations/[\w-]{22})"')
VIEWS = [(size, language) for language in ("zh-CN", "en") for size in ("plain", "elder", "largest")]
HEAD = 148  # a fifth of the 740 pixels of a phone

SPACED = "* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }"


@dataclass(frozen=True)
class House:
    """What the pages of this file are about: who is signed in, and the addresses."""

    citizen: StorageState
    clerk: StorageState
    pages: tuple[str, ...]
    desk: tuple[str, ...]
    draft: str
    acting: str  # a delegation that was begun: its page has the banner of a proxy


@pytest.fixture(scope="module")
def house(browser: Browser, server: Server) -> Iterator[House]:
    """A citizen with a case that was submitted and a draft that is filled in, and a reviewer."""
    contexts = context_of(browser, PHONE), context_of(browser, DESKTOP)
    applicant = Applicant(Citizen(contexts[0].new_page(), server.base))
    applicant.sign_in("13800000103")
    number = applicant.apply("黄德贵", disease="M03900")
    draft = applicant.begin()
    applicant.answer(disease="M04600")
    asked = {name: str(text) for name, text in form("ms-12", "letter", scope="apply").items()}
    acting = first(DELEGATION, applicant.post("/meishan/delegations/new", asked))
    desk = Desk(Clerk(contexts[1].new_page(), server.base))
    desk.sign_in("meishan-reviewer")
    mine = [*(f"/meishan/cases/{number}{part}" for part in CASE), *(f"{draft}{step}" for step in STEPS), *OWN]
    staff = tuple(path.format(number=number) for path in STAFF)
    states = [context.storage_state() for context in contexts]
    yield House(states[0], states[1], (*PUBLIC, *mine), staff, draft, acting)
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


@pytest.mark.parametrize("width", [320, 360])
def test_english_words_stay_whole_and_in_their_columns(
    browser: Browser, server: Server, house: House, width: int
) -> None:
    def see(person: Person) -> None:
        stays_inside(person.page)
        if "/staff" not in person.page.url:
            keeps_words_whole(person.page)

    visit(browser, server, house, see, query="?look=en", viewport={"width": width, "height": 640})


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


def test_the_head_leaves_four_fifths_of_a_phone_to_the_page_in_every_view(
    browser: Browser, server: Server, house: House
) -> None:
    signed_out = (None, ("/", "/meishan/", "/staff/login"))
    citizen = (house.citizen, ("/meishan/me", house.acting, f"{house.draft}/person"))
    clerk = (house.clerk, ("/staff/", "/staff/queue"))
    for state, paths in (signed_out, citizen, clerk):
        context = context_of(browser, PHONE)
        context.add_cookies(state["cookies"] if state else [])  # type: ignore[arg-type]
        person = Person(context.new_page(), server.base)
        for size, language in VIEWS:
            person.go(f"/v?look={size}")
            person.go(f"/v?look={language}")
            for path in paths:
                person.go(path)
                head = person.page.locator("main").bounding_box()
                assert head and head["y"] <= HEAD, f"{path}, {size}, {language}: main begins at {head}"
        context.close()


def test_the_first_field_about_oneself_is_on_the_first_screen_of_the_elder_view(
    browser: Browser, server: Server, house: House
) -> None:
    context = context_of(browser, PHONE)
    context.add_cookies(house.citizen["cookies"])  # type: ignore[arg-type]
    elder = Person(context.new_page(), server.base)
    elder.go(f"{house.draft}/person?look=elder")
    field = elder.page.get_by_label("手机号码").bounding_box()
    assert field and field["y"] + field["height"] <= PHONE["viewport"]["height"], field  # type: ignore[index]
    context.close()


def test_the_navigation_of_a_phone_opens_without_script_and_is_always_open_on_a_desktop(
    browser: Browser, server: Server
) -> None:
    for window, closed in ((PHONE, True), (DESKTOP, False)):
        context = context_of(browser, window, script=False)
        reader = Person(context.new_page(), server.base)
        reader.go("/meishan/")
        diseases = reader.page.get_by_role("navigation", name="服务").get_by_role("link", name="病种目录")
        if closed:
            expect(diseases).to_be_hidden()
            reader.page.locator("summary", has_text="菜单").click()
        expect(diseases).to_be_visible()
        context.close()
