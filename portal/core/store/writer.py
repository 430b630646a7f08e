"""The one connection of SQLite that writes, and the queue for it.

Its statements run on the loop's thread, but BEGIN when another process holds the file, and COMMIT
with its flush to the disk, run in a thread.

Writers are served first come, first served. When somebody already waits, a finished transaction
hands the writer on before its COMMIT; one COMMIT then makes the whole group durable, and only
after it does anybody hear that they are done. A member that fails is undone by its savepoint.
"""

import asyncio
import sqlite3
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import TypeVar

GROUP = 64  # transactions that share one COMMIT at most, so that the first of them is not kept waiting
BUSY_SECONDS = 10  # for other processes only: a backup, `portal migrate`, `portal work`

T = TypeVar("T")


class Writer:
    """The connection that writes, and the queue for it. Belongs to one event loop."""

    def __init__(self, connection: sqlite3.Connection, threads: ThreadPoolExecutor) -> None:
        """Take over *connection*; COMMIT runs in *threads*."""
        self.connection = connection
        self._threads = threads
        self._loop = asyncio.get_running_loop()
        self._taken = False
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._group: list[asyncio.Future[None]] = []

    async def take(self) -> None:
        """Wait for the writer and begin; the caller must call `give` afterwards."""
        if self._taken:
            await self._turn()
        self._taken = True
        try:
            await self._begin()
        except BaseException:
            if not self._group and self.connection.in_transaction:  # begun in the thread for one who has gone away
                self.connection.execute("ROLLBACK")
            self._pass_on()
            raise

    async def give(self, *, keep: bool) -> None:
        """End the transaction; return when it is durable (or undone).

        Raises:
            sqlite3.Error: it could not be kept; nothing of it was written.
        """
        done = self._loop.create_future()
        try:
            self._end(keep)
            if keep:
                self._group.append(done)
        except sqlite3.Error as error:
            self._lose(error)
            raise
        finally:
            self._pass_on()
        if keep:
            # The commit goes on even when whoever asked for it has gone away.
            await asyncio.shield(done)

    async def _turn(self) -> None:
        turn = self._loop.create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._pass_on()
            raise

    async def _begin(self) -> None:
        if self._group:
            self.connection.execute("SAVEPOINT member")
            return
        try:
            self.connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            await in_thread(self._loop, self._threads, self._begin_patiently)

    def _begin_patiently(self) -> None:
        with patience(self.connection):
            self.connection.execute("BEGIN IMMEDIATE")

    def _end(self, keep: bool) -> None:
        if not self._group:
            if not keep and self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
            return
        if not keep:
            self.connection.execute("ROLLBACK TO member")
        self.connection.execute("RELEASE member")

    def _lose(self, error: sqlite3.Error) -> None:
        """Undo the whole group: a full disk ends a transaction with all its savepoints."""
        with suppress(sqlite3.Error):
            self.connection.execute("ROLLBACK")
        self._answer(error)

    def _pass_on(self) -> None:
        while self._waiting and self._waiting[0].cancelled():
            self._waiting.popleft()
        if self._group and not self.connection.in_transaction:
            self._lose(sqlite3.OperationalError("the transaction was rolled back"))
        if self._waiting and len(self._group) < GROUP:
            self._waiting.popleft().set_result(None)
        elif self._group:
            committing = self._loop.run_in_executor(self._threads, self.connection.execute, "COMMIT")
            committing.add_done_callback(self._committed)
        else:
            self._taken = False

    def _committed(self, committing: "asyncio.Future[sqlite3.Cursor]") -> None:
        error = committing.exception()
        if error:
            self._lose(error if isinstance(error, sqlite3.Error) else sqlite3.OperationalError(str(error)))
        else:
            self._answer(None)
        self._pass_on()

    def _answer(self, error: sqlite3.Error | None) -> None:
        group = self._group
        self._group = []
        for done in group:
            if done.cancelled():
                continue
            if error:
                done.set_exception(error)
                done.exception()  # nobody may be listening any more; that is no fault of theirs
            else:
                done.set_result(None)


@contextmanager
def patience(connection: sqlite3.Connection) -> Iterator[None]:
    """Let *connection* wait for other processes meanwhile; in a thread only."""
    connection.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
    try:
        yield
    finally:
        connection.execute("PRAGMA busy_timeout = 0")


async def in_thread(loop: asyncio.AbstractEventLoop, threads: ThreadPoolExecutor, work: Callable[[], T]) -> T:
    """Run *work* in a thread; when cancelled, leave only after the thread is done with it."""
    running = loop.run_in_executor(threads, work)
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        while not running.done():
            with suppress(asyncio.CancelledError):
                await asyncio.wait({running})
        raise
