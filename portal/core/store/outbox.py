"""The outbox: what must follow a change, written in the change's own transaction.

Rows name a kind of work and carry identifiers only, never a personal datum. A worker (`jobs.py`)
does them after the commit, at least once; *key* makes adding the same work twice harmless.
"""

from datetime import datetime
from typing import Any

import msgspec

from portal.core.store.database import after_commit, execute
from portal.core.tools import clock
from portal.core.tools.wake import WORK

ADD = """
INSERT INTO outbox (key, kind, payload, added_at, run_at, tries) VALUES ($1, $2, $3, $4, $5, 0)
ON CONFLICT (key) DO NOTHING
"""


# D6: in the transaction of the change, so a message goes out if and only if the change was committed.
async def add(kind: str, key: str, at: datetime | None = None, **payload: Any) -> None:
    """Add work of *kind*, to be done after the commit and not before *at*.

    Args:
        kind: a kind that `jobs.works` registered.
        key: what makes this work the only one of its kind, e.g. event, recipient and channel.
        at: earliest moment; now when it is not given.
        payload: identifiers the worker needs.
    """
    now = clock.now()
    await execute(ADD, f"{kind}:{key}", kind, msgspec.json.encode(payload).decode(), now, at or now)
    after_commit(WORK.set)
