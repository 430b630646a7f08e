"""Streams: whoever watches hears at once what was kept, nothing that was not, and everybody ends when told."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from portal.cases.life.case import move
from portal.core.store.database import transaction
from portal.core.tools.errors import TooMany
from portal.core.web import stream
from portal.core.web.stream import HUB, PER_PERSON, Hub, Now, changes, event, listen, tell
from tests.helpers.client import APP, Client
from tests.helpers.factories import citizen, make_case, make_person
from tests.helpers.world import World, make_world, sign_in_citizen

pytestmark = pytest.mark.usefixtures("database")


class Broken(Exception):
    """What goes wrong in the middle of somebody's work."""


class Watcher:
    """Somebody who watches a topic and counts what they hear."""

    def __init__(self, hub: Hub, topic: str, person: str = "somebody") -> None:
        """Begin to watch."""
        self._watching = hub.watch(topic, person)

    async def hears(self) -> bool:
        """Wait for the next news; return whether something changed."""
        return await asyncio.wait_for(anext(self._watching), 5)

    async def leaves(self) -> None:
        """Stop watching."""
        await self._watching.aclose()  # type: ignore[attr-defined]


async def watching(hub: Hub, topic: str, person: str = "somebody") -> Watcher:
    """Return somebody who has seen how things stand and waits for news."""
    made = Watcher(hub, topic, person)
    assert await made.hears()
    return made


# -- hearing -------------------------------------------------------------------------------------


async def test_whoever_watches_hears_of_a_change_once_it_is_kept() -> None:
    one, other = await watching(HUB, "case:1"), await watching(HUB, "case:1", "another")
    waiting = [asyncio.create_task(one.hears()), asyncio.create_task(other.hears())]
    async with transaction():
        await tell("case:1")
        await asyncio.sleep(0)
        heard_inside = [task.done() for task in waiting]
    heard = await asyncio.gather(*waiting)
    await one.leaves()
    await other.leaves()

    assert heard_inside == [False, False]
    assert heard == [True, True]


async def test_whoever_watches_hears_nothing_of_what_was_undone() -> None:
    async def fail() -> None:
        async with transaction():
            await tell("case:1")
            raise Broken

    watcher = await watching(HUB, "case:1")
    waiting = asyncio.create_task(watcher.hears())

    with pytest.raises(Broken):
        await fail()
    await asyncio.sleep(0.05)
    heard = waiting.done()
    waiting.cancel()
    await asyncio.wait({waiting})
    await watcher.leaves()

    assert not heard


async def test_whoever_watches_one_thing_hears_nothing_of_another() -> None:
    hub = Hub()
    watcher = await watching(hub, "case:1")
    waiting = asyncio.create_task(watcher.hears())

    hub.wake("case:2")
    await asyncio.sleep(0.02)
    heard = waiting.done()
    hub.wake("case:1")

    assert not heard
    assert await waiting
    await watcher.leaves()


async def test_news_that_come_while_somebody_is_busy_are_not_lost() -> None:
    hub = Hub()
    watcher = await watching(hub, "case:1")

    hub.wake("case:1")
    hub.wake("case:1")

    assert await watcher.hears()
    await watcher.leaves()


async def test_when_nothing_happens_a_sign_of_life_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "HEARTBEAT", 0.01)
    watcher = await watching(Hub(), "case:1")

    assert not await watcher.hears()
    await watcher.leaves()


async def test_what_another_process_has_told_is_heard_too() -> None:
    """On PostgreSQL by NOTIFY, on SQLite by the counter of commits and what was told since."""

    async def lately() -> list[str]:
        return ["case:1"]

    listening = asyncio.create_task(listen(lately))
    watcher = await watching(HUB, "case:1")
    waiting = asyncio.create_task(watcher.hears())
    async with asyncio.timeout(10):
        while not waiting.done():  # the listener needs a moment to begin
            async with transaction():
                await tell("case:1")
            await asyncio.sleep(0.02)
    listening.cancel()
    await asyncio.wait({listening})
    await watcher.leaves()

    assert waiting.result()


# -- room ----------------------------------------------------------------------------------------


async def test_a_person_has_three_streams_and_not_a_fourth() -> None:
    hub = Hub()
    mine = [await watching(hub, "case:1", "me") for _ in range(PER_PERSON)]

    with pytest.raises(TooMany):
        await Watcher(hub, "case:1", "me").hears()
    other = await watching(hub, "case:1", "another")
    await mine[0].leaves()
    again = await watching(hub, "case:1", "me")

    assert hub.count == PER_PERSON + 1
    for watcher in [*mine, other, again]:
        await watcher.leaves()
    assert hub.count == 0


async def test_whoever_leaves_is_forgotten() -> None:
    hub = Hub()
    for number in range(50):
        watcher = await watching(hub, f"case:{number}", f"person {number}")
        await watcher.leaves()

    assert hub.count == 0
    assert (hub.watching, hub.persons) == ({}, {})


async def test_a_stream_ends_after_a_while_so_that_its_watcher_comes_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "LIFE", 0.0)
    hub = Hub()

    heard = [changed async for changed in hub.watch("case:1", "me")]

    assert heard == []
    assert hub.count == 0


async def test_when_the_server_closes_every_stream_ends() -> None:
    hub = Hub()

    async def watch(person: str) -> int:
        return len([changed async for changed in hub.watch("case:1", person)])

    watchers = [asyncio.create_task(watch(f"person {number}")) for number in range(20)]
    await asyncio.sleep(0)
    hub.close()

    heard = await asyncio.wait_for(asyncio.gather(*watchers), 5)

    assert hub.count == 0
    assert set(heard) <= {1, 2}


# -- what is sent --------------------------------------------------------------------------------


