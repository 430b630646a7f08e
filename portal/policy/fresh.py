"""Keeps `REGIONS` up to date: each process looks every two seconds which versions hold, and after a release at once.

A look is two small statements. When other versions hold than before (a release, a new day), the cities are read anew
and replaced whole. A request that is being answered goes on with the city it began with.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import msgspec

from portal.core.store.database import Taken, fetch_all, insert
from portal.core.tools import clock
from portal.core.tools.i18n import learn
from portal.core.tools.log import LOG, where
from portal.policy import holding
from portal.policy.tables import PolicyEdition
from portal.regions import editions
from portal.regions.catalogue import BadFile
from portal.regions.load import REGIONS

# D60: looking needs no message between processes, and midnight comes by itself.
LOOK_EVERY = 2.0  # seconds

_held: dict[tuple[str, str], int] = {}


class Id(msgspec.Struct, frozen=True):
    """The id of an edition."""

    id: str


class Edition(msgspec.Struct, frozen=True):
    """An edition: all texts of a city, as JSON."""

    id: str
    texts: str


async def refresh() -> bool:
    """Bring `REGIONS` and the known editions up to date; return whether a city was replaced."""
    global _held
    held = await holding.held(clock.today())
    changed = held != _held
    if changed:
        await _replace(
            {place for place, file in held.keys() | _held.keys() if held.get((place, file)) != _held.get((place, file))}
        )
        _held = held
    await _share_editions()
    return changed


async def _replace(places: set[str]) -> None:
    for id in [city for city in holding.SHIPPED if city != holding.CALENDARS]:
        if id not in places and holding.CALENDARS not in places:
            continue
        try:
            region = await holding.city(id, clock.today())
        except BadFile as error:  # it was good when it was released: the portal's own files have changed since
            LOG.error("policy", kind=id, error=str(error))
            continue
        editions.remember(region.edition, region.texts)
        learn(dict(in_english(msgspec.to_builtins((region.rules, region.diseases, region.reasons)))))
        REGIONS[id] = region


def in_english(part: Any) -> Iterator[tuple[str, str]]:
    """Yield each Chinese text in *part* that has its English beside it: ``name_zh`` and ``name_en``."""
    if isinstance(part, dict):
        for key, inner in part.items():
            english = part.get(f"{key.removesuffix('_zh')}_en") if key.endswith("_zh") else None
            if english and isinstance(inner, str):
                yield inner, english
            yield from in_english(inner)
    elif isinstance(part, list | tuple):
        for inner in part:
            yield from in_english(inner)


async def _share_editions() -> None:
    """Store today's editions for good, and read those that other processes or earlier releases stored."""
    there = {row.id for row in await fetch_all(Id, "SELECT id FROM policy_edition")}
    for id in there - editions.known():
        for row in await fetch_all(Edition, "FROM policy_edition WHERE id = $1", id):
            editions.remember(row.id, msgspec.json.decode(row.texts, type=dict[str, str]))
    for id, region in REGIONS.items():
        if region.edition not in there and id in holding.SHIPPED:
            texts = msgspec.json.encode(dict(region.texts)).decode()
            with suppress(Taken):  # another process was faster
                await insert(PolicyEdition, id=region.edition, place=id, texts=texts, seen_on=clock.today())


async def _guarded() -> None:
    try:
        await refresh()
    except Exception as error:  # the database is away, or has no tables yet: go on with what was known
        LOG.error("policy", error=type(error).__name__, where=where(error))


async def _watch() -> None:
    while True:
        await asyncio.sleep(LOOK_EVERY)
        await _guarded()


@asynccontextmanager
async def kept_fresh() -> AsyncIterator[None]:
    """Keep `REGIONS` up to date while the block runs."""
    await _guarded()
    task = asyncio.create_task(_watch())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
