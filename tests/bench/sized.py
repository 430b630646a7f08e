"""A database of one size and the questions to it: ``python -m tests.bench.sized sqlite|postgres COUNT``.

A line on standard input names a question; a line of JSON answers with the middle of the seconds it
took and the CPU seconds of one time. See `scale.py`, which asks.
"""

import asyncio
import json
import logging
import os
import sqlite3
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

if __name__ == "__main__" and sys.argv[1] == "postgres":  # the settings are read when the portal is imported
    from tests.helpers.postgres import address_of_a_new_server

    os.environ["DATABASE_URL"] = address_of_a_new_server(Path(os.environ["PORTAL_DATA"]))

import asyncpg

from portal.accounts.person import known_as
from portal.cases.desk import tally
from portal.cases.desk.search import PAGE, Wanted, queue
from portal.cases.desk.search import questions as statements
from portal.cases.figures import measures
from portal.cases.life.case import cases_of
from portal.core.store import crypto
from portal.core.store.database import DB, ON_SQLITE, migrate, numbered, opened
from portal.core.store.sqlite import OneWriterEngine
from portal.core.tools import clock
from portal.core.tools.settings import SETTINGS
from tests.bench.client import cpu_seconds
from tests.bench.generate import generate, number_of, person_id

REGION, LATELY = "meishan", timedelta(days=30)
STATEMENTS, PAGES = 15, 3  # how often each is asked in a round
COLUMNS = "id, region, kind, person, state, answers, due_on, edited_at"
Ask = Callable[[], Awaitable[Any]]


class Question(NamedTuple):
    """One question: the verb that asks it, and its statements with their arguments; a page has none."""

    ask: Ask
    sql: list[tuple[str, tuple[Any, ...]]]


async def main(size: int) -> None:
    """Generate the cases, then answer line by line."""
    from tests.helpers.client import Client
    from tests.helpers.factories import make_staff

    logging.getLogger("httpx").setLevel(logging.WARNING)
    crypto.make_keys()
    async with opened(), Client() as desk, Client() as citizen:
        await migrate()
        staff = [(await make_staff("reviewer supervisor", login=f"clerk-{n}")).id for n in range(12)]
        began, before = time.monotonic(), await worked(ours=True)
        await generate(size, staff)
        made = (time.monotonic() - began, await worked(ours=True) - before)
        asked = {**await of_the_database(staff[0]), **await of_pages(staff[0], desk, citizen)}
        answers: dict[str, Callable[[], Awaitable[Any]]] = {
            "made": lambda: asyncio.sleep(0, made),
            "names": lambda: asyncio.sleep(0, list(asked)),
            "plans": lambda: plans(asked),
        }
        for line in sys.stdin:
            what = line.strip()
            answer = await answers[what]() if what in answers else await measured(asked[what])
            print(json.dumps(answer), flush=True)


async def of_the_database(me: str) -> dict[str, Question]:
    """Return what is asked of the database alone, by name."""
    today, person, id_number = clock.today(), person_id(123), f"9{123:017d}"
    found = {f"queue, {name}": queued(wanted) for name, wanted in await filters(me)}
    found["desk counts"] = Question(lambda: tally.counts(REGION, me, today), [(tally.COUNTS, (REGION,))])
    mine = f"SELECT {COLUMNS} FROM cases WHERE person = $1 AND region = $2 ORDER BY edited_at DESC, id"
    found["我的办件"] = Question(lambda: cases_of(person, REGION), [(mine, (person, REGION))])
    by_id = "SELECT id, name FROM person WHERE id_hash = $1"
    hashed = crypto.keyed("id_number", id_number)
    found["person by hash of ID number"] = Question(lambda: known_as(id_number), [(by_id, (hashed,))])
    since = today - LATELY
    days = (REGION, day_of(since), day_of(today))
    found["on-time rate"] = Question(lambda: measures.on_time(REGION, since), [(measures.ENDINGS, days)])
    found["report of 30 days"] = Question(
        lambda: measures.report(REGION, since, today), [(measures.TALLIED, days), (measures.TIMES, days)]
    )
    return found


def day_of(day: date) -> Any:
    """Return *day* as the database in use takes it."""
    return day.isoformat() if ON_SQLITE else day


