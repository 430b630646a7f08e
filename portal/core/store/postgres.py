"""Piccolo's engine for PostgreSQL, with a pool that no failure drains.

Piccolo's own transaction keeps its connection when COMMIT or ROLLBACK fails (the server was
restarted, a line was cut); after as many failures as the pool is large everybody waits for ever.
"""

from contextlib import suppress
from typing import Any, Literal

import asyncpg
from piccolo.engine.postgres import PostgresEngine, PostgresTransaction


class PooledTransaction(PostgresTransaction):
    """``async with``: kept together or not at all; the connection goes back whatever happens."""

    async def __aenter__(self) -> PostgresTransaction:
        """Begin, or join the transaction this task is in."""
        if self._parent is not None:
            return self._parent
        assert self.engine.pool
        self.connection = await self.engine.pool.acquire()
        try:
            self.transaction = self.connection.transaction()
            await self.transaction.start()
        except BaseException:
            await self._release()
            raise
        self.context = self.engine.current_transaction.set(self)
        return self

    async def __aexit__(self, kind: Any, error: BaseException | None, trace: Any) -> Literal[False]:
        """Commit, or undo when there was an error, which goes on to the caller."""
        if self._parent is not None:
            return False
        self.engine.current_transaction.reset(self.context)
        try:
            await self._end(keep=error is None)
        finally:
            await self._release()
        return False

    async def _end(self, *, keep: bool) -> None:
        if keep:
            await self.transaction.commit()
            return
        with suppress(asyncpg.InterfaceError, asyncpg.PostgresError, OSError):  # the line is cut: undone by that
            await self.transaction.rollback()

    async def _release(self) -> None:
        assert self.engine.pool
        await self.engine.pool.release(self.connection)


class Pooled(PostgresEngine):
    """The engine; asks the server nothing while the package is imported."""

    async def get_version(self) -> float:
        """Return the oldest version we support."""
        return 13.0

    def transaction(self, allow_nested: bool = True) -> PooledTransaction:
        """Return a transaction on a connection of the pool."""
        return PooledTransaction(engine=self, allow_nested=allow_nested)