def test_an_event_is_written_as_the_standard_wants_it() -> None:
    assert event("<p>一</p>\n<p>二</p>", id="7") == "id: 7\ndata: <p>一</p>\ndata: <p>二</p>\n\n"
    assert event("x", name="ended") == "event: ended\ndata: x\n\n"
    assert event("", name="ended") == "event: ended\ndata: \n\n"


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\u2028", "\x0b", "\x85"])
def test_no_line_end_in_what_is_sent_can_begin_a_field_of_its_own(end: str) -> None:
    sent = event(f"a{end}event: ended{end}{end}b")

    fields = [line.partition(":")[0] for line in sent.replace("\r\n", "\n").replace("\r", "\n").split("\n") if line]
    assert set(fields) == {"data"}
    assert sent.count("\n\n") == 1


async def test_a_watcher_is_sent_what_is_new_and_nothing_twice() -> None:
    states = iter([("1", "one", False), ("1", "", False), ("2", "two", False), ("3", "three", True)])

    async def look(shown: str) -> Now:
        HUB.wake("thing")  # the next look follows at once
        return Now(*next(states))

    sent = [text async for text in changes("thing", "me", look, seen="0")]

    assert sent == [
        "id: 1\ndata: one\n\n",
        "id: 2\ndata: two\n\n",
        "id: 3\ndata: three\n\n",
        "event: ended\ndata: \n\n",
    ]


async def test_what_the_page_shows_already_is_not_sent_again() -> None:
    async def look(shown: str) -> Now:
        return Now("5", "five", ended=True)

    assert [text async for text in changes("thing", "me", look, seen="5")] == ["event: ended\ndata: \n\n"]


# -- over the wire -------------------------------------------------------------------------------


class Line:
    """One open request for a stream, as a server holds it."""

    def __init__(self, path: str, cookie: str) -> None:
        """Ask for *path*."""
        self.status = 0
        self.headers: dict[str, str] = {}
        self.gone = asyncio.Event()
        self._said: asyncio.Queue[str] = asyncio.Queue()
        path, _, query = path.partition("?")
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "https",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": [(b"host", b"mt.example.cn"), (b"cookie", cookie.encode())],
            "client": ("10.0.0.1", 1),
            "server": ("mt.example.cn", 443),
        }
        self.task = asyncio.create_task(APP(scope, self._receive, self._send))  # type: ignore[arg-type]
        self._asked = False

    async def _receive(self) -> dict[str, Any]:
        if not self._asked:
            self._asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode(): text.decode() for name, text in message["headers"]}
        elif message["body"]:
            self._said.put_nowait(message["body"].decode())

    async def said(self) -> str:
        """Wait for the next piece and return it."""
        return await asyncio.wait_for(self._said.get(), 5)

    async def hang_up(self) -> None:
        """Go away."""
        self.gone.set()
        await asyncio.wait_for(asyncio.wait({self.task}), 5)


@pytest.fixture
async def line(client: Client) -> AsyncIterator[tuple[World, str]]:
    """A world, and the cookie of its citizen."""
    world = await make_world()
    await sign_in_citizen(client)
    yield world, "; ".join(f"{name}={text}" for name, text in client.http.cookies.items())
    assert HUB.count == 0


async def test_a_citizen_sees_a_move_of_their_case_at_once(line: tuple[World, str]) -> None:
    world, cookie = line
    open_line = Line(f"/meishan/cases/{world.waiting.number}/events?seen={world.waiting.told}", cookie)
    while not HUB.count:
        await asyncio.sleep(0.001)

    who = await make_person()
    await move(world.waiting, "withdraw", citizen(who))

    first = await open_line.said()
    last = await open_line.said()
    await open_line.hang_up()
    assert open_line.status == 200
    assert open_line.headers["content-type"].startswith("text/event-stream")
    assert open_line.headers["cache-control"] == "no-store"
    assert open_line.headers["x-accel-buffering"] == "no"
    assert first.startswith(f'id: {world.waiting.told + 1}\ndata: <div id="progress"')
    assert last == "event: ended\ndata: \n\n"


async def test_a_page_that_is_behind_is_sent_how_things_stand_now(line: tuple[World, str]) -> None:
    world, cookie = line

    open_line = Line(f"/meishan/cases/{world.waiting.number}/events?seen=1", cookie)
    said = await open_line.said()
    await open_line.hang_up()

    assert said.startswith(f"id: {world.waiting.told}\n")


async def test_a_fourth_stream_is_refused_with_a_page_and_the_other_three_go_on(line: tuple[World, str]) -> None:
    world, cookie = line
    path = f"/meishan/cases/{world.waiting.number}/events?seen=1"
    lines = [Line(path, cookie) for _ in range(PER_PERSON)]
    for one in lines:
        await one.said()

    fourth = Line(path, cookie)
    await asyncio.wait_for(asyncio.wait({fourth.task}), 5)
    count = HUB.count
    for one in lines:
        await one.hang_up()

    assert fourth.status == 429
    assert fourth.task.exception() is None
    assert count == PER_PERSON


async def test_a_line_that_breaks_leaves_nothing_behind(line: tuple[World, str]) -> None:
    world, cookie = line
    open_line = Line(f"/meishan/cases/{world.waiting.number}/events?seen=1", cookie)
    await open_line.said()

    open_line.task.cancel()
    await asyncio.wait({open_line.task})

    assert HUB.count == 0


async def test_a_stream_of_somebody_elses_case_is_not_found(line: tuple[World, str]) -> None:
    _, cookie = line
    theirs = await make_case("ms-02", disease="M03900")

    open_line = Line(f"/meishan/cases/{theirs.number}/events", cookie)
    await asyncio.wait_for(asyncio.wait({open_line.task}), 5)

    assert open_line.status == 404
