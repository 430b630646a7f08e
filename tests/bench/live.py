"""What open progress pages cost while somebody else saves an answer: ``python -m tests.bench.live``.

Two servers work on one database, each with half of the pages, and the CPU of both is counted. Saves are so far apart
that each is noticed by itself, and what the servers use while nobody saves is taken away.
"""

import asyncio
import json
import os
import re
import resource
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from e2e.server import Server, free_port
from portal.cases.life.moves import ENDS
from portal.core.store import crypto
from portal.core.store.database import fetch_all, migrate, opened
from portal.core.web.sessions import Visitor, cookie_line, start
from portal.core.web.stream import LOOK_EVERY
from tests.bench import journey
from tests.bench.client import Browser, cpu_seconds
from tests.bench.generate import generate
from tests.helpers.answers import fields

PAGES = 1000
CASES = 15 * PAGES  # one in ten is open
ROUNDS = 7
SAVES = 5  # in each round
SETTLES = 3.0  # seconds until the servers have done what follows a start
APART = LOOK_EVERY + 0.1
MOST = 2.0  # times what a save costs without open pages
OPEN = "FROM cases WHERE region = 'meishan' AND state NOT IN ({ends}) ORDER BY id LIMIT {pages}"


class OpenCase(NamedTuple):
    """An open case and whose it is."""

    application_no: str
    person: str


def measure() -> None:
    """Print what a save costs with and without the open pages."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8 * PAGES), hard))
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "var"
        watched = json.loads(_filled(data))
        servers = [Server(data, free_port(), PORTAL_WORKER="0") for _ in range(2)]
        try:
            for server in servers:
                server.start()
            save = Saver(servers[0])
            alone = _cost(servers, save)
            lines = [_watch(servers[number % 2], *one) for number, one in enumerate(watched)]
            beside = _cost(servers, save)
            for line in lines:
                line.close()
        finally:
            for server in servers:
                server.stop()
    ratio = beside / alone
    print(f"A save of another citizen, CPU of two servers: alone {alone * 1e3:.1f} ms, with {len(lines)} open", end=" ")
    print(f"progress pages {beside * 1e3:.1f} ms, {ratio:.2f} x (aim {MOST}){'  OVER' if ratio > MOST else ''}")


class Saver:
    """A citizen with a draft, who saves the same answer again and again."""

    def __init__(self, server: Server) -> None:
        """Sign in and begin a draft."""
        self._browser = Browser("127.0.0.1", server.port)
        journey.sign_in(self._browser, "13800000101")
        page = self._browser.get("/meishan/apply/new")
        self._browser.follow(self._browser.post("/meishan/apply/new", page.hidden))
        self._path = f"{self._browser.last}/diagnosis"

    def connect(self) -> None:
        """Connect anew: the server has closed an idle connection."""
        self._browser = Browser("127.0.0.1", self._browser.port, self._browser.cookies)

    def save(self) -> float:
        """Save once; return the seconds until the answer."""
        page = self._browser.get(self._path)
        began = time.perf_counter()
        answer = self._browser.post(self._path, {**page.hidden, **fields("diagnosis")})
        assert answer.status == 303, answer.text[-1500:]
        return time.perf_counter() - began


def _cost(servers: list[Server], saver: Saver) -> float:
    """Return the CPU seconds of one save, the median of some rounds."""
    saver.connect()
    saver.save()
    time.sleep(SETTLES)

    def used(*, saving: bool) -> float:
        before = _cpu(servers)
        for _ in range(SAVES):
            took = saver.save() if saving else 0.0
            time.sleep(max(APART - took, 0))
        return _cpu(servers) - before

    rounds = []
    for _ in range(ROUNDS):
        idle = used(saving=False)
        saver.connect()
        rounds.append((used(saving=True) - idle) / SAVES)
    return statistics.median(rounds)


def _cpu(servers: list[Server]) -> float:
    return sum(cpu_seconds(server.process.pid) for server in servers if server.process)


def _watch(server: Server, number: str, cookie: str) -> socket.socket:
    """Open the stream of a progress page and wait until it has said how things stand."""
    line = socket.create_connection(("127.0.0.1", server.port), timeout=60)
    line.sendall(
        f"GET /meishan/cases/{number}/events?seen=-1 HTTP/1.1\r\nhost: 127.0.0.1:{server.port}\r\n"
        f"cookie: {cookie}\r\n\r\n".encode()
    )
    said = line.recv(65536)
    assert re.match(rb"HTTP/1.1 200 ", said), said[:1000]
    return line


def _filled(data: Path) -> str:
    """Fill a new database in a process of its own; return what it prints."""
    data.mkdir()
    environment = {
        **os.environ,
        "PORTAL_DATA": str(data),
        "PORTAL_LOG": "error",
        "PORTAL_HTTPS": "0",
        "DATABASE_URL": "",
    }
    command = [sys.executable, "-m", "tests.bench.live", "fill"]
    return subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout


async def _fill() -> None:
    """Make the cases, and print the number of each open one with the cookie of its citizen."""
    crypto.make_keys()
    async with opened():
        await migrate()
        await generate(CASES, ["nobody"])
        ends = ", ".join(f"'{state.value}'" for state in ENDS)
        cases = await fetch_all(OpenCase, OPEN.format(ends=ends, pages=PAGES))
        assert len(cases) == PAGES, len(cases)
        print(json.dumps([(case.application_no, await _signed_in(case.person)) for case in cases]))


async def _signed_in(person: str) -> str:
    """Give a person a session and return its cookie, without codes."""
    visitor, long = Visitor(), timedelta(hours=9)
    await start(visitor, subject=person, roles="citizen", idle=long, lasts=long, agent="bench")
    return cookie_line(visitor).decode().partition(";")[0]


if __name__ == "__main__":
    asyncio.run(_fill()) if sys.argv[1:] == ["fill"] else measure()
