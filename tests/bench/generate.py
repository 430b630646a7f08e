"""Many made-up cases, quickly: people, cases in every state, their diseases, history and measures.

One in ten is open, as many as two good months leave behind; the others have ended over three years.
Every twelfth open one is due today, so that each view of the desk fills a page from 10,000 on.
Everything is sealed as the portal seals it, so every page opens them. Ids grow as the rows do: the
indexes of an installation that has lived for years are no more scattered than that.
"""

import random
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from piccolo.engine.sqlite import convert_datetime_in
from piccolo.table import Table

from portal.accounts.tables import Person
from portal.cases.desk import tally
from portal.cases.figures import measures
from portal.cases.figures.tables import Measure
from portal.cases.life.moves import State
from portal.cases.life.number import check_digit
from portal.cases.life.tables import Case, CaseDisease, CaseEvent
from portal.core.store.crypto import keyed, seal, seal_json
from portal.core.store.database import DB, execute, fetch_all
from portal.core.store.sqlite import OneWriterEngine
from portal.core.tools import clock
from portal.regions.load import REGIONS

PER_PERSON = 3
OPEN_STATES = (State.SUBMITTED, State.REVIEWING, State.REVIEWING, State.DECIDING, State.APPRAISING, State.CORRECTION)
END_STATES = (State.APPROVED, State.APPROVED, State.APPROVED, State.DENIED, State.WITHDRAWN)
BATCH = 20_000
REPORTED = 100  # days of which there are measures: reports look no further back
CODES = {region.id: list(region.diseases) for region in REGIONS.values()}
ACTIONS = {"reviewing": ("submit", "accept"), "ended": ("submit", "accept", "draft_decision", "decide")}


class Index(NamedTuple):
    """An index, and the statement that makes it."""

    name: str
    sql: str


INDEXES = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name LIKE 'case%'"


class Made(NamedTuple):
    """The rows of one case."""

    case: tuple[Any, ...]
    disease: tuple[Any, ...]
    events: list[tuple[Any, ...]]
    measures: list[tuple[Any, ...]]


