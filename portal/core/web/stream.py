"""Server-sent events: an open page that watches a topic is told at once when it changes.

Call `tell` in the transaction of the change. A process wakes its own watchers after the commit. Other processes are
told by LISTEN/NOTIFY on PostgreSQL. On SQLite they poll ``PRAGMA data_version``, which changes with every commit, and
ask then which topics were told.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import Any, NamedTuple

import asyncpg
from litestar.response import Stream

from portal.core.store.database import DB, after_commit, execute
from portal.core.store.sqlite import OneWriterEngine
from portal.core.tools import clock
from portal.core.tools.errors import TooMany
from portal.core.tools.settings import SETTINGS

PER_PERSON = 3
HEARTBEAT = 25.0
LIFE = 15 * 60.0
LOOK_EVERY = 0.5  # seconds between polls for other processes' commits on SQLite
CHANNEL = "portal"


class Hub:
    """The watchers of this process."""

    def __init__(self) -> None:
        """Begin without watchers."""
        self.watching: dict[str, set[asyncio.Event]] = {}
        self.persons: dict[str, int] = {}
        self.closing = False

    @property
    def count(self) -> int:
        """The number of open streams."""
        return sum(self.persons.values())

    def wake(self, *topics: str) -> None:
        """Wake the watchers of *topics*."""
        for topic in topics:
            for event in self.watching.get(topic, ()):
                event.set()

    def wake_all(self) -> None:
        """Wake all watchers."""
        self.wake(*self.watching)

    def close(self) -> None:
        """End all streams, so that the server can stop."""
        self.closing = True
        self.wake_all()

    def make_sure_of_room(self, person: str) -> None:
        """Check that *person* may open one more stream.

        Raises:
            TooMany: the person or the process has too many streams open (429 page).
        """
        if self.persons.get(person, 0) >= PER_PERSON or self.count >= SETTINGS.streams:
            raise TooMany

    async def watch(self, topic: str, person: str) -> AsyncIterator[bool]:
        """Yield True at first and after each change of *topic*; False if a waiting time passed without a change.

        Raises:
            TooMany: the person or the process has too many streams open.
        """
        self.make_sure_of_room(person)
        event = asyncio.Event()
        event.set()
        self.watching.setdefault(topic, set()).add(event)
        self.persons[person] = self.persons.get(person, 0) + 1
        ends = clock.ticks() + LIFE
        try:
            while not self.closing and clock.ticks() < ends:
                with suppress(TimeoutError):
                    await asyncio.wait_for(event.wait(), HEARTBEAT)
                changed = event.is_set()
                event.clear()
                yield changed
        finally:  # nothing to await: on a lost connection this runs while being cancelled
            self._leave(topic, person, event)

    def _leave(self, topic: str, person: str, event: asyncio.Event) -> None:
        self.watching[topic].discard(event)
        if not self.watching[topic]:
            del self.watching[topic]
        self.persons[person] -= 1
        if not self.persons[person]:
            del self.persons[person]


HUB = Hub()


async def tell(topic: str) -> None:
    """Wake the watchers of *topic* after the current transaction commits."""
    after_commit(lambda: HUB.wake(topic))
    if not isinstance(DB, OneWriterEngine):
        await execute("SELECT pg_notify($1, $2)", CHANNEL, topic)


Lately = Callable[[], Awaitable[list[str] | None]]


async def listen(lately: Lately) -> None:
    """Wake watchers for the changes of other processes, until cancelled.

    Args:
        lately: returns the topics that were told since it was last called; None for all of them.
    """
    if isinstance(DB, OneWriterEngine):
        await _look(DB, lately)
    else:
        await _listen()


async def _look(engine: OneWriterEngine, lately: Lately) -> None:
    reader = engine.reader()
    seen = None
    while True:
        version = reader.execute("PRAGMA data_version").fetchone()
        if version != seen:
            topics = await lately()
            seen = version
            HUB.wake_all() if topics is None else HUB.wake(*topics)
        await asyncio.sleep(LOOK_EVERY)


async def _listen() -> None:
    while True:
        with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            connection = await asyncpg.connect(SETTINGS.database)
            await connection.add_listener(CHANNEL, lambda *told: HUB.wake(str(told[3])))
            HUB.wake_all()  # whatever was told while nobody listened
            while not connection.is_closed():
                await asyncio.sleep(1)
        await asyncio.sleep(1)


def event(data: str, *, name: str = "", id: str = "") -> str:
    """Return one event as text; *data* may have several lines, *name* and *id* may be empty."""
    lines = [f"event: {name}"] if name else []
    lines += [f"id: {id}"] if id else []
    lines += [f"data: {line}" for line in data.splitlines() or [""]]
    return "\n".join(lines) + "\n\n"


class Now(NamedTuple):
    """How a thing stands: the id of its latest change, the fragment that shows it, and whether that was the last."""

    id: str
    html: str
    ended: bool


Look = Callable[[str], Awaitable[Now]]


def changes(topic: str, person: str, look: Look, seen: str = "") -> AsyncIterator[str]:
    """Return the events of a stream on *topic*: how it stands, each time its id has changed.

    Args:
        topic: the topic to watch.
        person: the watcher, who may have three streams.
        look: is given the id that is shown, and need not render anything while that has not changed. At the end the
            event ``ended`` closes the stream.
        seen: the id that the page shows already; it is not sent again.

    Raises:
        TooMany: the person or the process has too many streams open. Checked now, while a page can
            still say so, and again when the stream begins.
    """
    HUB.make_sure_of_room(person)
    return _changes(topic, person, look, seen)


async def _changes(topic: str, person: str, look: Look, sent: str) -> AsyncIterator[str]:
    async for changed in HUB.watch(topic, person):
        if not changed:
            yield ": still here\n\n"  # a comment: an empty message would be swapped in
            continue
        now = await look(sent)
        if now.id != sent:
            sent = now.id
            yield event(now.html, id=now.id)
        if now.ended:
            yield event("", name="ended")
            return


def streamed(events: AsyncIterator[str]) -> Stream:
    """Return the response that sends *events*."""
    headers: dict[str, Any] = {"cache-control": "no-store", "x-accel-buffering": "no"}
    return Stream(events, media_type="text/event-stream", headers=headers)
