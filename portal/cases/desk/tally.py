"""Counts of the cases in each view of the desk, summed from increments instead of counting cases.

Triggers of the database add a row for every change of a case's state, member or due day (migration
m0007). Rows are only inserted, so concurrent transactions never wait for each other; `fold` sums
them up now and then, and a reader sums the rows that are there.
"""

from datetime import date, timedelta

import msgspec

from portal.cases.desk.search import OFFICE, View
from portal.cases.life.moves import State
from portal.cases.mail.acts import Stand
from portal.core.store.database import ON_SQLITE, execute, fetch_all, fetch_value, transaction
from portal.core.store.jobs import every


class Count(msgspec.Struct, frozen=True):
    """The number of cases or envelopes under a word (a state, a member, a day)."""

    kind: str
    word: str
    n: int


COUNTS = "SELECT kind, word, sum(n) FROM desk_tally WHERE region = $1 GROUP BY kind, word"


async def counts(region: str, me: str, today: date) -> dict[View, int]:
    """Return the number of cases in each view of the desk, for the member *me*."""
    rows = await fetch_all(Count, COUNTS, region)
    state, who, due = ({row.word: int(row.n) for row in rows if row.kind == kind} for kind in ("state", "who", "due"))
    return {
        "open": sum(state.get(one.value, 0) for one in OFFICE),
        "mine": who.get(me, 0),
        "free": who.get("", 0),
        "today": due.get(today.isoformat(), 0),
        "late": sum(count for day, count in due.items() if day < today.isoformat()),
        "correction": state.get(State.CORRECTION.value, 0),
        "experts": state.get(State.APPRAISING.value, 0),
        "approval": state.get(State.DECIDING.value, 0),
    }


async def loads(region: str) -> dict[str, int]:
    """Return ``{member: number of open cases}``; members without one are left out."""
    return {row.word: int(row.n) for row in await fetch_all(Count, COUNTS, region) if row.kind == "who" and row.word}


async def mail(region: str) -> dict[Stand, int]:
    """Return the number of envelopes in each state; triggers of migration m0010 count them the same way."""
    rows = [row for row in await fetch_all(Count, COUNTS, region) if row.kind == "mail"]
    return {stand: sum(int(row.n) for row in rows if row.word == stand) for stand in Stand if stand}


COLUMNS = "region, kind, word"
FOLDED = f"SELECT {COLUMNS}, sum(n) FROM {{rows}} GROUP BY {COLUMNS} HAVING sum(n) <> 0"


# D45: triggers only add rows; a counter changed in place would make everybody wait for one row.
@every(timedelta(minutes=1))
async def fold() -> None:
    """Sum up the increments; those inserted meanwhile stay for the next call."""
    if not ON_SQLITE:  # one statement sees one moment: what is committed later is not deleted
        gone = f"WITH gone AS (DELETE FROM desk_tally RETURNING {COLUMNS}, n) "
        await execute(f"{gone}INSERT INTO desk_tally ({COLUMNS}, n) {FOLDED.format(rows='gone')}")
        return
    async with transaction():
        last = await fetch_value("SELECT max(id) FROM desk_tally")
        if last is None:
            return
        await execute(f"INSERT INTO desk_tally ({COLUMNS}, n) {FOLDED.format(rows='desk_tally')}")
        await execute("DELETE FROM desk_tally WHERE id <= $1", last)
