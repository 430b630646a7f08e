"""A hundred power cuts in the middle of uploads: nothing acknowledged is lost, nothing half is seen, nothing stays."""

import os
import random
import re
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from e2e.server import Server, free_port
from tests.helpers.crash import PEOPLE, Applicant, a_server_to_kill, picture, rows, until_the_server_is_killed
from tests.helpers.forked import Forked

ON_POSTGRES = bool(os.environ.get("DATABASE_URL"))
KILLS = 20 if ON_POSTGRES else 100  # what a file goes through is the same; only its row differs
SEED = 20261126
SLOT = "identity"
FILE = re.compile(r'src="([^"]+/files/[\w-]+)/small[^"]*".{0,300}?class="file__name">([^<]+)\.jpg<', re.DOTALL)


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Forked]:
    """A server that is back at once, with a database of its own."""
    yield from a_server_to_kill(tmp_path, monkeypatch)


class Sender(Applicant):
    """Somebody who sends one small photo after the other."""

    def __init__(self, server: Forked, mobile: str) -> None:
        """Sign in and begin an application."""
        super().__init__(server, mobile)
        page = self.browser.get("/meishan/apply/new")
        self.home = self.browser.post("/meishan/apply/new", page.hidden).headers["location"]
        self.csrf = self.browser.get(f"{self.home}/materials").hidden["csrf"]
        self.number_of = 0

    def listed(self) -> dict[str, str]:
        """Return ``{name: address}`` of the files on the page."""
        page = self.browser.get(f"{self.home}/materials")
        assert page.status == 200
        found = FILE.findall(page.text)
        assert len({name for _, name in found}) == len(found), "a file is listed twice"
        return {name: address for address, name in found}


def upload(one: Applicant) -> None:
    """Send a photo nobody has sent before."""
    assert isinstance(one, Sender)
    one.number_of += 1
    name = f"{one.mobile}-{one.number_of}"
    content, path = picture(name), f"{one.home}/materials/{SLOT}"
    one.does(name, lambda: one.browser.upload(path, one.csrf, f"{name}.jpg", "image/jpeg", content))


def seconds_of_an_upload(server: Forked, people: list["Sender"]) -> float:
    """Return how long an upload takes here, the first one of a fresh server."""
    server.kill()
    server.start()
    people[0].come_back()
    started = time.monotonic()
    upload(people[0])
    return time.monotonic() - started


def check(one: Sender) -> None:
    """Have every acknowledged file be listed once and every listed one open whole; remove them when they are many."""
    files = one.listed()
    assert set(one.acknowledged) <= set(files) <= set(one.tried)
    for name in set(files) & set(one.tried[-4:]):
        for path in (files[name], f"{files[name]}/small"):
            Image.open(BytesIO(one.browser.get(path).body)).load()
    if len(files) < 8:
        return
    for address in files.values():
        assert one.browser.post(f"{address}/removal", {"csrf": one.csrf}).status == 303
    one.tried.clear()
    one.acknowledged.clear()


def test_a_hundred_power_cuts_lose_nothing_that_was_acknowledged(server: Forked) -> None:
    chance = random.Random(SEED)
    people = [Sender(server, mobile) for mobile in list(PEOPLE)[:2]]
    span, done, cut_off = seconds_of_an_upload(server, people), 0, 0

    for _ in range(KILLS):
        before = sum(len(one.acknowledged) for one in people), sum(len(one.tried) for one in people)
        until_the_server_is_killed(server, people, upload, chance.uniform(0.1, 2) * span)
        assert [one.wrong for one in people] == [[]] * len(people)
        acknowledged = sum(len(one.acknowledged) for one in people) - before[0]
        # What else the machine has to do changes meanwhile; about one upload a round is what cuts best.
        span *= 1.2 if not acknowledged else 0.8 if acknowledged > 3 else 1
        done += acknowledged
        cut_off += sum(len(one.tried) for one in people) - before[1] - acknowledged
        for one in people:
            check(one)

    assert done > KILLS / 4
    assert cut_off > KILLS, "hardly anybody was ever cut off, so this test has tested little"
    check_swept(server)


def check_swept(server: Forked) -> None:
    """Have what the killed servers left behind be gone once it is old, and what is listed be whole still."""
    server.kill()
    for path in [*(server.data / "incoming").iterdir(), *(server.data / "files").rglob("*")]:
        os.utime(path, (time.time() - 7200, time.time() - 7200))
    later = Server(server.data, free_port())
    later.start()
    try:
        deadline = time.monotonic() + 60
        while list((server.data / "incoming").iterdir()) or stored(server) != kept(server):
            assert time.monotonic() < deadline, "nobody sweeps up what killed servers leave behind"
            time.sleep(0.1)
    finally:
        later.stop()


def stored(server: Forked) -> set[str]:
    """Return the documents that have files in the store."""
    found = os.walk(server.data / "files")  # which does not mind what is removed while it looks
    return {Path(folder).name for folder, _, files in found if files}


def kept(server: Forked) -> set[str]:
    """Return the documents that have a row."""
    return {id for (id,) in rows(server, "SELECT id FROM document")}
