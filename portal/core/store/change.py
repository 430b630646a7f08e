"""Compare-and-set: change a row only if nobody has changed it since it was read."""

from typing import Any, Protocol

from portal.core.store.database import execute
from portal.core.tools.machine import NotAllowed


class Seen(Protocol):
    """A thing with a state, as it was read."""

    @property
    def id(self) -> Any:
        """Its key."""

    @property
    def state(self) -> str:
        """The state it was in."""


# D37: two people may press at once; the first one's row is changed, and the second one is told.
# D87: every table of moves changes its rows here.
async def change(table: str, seen: Seen, **values: Any) -> None:
    """Write *values* to the row of *seen*, as the next version of it.

    Args:
        table: names of tables and columns stand in the code; nothing anybody typed comes here.
        seen: the thing as it was read; one with a `row_version` must still have it, and gets the next.
        values: what changes, by column.

    Raises:
        NotAllowed: somebody changed it meanwhile.
    """
    version = getattr(seen, "row_version", None)
    where = {"id": seen.id, "state": seen.state}
    if version is not None:
        values = {**values, "row_version": version + 1}
        where["row_version"] = version
    columns = ", ".join(f"{name} = ${place}" for place, name in enumerate(values, start=1))
    same = " AND ".join(f"{name} = ${place}" for place, name in enumerate(where, start=len(values) + 1))
    if not await execute(f"UPDATE {table} SET {columns} WHERE {same}", *values.values(), *where.values()):
        raise NotAllowed(f"{table} {seen.id} has moved on from {seen.state}")
