"""Open pages of a case are told of its news, in whichever process they are open.

Each news gives its case a number that is greater than that of any news before, in the news' own transaction. The
number says whether a page that shows the case is behind, and a process finds by it what others have told.
"""

import msgspec

from portal.core.store.database import execute, fetch_all
from portal.core.web import stream

# D37: on PostgreSQL a second teller waits for the first one's row, and then counts on from it.
TELL = """
UPDATE cases SET told = 1 + CASE
  WHEN told > (SELECT max(told) FROM cases) THEN told ELSE (SELECT max(told) FROM cases) END
WHERE id = $1
"""
LATEST = "FROM cases WHERE told > 0 ORDER BY told DESC LIMIT 1"


class News(msgspec.Struct, frozen=True):
    """A case and the number of its latest news."""

    id: str
    told: int


def topic(case: str) -> str:
    """Return what the open pages of the case called *case* watch."""
    return f"case:{case}"


# D101: without a number a page of another process does not wake.
async def tell(case: str) -> None:
    """Tell the open pages of the case called *case* that it has news, once the current transaction commits."""
    await execute(TELL, case)
    await stream.tell(topic(case))


class Lately:
    """What was told since this process last looked; for SQLite, where nobody is notified."""

    def __init__(self) -> None:
        """Begin without having looked."""
        self._last: News | None = None

    async def topics(self) -> list[str] | None:
        """Return the topics that were told since the last look; None if that cannot be said, so anything may be new.

        A number is given a second time only when the case that had the greatest one was deleted. As long as the last
        news is still there, or its case has later news, every number given since is greater.
        """
        last = self._last
        if last is None:
            self._last = next(iter(await fetch_all(News, LATEST)), None)
            return None
        news = await fetch_all(News, "FROM cases WHERE told >= $1 ORDER BY told", last.told)
        if all(one.id != last.id for one in news):
            self._last = next(iter(await fetch_all(News, LATEST)), None)
            return None
        self._last = news[-1]
        return [topic(one.id) for one in news if one != last]
