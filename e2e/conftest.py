"""A server as a newcomer starts it, a browser as people hold it: phone, desktop, and with JavaScript off."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from e2e import leaks
from e2e.people import LISTEN, Citizen, Clerk
from e2e.server import Server, free_port
from portal.core.tools import clock

PATIENCE = 15_000  # milliseconds for what says no other number: a busy machine takes its time
expect.set_options(timeout=PATIENCE)
PHONE = {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True, "device_scale_factor": 2}
DESKTOP = {"viewport": {"width": 1280, "height": 800}}
DEVICES: dict[str, dict[str, Any]] = {"phone": PHONE, "desktop": DESKTOP}
# Without these Chromium asks its maker's servers for this and that, and waits for them.
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # A camera that shows a test picture, and nobody to ask whether it may.
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
]
LONGEST = ["test_stories", "test_identity", "test_delegation", "test_refused_files", "test_papers", "test_main_job"]
_addresses = count(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest, or at the end everybody waits for one of them."""
    items.sort(key=lambda item: LONGEST.index(item.path.stem) if item.path.stem in LONGEST else len(LONGEST))


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Use the distribution's Chromium where there is one, else Playwright's own.

    Debian packs the part without a window by itself; it draws the same pages for 60 % of the CPU.
    """
    own = next(filter(None, map(shutil.which, ("chromium-headless-shell", "chromium", "chromium-browser"))), None)
    found = {**browser_type_launch_args, "args": QUIET}
    return {**found, "executable_path": own} if own else found


@contextmanager
def demonstration(data: Path, like: Path | None = None, **settings: str) -> Iterator[Server]:
    """Have a demonstration in the folder *data*, with a copy of what is in *like*; look at what it leaves.

    *settings* are environment variables.
    """
    if like:
        shutil.copytree(like, data)
    made = Server(data, free_port(), **settings)
    made.start()
    yield made
    made.stop()
    leaks.look(made)


@pytest.fixture(scope="session")
def first_day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data of a demonstration that nobody has used yet."""
    with demonstration(tmp_path_factory.mktemp("first") / "var") as made:
        return made.data


@pytest.fixture(scope="module")
def server(first_day: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A demonstration that the journeys of one file share and no other file has touched.

    What one file leaves behind cannot meet another, in whatever order and beside whatever it runs.
    """
    with demonstration(tmp_path_factory.mktemp("data") / "var", first_day) as made:
        yield made


def context_of(browser: Browser, device: dict[str, Any], *, script: bool = True) -> BrowserContext:
    """Return a fresh browser context; each seems to come from an address of its own."""
    made = browser.new_context(
        **device,
        locale="zh-CN",
        java_script_enabled=script,
        extra_http_headers={"X-Forwarded-For": f"10.0.0.{next(_addresses)}"},
    )
    made.set_default_timeout(PATIENCE)
    made.add_init_script(LISTEN)
    return made


def watched(page: Page) -> Page:
    """Have whatever the browser complains about fail the test at its end."""
    complaints: list[str] = []

    def heard(said: ConsoleMessage) -> None:
        if "Content Security Policy" in said.text:
            complaints.append(said.text)

    page.complaints = complaints  # type: ignore[attr-defined]
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", heard)
    return page


@pytest.fixture(params=["phone", "desktop"])
def device(request: pytest.FixtureRequest) -> str:
    """Run the journey on a phone and on a desktop."""
    return str(request.param)


@pytest.fixture
def citizen(browser: Browser, server: Server, device: str) -> Iterator[Citizen]:
    """A citizen on the device, JavaScript on."""
    context = context_of(browser, DEVICES[device])
    page = watched(context.new_page())
    yield Citizen(page, server.base)
    assert not page.complaints, page.complaints  # type: ignore[attr-defined]
    context.close()


@pytest.fixture
def plain_citizen(browser: Browser, server: Server) -> Iterator[Citizen]:
    """A citizen on a phone with JavaScript off."""
    context = context_of(browser, PHONE, script=False)
    yield Citizen(context.new_page(), server.base, script=False)
    context.close()


@pytest.fixture
def clerk(browser: Browser, server: Server) -> Iterator[Clerk]:
    """A reviewer at a desktop."""
    context = context_of(browser, DESKTOP)
    page = watched(context.new_page())
    yield Clerk(page, server.base)
    assert not page.complaints, page.complaints  # type: ignore[attr-defined]
    context.close()


@pytest.fixture
def approver(browser: Browser, server: Server) -> Iterator[Clerk]:
    """An approver at another desktop."""
    context = context_of(browser, DESKTOP)
    yield Clerk(context.new_page(), server.base)
    context.close()


@pytest.fixture
def timed(first_day: Path, tmp_path: Path) -> Iterator[Server]:
    """A demonstration of its own, because its time is moved."""
    with demonstration(tmp_path / "var", first_day) as made:
        yield made
    clock.shift(timedelta())


@pytest.fixture
def applicant(browser: Browser, timed: Server, device: str) -> Iterator[Citizen]:
    """A citizen on the device, at the server whose time moves."""
    context = context_of(browser, DEVICES[device])
    yield Citizen(context.new_page(), timed.base)
    context.close()


@pytest.fixture
def desk(browser: Browser, timed: Server) -> Iterator[Clerk]:
    """Staff at a desktop; one after the other sits down there."""
    context = context_of(browser, DESKTOP)
    yield Clerk(context.new_page(), timed.base)
    context.close()