async def generate(count: int, reviewers: list[str]) -> None:
    """Add *count* cases to an empty database; open ones go to *reviewers* and to nobody."""
    sums: Counter[tuple[Any, ...]] = Counter()
    async with _hurried():
        for at in range(0, count, BATCH):
            last = min(at + BATCH, count)
            made = list(_cases(at, last, reviewers))
            people = range(-(-at // PER_PERSON), -(-last // PER_PERSON))
            async with DB.transaction():
                await _load(Person, PEOPLE, [_person(number) for number in people])
                await _load(Case, CASES, [one.case for one in made])
                await _load(CaseDisease, DISEASES, [one.disease for one in made])
                await _load(CaseEvent, EVENTS, [event for one in made for event in one.events])
            sums.update(measure for one in made for measure in one.measures)
            await tally.fold()  # as every minute
        async with DB.transaction():
            await _load(Measure, MEASURES, [(*what, n) for what, n in sums.items()])
        await measures.fold()
    await _settle()


@asynccontextmanager
async def _hurried() -> AsyncIterator[None]:
    """Spare what only matters where rows could be wrong or lost: looking for parents, waiting for the disk.

    The triggers that count for the desk are at work like ever.
    """
    if isinstance(DB, OneWriterEngine):
        sqlite3.register_adapter(datetime, lru_cache(10_000)(convert_datetime_in))  # there are few, again and again
        for pragma in ("synchronous = OFF", "cache_size = -600000", "foreign_keys = OFF"):
            DB.writer().connection.execute(f"PRAGMA {pragma}")
        indexes = await fetch_all(Index, INDEXES)  # made at the end they are sorted once
        for index in indexes:
            await execute(f"DROP INDEX {index.name}")
        try:
            yield
        finally:
            for index in indexes:
                await execute(index.sql)
        for pragma in ("synchronous = FULL", "cache_size = -4000", "foreign_keys = ON"):
            DB.writer().connection.execute(f"PRAGMA {pragma}")
        return
    for table in CHILDREN:  # of `cases` none: their triggers count
        await execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
    yield
    for table in CHILDREN:
        await execute(f"ALTER TABLE {table} ENABLE TRIGGER ALL")


async def _settle() -> None:
    """Do what a database does by itself in time: know its rows, throw away what is gone, write back its log."""
    if isinstance(DB, OneWriterEngine):
        await execute("ANALYZE")
        with closing(sqlite3.connect(str(DB.path))) as apart:
            apart.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    else:
        assert DB.pool
        await DB.pool.execute("VACUUM FULL desk_tally")  # what 50 months of minutes would have given back by and by
        await DB.pool.execute("VACUUM ANALYZE")
        await DB.pool.execute("CHECKPOINT")


def person_id(number: int) -> str:
    """Return the id of the person called *number*."""
    return f"person-{number:07d}"


PEOPLE = ("id", "name", "id_type", "id_number", "id_hash", "level", "made_at")


def _person(number: int) -> tuple[Any, ...]:
    id, id_number = person_id(number), f"9{number:017d}"
    return (
        id,
        seal(f"王某{number}", f"person.name:{id}"),
        "id_card",
        seal(id_number, f"person.id_number:{id}"),
        keyed("id_number", id_number),
        2,
        clock.now(),
    )


CASES = (
    *("id", "region", "kind", "person", "state", "return_to", "row_version", "application_no", "submit_token"),
    *("answers", "catalogue_version", "corrections_asked", "one_more", "taken_up", "outcome"),
    *("assigned_to", "due_on", "made_at", "edited_at", "submitted_at", "ended_at", "disease"),
)
DISEASES = ("id", "case_id", "person", "code", "open", "decision", "validity_months")
MEASURES = ("region", "day", "what", "word", "hours", "n")
CHILDREN = ("case_disease", "case_event")
EVENTS = ("case_id", "number", "action", "before", "after", "role", "actor", "on_behalf_of", "days", "at")


def number_of(case: int) -> str:
    """Return the application number of the case called *case*."""
    digits = f"2{case:010d}"
    return digits + check_digit(digits)


def _cases(first: int, last: int, reviewers: list[str]) -> Iterator[Made]:
    dice, now = random.Random(first), datetime.combine(clock.today(), time(9), clock.BEIJING).astimezone(UTC)
    for number in range(first, last):
        region = "meishan" if dice.random() < 0.7 else "xinxing"
        ended = dice.random() < 0.9
        state = dice.choice(END_STATES if ended else OPEN_STATES)
        submitted = now - timedelta(days=6 + int(dice.random() * 994) if ended else int(dice.random() * 40))
        yield _made(f"case-{number:08d}", number, region, state, submitted, dice, reviewers)


def _made(
    id: str, number: int, region: str, state: State, submitted: datetime, dice: random.Random, reviewers: list[str]
) -> Made:
    ended = state in END_STATES
    person = person_id(number // PER_PERSON)
    code = CODES[region][number % len(CODES[region])]
    due = None if state is State.CORRECTION else clock.day_of(submitted) + timedelta(days=20 + int(dice.random() * 40))
    if due and not ended and number % 12 == 0:
        due = clock.today()
    given = dice.choice(reviewers) if ended or dice.random() < 0.5 else ""
    answers = seal_json({"disease": code, "mobile": "13800000101"}, f"cases.answers:{id}")
    ended_at = submitted + timedelta(days=5) if ended else None
    case = (
        *(id, region, "new", person, state.value, "reviewing" if state is State.CORRECTION else "", 3),
        *(number_of(number), f"token-{number:08d}", answers, "bench", 0, False, True, "", given, due),
        *(submitted, submitted, submitted, ended_at, code),
    )
    disease = (id, id, person, code, not ended, "passed" if ended else "pending", 24)
    ways = ACTIONS["ended" if ended else "reviewing"]
    events = [
        (id, "T", action, "submitted", state.value, "system", "system", "", 0, submitted + timedelta(hours=hour))
        for hour, action in enumerate(ways)
    ]
    lately = ended_at and submitted > clock.now() - timedelta(days=REPORTED)
    return Made(case, disease, events, _measured(region, state, ended_at, dice) if ended_at and lately else [])


def _measured(region: str, state: State, ended_at: datetime, dice: random.Random) -> list[tuple[Any, ...]]:
    """Return what the end of a case adds to the reports."""
    day, hours = clock.day_of(ended_at), [1 + int(dice.random() * 72), 1 + int(dice.random() * 240)]
    return [
        (region, day, "stage", "submitted", hours[0]),
        (region, day, "stage", "reviewing", hours[1]),
        (region, day, "whole", state.value, sum(hours)),
        (region, day, "ended", "late" if hours[1] > 200 else "in_time", 0),
    ]


async def _load(table: type[Table], columns: Any, rows: list[tuple[Any, ...]]) -> None:
    """Put *rows* into *table* the fastest way each database has; inside a transaction."""
    name, on = table._meta.tablename, DB.current_transaction.get()
    assert on
    connection: Any = on.connection  # each driver has its own
    if isinstance(DB, OneWriterEngine):
        places = ", ".join("?" * len(columns))
        connection.executemany(f"INSERT INTO {name} ({', '.join(columns)}) VALUES ({places})", rows)
    else:
        await connection.copy_records_to_table(name, records=rows, columns=list(columns))
