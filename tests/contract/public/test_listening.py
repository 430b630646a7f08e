"""Whoever hears a page, or reads it in large letters, is told the same as whoever sees it."""

import re

import pytest

from portal.regions.load import REGIONS
from tests.helpers import walk
from tests.helpers.client import Client
from tests.helpers.factories import make_person
from tests.helpers.markup import faults_in, landmarks_in

PUBLIC = ("", "diseases?q=nothing", "help", "accessibility", "privacy", "display", "login", "performance")
OWN = ("me", "notices", "settings", "delegations", "access")
LINKED = re.compile(r'<a [^>]*href="tel:[^"]*"[^>]*>.*?</a>', re.DOTALL)
PAUSE = '<span class="visually-hidden">，</span>'
NEIGHBOURS = re.compile(r"</(?:b|strong)>\s*<small>")


@pytest.mark.parametrize("city", list(REGIONS))
async def test_the_hotline_can_be_pressed_wherever_it_is_read(client: Client, city: str) -> None:
    for page in PUBLIC:
        await client.get(f"/{city}/{page}")

        assert REGIONS[city].hotline not in LINKED.sub("", client.text), page


async def test_the_hotline_can_be_pressed_on_the_pages_of_an_application(client: Client) -> None:
    await make_person("ms-01")
    await client.sign_in("13800000101")
    draft = await walk.begin(client, "meishan")
    for step in ("insurance", "person"):
        await client.get(f"{draft}/{step}")

        assert "028-12393" in client.text
        assert "028-12393" not in LINKED.sub("", client.text), step


async def test_no_page_has_more_landmarks_than_one_can_remember(client: Client) -> None:
    await make_person("ms-01")
    await client.sign_in("13800000101")
    draft = await walk.begin(client, "meishan")
    for path in ("/meishan/", *(f"/meishan/{page}" for page in OWN), f"{draft}/review", f"{draft}/person"):
        await client.get(path)
        assert client.path == path

        assert landmarks_in(client.text) <= 6, (path, landmarks_in(client.text))


async def test_the_pages_of_ones_account_are_nested_as_html_allows(client: Client) -> None:
    await make_person("ms-01")
    await client.sign_in("13800000101")
    for page in OWN:
        await client.get(f"/meishan/{page}")

        assert not faults_in(client.text), page


@pytest.mark.parametrize(
    "page", ["<span><form></form></span>", "<p><div></div></p>", '<a href="/"><button>x</button></a>', "<p><b></p>"]
)
def test_a_page_that_a_browser_would_have_to_mend_is_found(page: str) -> None:
    assert faults_in(page)


async def test_words_that_stand_apart_are_heard_apart(client: Client) -> None:
    await client.get("/meishan/")

    assert f"门特网办{PAUSE}" in client.text
    for name in re.findall(
        r'<span class="path__name">(.*?)</span>\s*<span class="path__time">', client.text, re.DOTALL
    ):
        assert PAUSE in name
    await make_person("ms-01")
    await client.sign_in("13800000101")
    draft = await walk.begin(client, "meishan")
    await client.get(f"{draft}/person")
    assert not NEIGHBOURS.findall(client.text)
    assert f"申请人信息{PAUSE}" in client.text


async def test_the_chapters_of_the_guide_are_reached_in_the_order_they_are_seen_in(client: Client) -> None:
    await client.get("/meishan/")

    buttons, contents, chapters = (
        client.text.index(mark) for mark in ("button-row", 'class="page__margin', 'id="who"')
    )

    assert buttons < contents < chapters
