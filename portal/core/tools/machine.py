"""The life of a thing as a table of moves: what may happen to it, from which states, by whom.

A case, an envelope, a packet of originals, a delegation and a version of a policy each have such a table.
Whoever wants to know whether something may happen asks the table, and `core.store.change` carries it out.
"""

from collections.abc import Collection, Iterable
from typing import Any, Protocol, TypeVar


class NotAllowed(Exception):
    """The table has no such move for this actor now, or somebody changed the thing meanwhile."""


# D87: a new thing with states gets a table of such rows, and no engine of its own.
class Row(Protocol):
    """What every row of every table says."""

    @property
    def action(self) -> str:
        """What happens."""

    @property
    def before(self) -> Collection[Any]:
        """The states in which it may happen."""

    @property
    def who(self) -> Collection[Any]:
        """Who may do it."""


R = TypeVar("R", bound=Row)


def rows_open(table: Iterable[R], state: str, who: str, shut: Collection[str] = ()) -> list[R]:
    """Return the rows that are open to *who* in *state*, in table order; never an action that is *shut*."""
    return [row for row in table if state in row.before and who in row.who and row.action not in shut]


def find_open(rows: Iterable[R], action: str, tried: str) -> R:
    """Return the first of the open *rows* for *action*.

    Raises:
        NotAllowed: there is none; *tried* says by whom and when, for the log.
    """
    for row in rows:
        if row.action == action:
            return row
    raise NotAllowed(f"{action} {tried}")
