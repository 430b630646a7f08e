"""Two server processes on one database: limits count together, codes and sessions hold on both."""

import os
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from e2e.server import Server, free_port
from portal.core.tools import clock
from portal.regions.load import REGIONS
from tests.bench.client import Answer, Browser
from tests.helpers.crash import a_new_database

LIMITS = {
    "PORTAL_CODES_FREE": "100",
    "PORTAL_CODES_HOUR": "5",
    "PORTAL_CODES_DAY": "10",
    "PORTAL_CODES_BROWSER": "100",
    "PORTAL_CODES_ADDRESS": "100",
}


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Server]]:
    """Two demonstrations with the same keys and the same database, on SQLite or PostgreSQL as the rest of the run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PORTAL_ORIGIN", "")
        if os.environ.get("DATABASE_URL"):
            patch.setenv("DATABASE_URL", a_new_database(f"nodes_{os.getpid()}"))
        made = [Server(tmp_path_factory.mktemp("nodes") / "var", free_port(), **LIMITS)]
        made.append(Server(made[0].data, free_port(), **LIMITS))
        for one in made:
            one.start()
    yield made[0], made[1]
    for one in made:
        one.stop()


def at(server: Server, like: Browser | None = None) -> Browser:
    """Return a browser at one of the nodes, the same as *like* if there is one."""
    return Browser("127.0.0.1", server.port, like.cookies if like else {}, "10.4.0.1")


def ask(browser: Browser, phone: str) -> Answer:
    """Ask for a code."""
    page = browser.get("/meishan/login")
    return browser.post("/meishan/login", {**page.hidden, "mobile": phone})


def code_on(page: Answer) -> str:
    found = re.search(r'id="demo-code">(\d{6})<', page.text)
    assert found, page.text[:500]
    return found[1]


def test_a_phone_gets_five_codes_an_hour_from_both_together_and_still_after_a_restart(
    nodes: tuple[Server, Server],
) -> None:
    answers = [ask(at(nodes[number % 2]), "13800000110").status for number in range(7)]
    nodes[0].kill()
    nodes[0].start()

    assert answers == [303] * 5 + [429] * 2
    assert [ask(at(one), "13800000110").status for one in nodes] == [429, 429]


def test_a_code_asked_for_at_one_lets_in_at_the_other_and_the_session_holds_at_both(
    nodes: tuple[Server, Server],
) -> None:
    here = at(nodes[0])
    page = here.follow(ask(here, "13800000101"))
    there = at(nodes[1], here)

    answer = there.post("/meishan/login/code", {**page.hidden, "code": code_on(page)})

    assert answer.status == 303
    assert [at(one, there).get("/meishan/me").status for one in nodes] == [200, 200]


def test_twenty_wrong_codes_at_both_at_once_and_the_right_one_last_is_refused(nodes: tuple[Server, Server]) -> None:
    here = at(nodes[0])
    page = here.follow(ask(here, "13800000104"))
    right = code_on(page)
    wrong = f"{(int(right) + 1) % 1_000_000:06}"

    def guess(number: int) -> int:
        browser = at(nodes[number % 2], here)
        return browser.post("/meishan/login/code", {**page.hidden, "code": wrong}).status

    with ThreadPoolExecutor(20) as people:
        statuses = list(people.map(guess, range(20)))
    last = here.post("/meishan/login/code", {**page.hidden, "code": right})

    assert statuses == [422] * 20
    assert last.status == 422
    assert "试的次数太多了" in last.text


def test_of_two_right_codes_at_both_at_once_one_wins(nodes: tuple[Server, Server]) -> None:
    here = at(nodes[0])
    page = here.follow(ask(here, "13800000105"))
    right = code_on(page)

    def enter(number: int) -> Answer:
        return at(nodes[number], Browser("127.0.0.1", 1, dict(here.cookies))).post(
            "/meishan/login/code", {**page.hidden, "code": right}
        )

    with ThreadPoolExecutor(2) as people:
        answers = list(people.map(enter, range(2)))

    let_in = [one for one in answers if one.status == 303 and one.headers["location"] == "/meishan/me"]
    assert len(let_in) == 1


def test_a_clerk_s_wrong_passwords_count_at_both_together(nodes: tuple[Server, Server]) -> None:
    def enter(number: int) -> int:
        browser = at(nodes[number % 2])
        page = browser.get("/staff/login")
        return browser.post("/staff/login", {**page.hidden, "login": "meishan-reviewer", "password": "guess"}).status

    assert [enter(number) for number in range(7)] == [422] * 5 + [429] * 2


def admin(server: Server, login: str) -> Browser:
    """Return an admin at one of the nodes."""
    browser = at(server)
    page = browser.get("/staff/login")
    there = browser.follow(browser.post("/staff/login", {**page.hidden, "login": login, "password": "mente-demo-2026"}))
    answer = browser.post("/staff/login/code", {**there.hidden, "code": code_on(there)})
    assert answer.status == 303
    return browser


def test_policy_released_at_one_is_on_the_pages_of_both_within_seconds(
    nodes: tuple[Server, Server], machine_clock: None
) -> None:
    maker, second = admin(nodes[0], "meishan-admin"), admin(nodes[0], "meishan-admin-2")
    file = "/staff/policy/files/region.toml"
    text = REGIONS["meishan"].texts["region.toml"].replace("零跑腿，不用到现场", "网上办，一次也不用跑")
    page = maker.get(file)
    drafted = maker.follow(maker.post(file, {**page.hidden, "action": "paste", "text": text}))
    version = re.search(r'action="(/staff/policy/versions/\d+)"', drafted.text)
    assert version, drafted.text[:800]
    given = {"action": "propose", "on": f"{clock.today()}", "why": "通知"}
    assert maker.post(version[1], {**drafted.hidden, **given}).status == 303

    page = second.get(version[1])
    assert second.post(version[1], {**page.hidden, "action": "release"}).status == 303

    assert "网上办，一次也不用跑" in at(nodes[0]).get("/meishan/").text
    ends = time.monotonic() + 15
    while "网上办，一次也不用跑" not in at(nodes[1]).get("/meishan/").text:
        assert time.monotonic() < ends
        time.sleep(0.5)