async def filters(me: str) -> list[tuple[str, Wanted]]:
    """Return the questions to the queue, by name."""

    def wanted(view: str = "open", **more: Any) -> Wanted:
        return Wanted(region=REGION, view=view, me=me, today=clock.today(), **more)  # type: ignore[arg-type]

    deep = (clock.today() + timedelta(days=20), "case-00000005")
    assert PAGE == 25 and await queue(wanted(after=deep))
    views = ("open", "mine", "free", "today", "late", "correction", "approval", "ended")
    return [
        *((view, wanted(view)) for view in views),
        ("open, next page", wanted(after=deep)),
        ("ended, next page", wanted("ended", after=(clock.today() - timedelta(days=20), "case-00000005"))),
        ("one stage", wanted(state="reviewing")),
        ("one member", wanted(member=me)),
        ("one disease", wanted(disease="M01600")),
        ("one disease of a member", wanted(disease="M01600", member=me)),
        ("by number", wanted(number=number_of(567))),
    ]


def queued(wanted: Wanted) -> Question:
    """Return a question to the queue; a page that goes on after a row is two statements."""
    return Question(lambda: queue(wanted), [(str(one.limit(PAGE + 1)), ()) for one in statements(wanted)])


async def of_pages(me: str, desk: Any, citizen: Any) -> dict[str, Question]:
    """Return the pages around them, by address."""
    await sign_in(citizen, person_id(123), "citizen")
    await sign_in(desk, me, "staff reviewer supervisor")
    paths = ("/staff/", "/staff/queue", "/staff/queue?view=free", f"/staff/queue?q={number_of(567)}", "/staff/reports")
    shown = [*((desk, path) for path in paths), (citizen, f"/{REGION}/me")]
    shown.append((citizen, f"/{REGION}/performance"))
    return {path: Question(page(who, path), []) for who, path in shown}


def page(who: Any, path: str) -> Ask:
    """Return what asks for a page and insists on getting it."""

    async def ask() -> None:
        await who.get(path)
        assert who.status == 200, (path, who.status)

    return ask


async def sign_in(browser: Any, subject: str, roles: str) -> None:
    """Give a browser a session, without codes and passwords."""
    from portal.core.web.sessions import Visitor, cookie_line, start

    visitor = Visitor()
    await start(visitor, subject=subject, roles=roles, idle=timedelta(hours=9), lasts=timedelta(hours=9), agent="bench")
    name, _, rest = cookie_line(visitor).decode().partition("=")
    browser.http.cookies.set(name, rest.partition(";")[0])


async def measured(question: Question) -> tuple[float, float]:
    """Return the middle of the seconds a question takes, and the CPU seconds of one time.

    Of a question to the database that is the database's own CPU: on SQLite the statements are run bare
    for it, on PostgreSQL it is that of the server's processes.
    """
    took, times = [], STATEMENTS if question.sql else PAGES
    before = await worked(ours=not question.sql)
    for _ in range(times):
        began = time.perf_counter()
        await question.ask()
        took.append(time.perf_counter() - began)
    cpu = (await worked(ours=not question.sql) - before) / times
    return statistics.median(took), bare(question) if ON_SQLITE and question.sql else cpu


async def worked(*, ours: bool) -> float:
    """Return the CPU seconds so far of the database's processes, and of this one if it is *ours* that counts."""
    total = time.process_time() if ours else 0.0
    if not ON_SQLITE:
        assert not isinstance(DB, OneWriterEngine)
        assert DB.pool
        rows = await DB.pool.fetch("SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend'")
        total += sum(cpu_seconds(row["pid"]) for row in rows)
    return total


def bare(question: Question) -> float:
    """Return the CPU seconds of the statements on SQLite, run on this thread."""
    reader = on_sqlite()
    began = time.thread_time()
    for _ in range(STATEMENTS):
        rows = 0
        for sql, args in question.sql:
            rows += len(reader.execute(numbered(sql), args).fetchall()) if rows <= PAGE else 0
    return (time.thread_time() - began) / STATEMENTS


def on_sqlite() -> sqlite3.Connection:
    """Return the connection that reads the embedded database."""
    assert isinstance(DB, OneWriterEngine)
    return DB.reader()


async def plans(asked: dict[str, Question]) -> list[tuple[str, str]]:
    """Return by which way the database finds what was asked."""
    found = []
    holder = None if ON_SQLITE else await asyncpg.connect(SETTINGS.database)
    for name, question in asked.items():
        for sql, args in question.sql:
            if holder:
                rows = [row[0] for row in await holder.fetch(f"EXPLAIN {sql}", *args)]
            else:
                rows = [row[3] for row in on_sqlite().execute(f"EXPLAIN QUERY PLAN {numbered(sql)}", args)]
            found.append((name, " | ".join(row.strip() for row in rows if "Cond:" not in row)))
    return found


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[2])))
