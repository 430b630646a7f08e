"""What holds on a day: the texts of a city put together from released versions and shipped files."""

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
def must_hold(check: Check) -> Check:
    """Have *check* look at every city, at the start and when a version would make one; for the rooms above.

    It raises BadFile, and begins the names of files with `Region.at`.
    """
    _checks.append(check)
    return check


def look_at(region: Region) -> None:
    """Have every room look whether it can work with *region*.

    Raises:
        BadFile: it cannot; with file and key.
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
    """Return every released version in the order in which they come to hold."""
    return await fetch_all(
        Held, "FROM policy_version WHERE state = 'released' ORDER BY effective_from, released_at, id"
    )


async def held(day: date) -> dict[tuple[str, str], int]:
    """Return the version that holds on *day* for each ``(place, file)`` that has one."""
    return {(one.place, one.file): one.id for one in await released() if one.effective_from <= day}


async def turns() -> set[date]:
    """Return the coming days on which something begins to hold."""
    return {one.effective_from for one in await released() if one.effective_from > clock.today()}


async def texts(place: str, day: date) -> dict[str, str]:
    """Return the texts that hold in *place* on *day*, by file."""
    found = dict(SHIPPED[place])
    for (where, file), id in (await held(day)).items():
        if where == place:
            found[file] = str(await fetch_value("SELECT text FROM policy_version WHERE id = $1", id))
    return found


async def check(place: str, file: str, text: str, day: date) -> dict[str, Region]:
    """Return the cities as *text* for *file* would make them with everything else that holds on *day*.

    Raises:
        BadFile: it cannot be used; with file and key.
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
        BadFile: the versions do not go together; releasing them is refused, so this is a file shipped later.
    """
    return read(place, await texts(place, day), (await texts(CALENDARS, day))[CALENDAR])
