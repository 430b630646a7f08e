"""People at work with a server that is killed under their hands, and a look into what it kept."""

import asyncio
import http.client
import os
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from threading import Thread
from typing import Any, TypeVar
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest
from PIL import Image, ImageDraw

from e2e.server import free_port
from tests.bench import journey
from tests.bench.client import Answer, Browser
from tests.helpers.forked import Forked

PEOPLE = {"13800000101": "张丽", "13800000104": "吴刚", "13800000110": "陈嘉欣"}
CUT_OFF = (OSError, http.client.HTTPException)


def picture(words: str) -> bytes:
    """Return a small photo of *words*, unlike any other."""
    image = Image.new("RGB", (320, 240), "white")
    draw = ImageDraw.Draw(image)
    for line in range(12):
        draw.text((10, 10 + line * 18), f"{words} {line}", fill="black")
    out = BytesIO()
    image.save(out, "JPEG")
    return out.getvalue()


class Applicant:
    """Somebody who does one thing after the other, and remembers what was acknowledged and what was only tried."""

    def __init__(self, server: Forked, mobile: str) -> None:
        """Sign in."""
        self.mobile, self.name = mobile, PEOPLE[mobile]
        self.number = self.home = ""
        self.server = server
        self.browser = Browser("127.0.0.1", server.port, address=f"10.9.0.{mobile[-2:]}")
        self.tried: list[str] = []
        self.acknowledged: list[str] = []
        self.wrong: list[str] = []
        journey.sign_in(self.browser, mobile)

    def come_back(self) -> None:
        """Connect anew, with the same cookies."""
        cookies, address = self.browser.cookies, self.browser.address
        self.browser = Browser("127.0.0.1", self.server.port, cookies, address)

    def does(self, what: str, ask: Callable[[], Answer]) -> None:
        """Do something that is acknowledged with 303."""
        self.tried.append(what)
        answer = ask()
        if answer.status == 303:
            self.acknowledged.append(what)
        else:
            self.wrong.append(f"{what}: {answer.status}")

    def in_doubt(self, what: str) -> range:
        """Return how often *what* may have happened: each acknowledged one, and perhaps those cut off."""
        return range(self.acknowledged.count(what), self.tried.count(what) + 1)


Walker = TypeVar("Walker", bound=Applicant)


def until_the_server_is_killed(
    server: Forked, people: Sequence[Walker], step: Callable[[Walker], None], after: float
) -> None:
    """Have everybody repeat *step*, and kill the server *after* so many seconds."""

    def go_on(one: Walker) -> None:
        with suppress(*CUT_OFF):
            while not one.wrong:
                step(one)

    walking = [Thread(target=go_on, args=(one,)) for one in people]
    for thread in walking:
        thread.start()
    time.sleep(after)
    server.kill()
    for thread in walking:
        thread.join(30)
    server.start()
    for one in people:
        one.come_back()


def a_server_to_kill(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Forked]:
    """Give a server with its data in *folder*, on SQLite or PostgreSQL as the rest of the run."""
    monkeypatch.setenv("PORTAL_ORIGIN", "")
    if os.environ.get("DATABASE_URL"):
        monkeypatch.setenv("DATABASE_URL", a_new_database(folder.name.replace("-", "_")[:50]))
    made = Forked(folder / "var", free_port())
    made.start()
    yield made
    made.stop()


def a_new_database(name: str) -> str:
    """Make an empty database beside the one of the run and return its address."""
    there = os.environ["DATABASE_URL"]

    async def make() -> None:
        connection = await asyncpg.connect(there)
        await connection.execute(f'DROP DATABASE IF EXISTS "{name}"')
        await connection.execute(f'CREATE DATABASE "{name}"')
        await connection.close()

    asyncio.run(make())
    return urlunsplit(urlsplit(there)._replace(path=f"/{name}"))


def rows(server: Forked, sql: str) -> list[tuple[Any, ...]]:
    """Return what is in the server's database, read past the server."""
    if not os.environ.get("DATABASE_URL"):
        with sqlite3.connect(server.data / "portal.sqlite") as connection:
            return connection.execute(sql).fetchall()

    async def ask() -> list[tuple[Any, ...]]:
        connection = await asyncpg.connect(os.environ["DATABASE_URL"])
        found = await connection.fetch(sql)
        await connection.close()
        return [tuple(row) for row in found]

    return asyncio.run(ask())
