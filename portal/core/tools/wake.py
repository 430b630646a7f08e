"""A signal between tasks of one process: set after a commit, awaited by the worker."""

import asyncio
from contextlib import suppress


class Bell:
    """Like `asyncio.Event`, but it may be rung before any loop runs and in several loops in turn."""

    def __init__(self) -> None:
        """Make a silent bell."""
        self.rung = False
        self._waiting: asyncio.Future[None] | None = None

    def set(self) -> None:
        """Ring: tasks that wait go on; a task that begins to wait later goes on at once."""
        self.rung = True
        if self._waiting and not self._waiting.done():
            self._waiting.set_result(None)

    async def wait(self, seconds: float) -> None:
        """Wait until the bell rings, *seconds* at most."""
        if not self.rung:
            self._waiting = asyncio.get_running_loop().create_future()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._waiting, seconds)
        self.rung = False


WORK = Bell()
