"""What holds on a day: the texts of a city, put together from released versions and the files as shipped."""

from collections.abc import Callable, Mapping
from datetime import date

import msgspec

from portal.core.store.database import fetch_all, fetch_value
from portal.core.tools import clock
from portal.regions.catalogue import BadFile
from portal.regions.load import CALENDAR, HERE, REGIONS, Region, read, text_of

CALENDARS = "calendar"  # the place of the calendars, which the cities share
SHIPPED: dict[str, Mapping[str, str]] = {
    **{id: region.texts for id, region in REGIONS.items()},
    CALENDARS: {CALENDAR: text_of(HERE / CALENDAR)},
}


MOST = 400_000  # bytes of a text
Check = Callable[[Region], None]
_checks: list[Check] = []


# D63: asked of folders at the start and of versions at the desk, so that both fail alike.
def must_hold(*checks: Check) -> None:
    """Name all *checks* of the rooms above; every city must pass them, at the start and before a version is kept.

    A check raises BadFile and begins the names of files with `Region.at`.
    """
    _checks[:] = checks


def look_at(region: Region) -> None:
    """Run every check of the rooms above on *region*.

    Raises:
        BadFile: a room cannot work with it; the message names file and key.
    """
    for check in _checks:
        check(region)


class Held(msgspec.Struct, frozen=True):
    """A released version, without its text."""

    id: int
    place: str
    file: str
    effective_from: date


async def released() -> list[Held]:
    """Return every released version, in the order of their first days."""
    return await fetch_all(
        Held, "FROM policy_version WHERE state = 'released' ORDER BY effective_from, released_at, id"
    )


async def held(day: date) -> dict[tuple[str, str], int]:
    """Return ``{(place, file): id}`` of the versions that hold on *day*."""
    return {(one.place, one.file): one.id for one in await released() if one.effective_from <= day}


async def turns() -> set[date]:
    """Return the coming days on which a version begins to hold."""
    return {one.effective_from for one in await released() if one.effective_from > clock.today()}


async def texts(place: str, day: date) -> dict[str, str]:
    """Return ``{file: text}`` of what holds in *place* on *day*."""
    found = dict(SHIPPED[place])
    for (where, file), id in (await held(day)).items():
        if where == place:
            found[file] = str(await fetch_value("SELECT text FROM policy_version WHERE id = $1", id))
    return found


async def check(place: str, file: str, text: str, day: date) -> dict[str, Region]:
    """Return the cities as they would be on *day* if *text* were the text of *file*.

    Raises:
        BadFile: the text cannot be used; it names file and key.
    """
    if len(text.encode()) > MOST:
        raise BadFile(f"{file}: more than {MOST // 1000} kB")
    if place != CALENDARS:
        calendar = (await texts(CALENDARS, day))[CALENDAR]
        made = {place: read(place, {**await texts(place, day), file: text}, calendar)}
    else:
        made = {city: read(city, await texts(city, day), text) for city in SHIPPED if city != CALENDARS}
    for region in made.values():
        look_at(region)
    return made


async def city(place: str, day: date) -> Region:
    """Return a city as it is on *day*.

    Raises:
        BadFile: its files contradict each other. Releasing such versions is refused, so a shipped file has changed.
    """
    return read(place, await texts(place, day), (await texts(CALENDARS, day))[CALENDAR])
