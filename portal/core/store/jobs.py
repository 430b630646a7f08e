"""The worker: does the work in the outbox, at least once, and runs the periodic rounds.

A row is claimed for a while, worked on, and marked done. What fails is tried again later and
later, and after `TRIES` is given up loudly: it stays in the table with its error, and the log
and the desk say so. Several workers may run side by side.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec

from portal.core.store.database import execute, fetch_all, fetch_value
from portal.core.tools import clock
from portal.core.tools.log import LOG, where
from portal.core.tools.wake import WORK

TRIES = 8
CLAIM = timedelta(minutes=5)
IDLE_SECONDS = 2.0
BATCH = 20

Work = Callable[..., Awaitable[None]]
Round = Callable[[], Awaitable[Any]]

_kinds: dict[str, Work] = {}
_losses: dict[str, Work] = {}
_rounds: list[tuple[timedelta, Round]] = []


class Job(msgspec.Struct, frozen=True):
    """A claimed row."""

    id: int
    key: str
    kind: str
    payload: str
    tries: int


# The second WHERE is looked at again after waiting for another worker's lock, so nobody claims twice.
CLAIM_SQL = """
UPDATE outbox SET claimed_until = $2, tries = tries + 1
WHERE id IN (
  SELECT id FROM outbox
  WHERE done_at IS NULL AND failed_at IS NULL AND run_at <= $1 AND (claimed_until IS NULL OR claimed_until <= $1)
  ORDER BY run_at, id LIMIT $3)
AND done_at IS NULL AND (claimed_until IS NULL OR claimed_until <= $1)
RETURNING id, key, kind, payload, tries
"""


def works(kind: str) -> Callable[[Work], Work]:
    """Register the function that does work of *kind*; it is called with the fields of the payload."""

    def register(work: Work) -> Work:
        _kinds[kind] = work
        return work

    return register


def gives_up(kind: str) -> Callable[[Work], Work]:
    """Register the function to call when work of *kind* is given up; it gets the fields of the payload."""

    def register(work: Work) -> Work:
        _losses[kind] = work
        return work

    return register


def every(pause: timedelta) -> Callable[[Round], Round]:
    """Register a round that runs at the start and then every *pause*; running it twice must do no harm."""

    def register(round_: Round) -> Round:
        _rounds.append((pause, round_))
        return round_

    return register


async def work_forever() -> None:
    """Work until cancelled."""
    due = [clock.ticks()] * len(_rounds)
    while True:
        try:
            for number, (pause, round_) in enumerate(_rounds):
                if clock.ticks() >= due[number]:
                    due[number] = clock.ticks() + pause.total_seconds()
                    await _guarded(round_)
            if not await work_once():
                await WORK.wait(IDLE_SECONDS)
        except asyncio.CancelledError:
            raise
        except Exception as error:  # the database is away: say so, wait, go on
            LOG.error("worker", error=type(error).__name__, where=where(error))
            await asyncio.sleep(IDLE_SECONDS)


async def work_once() -> int:
    """Do what is due now, one batch; return how many rows were taken."""
    now = clock.now()
    jobs = await fetch_all(Job, CLAIM_SQL, now, now + CLAIM, BATCH)
    for job in sorted(jobs, key=lambda job: job.id):
        await _do(job)
    return len(jobs)


async def run_rounds() -> None:
    """Run every round once, for tests and `portal work --once`."""
    for _, round_ in _rounds:
        await round_()


async def given_up() -> int:
    """Return how many rows were given up and wait for somebody to look at them."""
    return int(await fetch_value("SELECT count(*) FROM outbox WHERE failed_at IS NOT NULL"))


async def _guarded(round_: Round) -> None:
    try:
        await round_()
    except Exception as error:
        LOG.error("round failed", kind=round_.__name__, error=type(error).__name__, where=where(error))


async def _do(job: Job) -> None:
    try:
        await _kinds[job.kind](**msgspec.json.decode(job.payload))
    except Exception as error:
        await _failed(job, error)
    else:
        await execute("UPDATE outbox SET done_at = $2, error = NULL WHERE id = $1", job.id, clock.now())


async def _failed(job: Job, error: Exception) -> None:
    said = f"{type(error).__name__} at {where(error)}"
    given_up = job.tries >= TRIES
    LOG.error("given up" if given_up else "will try again", kind=job.kind, key=job.key, tries=job.tries, error=said)
    if given_up and job.kind in _losses:
        await _losses[job.kind](**msgspec.json.decode(job.payload))
    await execute(
        "UPDATE outbox SET claimed_until = NULL, error = $2, run_at = $3, failed_at = $4 WHERE id = $1",
        job.id,
        said,
        _later(job.tries),
        clock.now() if given_up else None,
    )


def _later(tries: int) -> datetime:
    """Return when to try again: after 5 s, 20 s, 80 s ... six hours at most."""
    return clock.now() + min(timedelta(seconds=5 * 4 ** (tries - 1)), timedelta(hours=6))
