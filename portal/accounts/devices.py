"""Where a person signs in from: browsers they have used, phones that have fallen silent, open sessions.

`NEW_PLACE` tells that somebody signed in from a new browser, or that a person's phones have changed; the person gets a
message.
"""

from datetime import datetime, timedelta

import msgspec

from portal.accounts.tables import Device, PhoneUse
from portal.core.store.crypto import keyed
from portal.core.store.database import execute, fetch_all, fetch_value, insert
from portal.core.tools import clock
from portal.core.tools.settings import SETTINGS
from portal.core.tools.signals import Signal
from portal.core.web.sessions import Visitor
from portal.regions.load import Region

NEW_PLACE = Signal[[str, Region], None]()  # the person, and the region whose pages they used


async def used(visitor: Visitor, person: str, phone: str, agent: str, region: Region | None) -> None:
    """Remember the browser a person has just signed in with; if it is new and not their first, tell them."""
    now = clock.now()
    if phone:
        await heard_from(person, phone)
    id = keyed("device", person, visitor.own_device())
    if await execute("UPDATE device SET last_at = $2, agent = $3 WHERE id = $1", id, now, agent[:200]):
        return
    others = await fetch_value("SELECT count(*) FROM device WHERE person = $1", person)
    await insert(Device, id=id, person=person, agent=agent[:200], first_at=now, last_at=now)
    if others and region:
        await NEW_PLACE.send(person, region)


async def heard_from(person: str, phone: str) -> None:
    """Remember that a person has signed in with a phone now."""
    id = f"{person}:{phone}"
    now = clock.now()
    if not await execute("UPDATE phone_use SET last_at = $2 WHERE id = $1", id, now):
        await insert(PhoneUse, id=id, last_at=now)


# D26: numbers are given to other people.
async def silent(person: str, phone: str) -> bool:
    """Return whether a person has not used a phone for so long that somebody else may have the number by now."""
    last = await fetch_value("SELECT last_at FROM phone_use WHERE id = $1", f"{person}:{phone}")
    last = last or await fetch_value("SELECT made_at FROM person_phone WHERE id = $1", f"{person}:{phone}")
    return clock.now() - clock.moment(last) > timedelta(days=SETTINGS.silence)


class Open(msgspec.Struct, frozen=True):
    """An open session of a person."""

    id: bytes
    agent: str
    made_at: datetime
    seen_at: datetime
    ends_at: datetime
    idle_seconds: int

    @property
    def name(self) -> str:
        """The session in an address; nobody signs in with it."""
        return self.id.hex()

    @property
    def device(self) -> str:
        """The browser in words."""
        return device_in(self.agent)


async def open_sessions(person: str) -> list[Open]:
    """Return a person's sessions that have not ended, the latest first."""
    now = clock.now()
    rows = await fetch_all(Open, "FROM session WHERE subject = $1 AND ends_at > $2 ORDER BY seen_at DESC", person, now)
    return [row for row in rows if now < row.seen_at + timedelta(seconds=row.idle_seconds)]


async def end_session(person: str, name: str) -> None:
    """End one session of this person; a session of anybody else is left alone."""
    for session in await open_sessions(person):
        if session.name == name:
            await execute("DELETE FROM session WHERE id = $1 AND subject = $2", session.id, person)


async def end_all(person: str, *, but: bytes = b"") -> int:
    """End all sessions of a person, or all but one; return how many."""
    return await execute("DELETE FROM session WHERE subject = $1 AND id <> $2", person, but)


# The first that is in the browser's name for itself says what it is; within a place the order counts.
PLACES = (("MicroMessenger", "微信"), ("HarmonyOS", "鸿蒙手机"), ("iPhone", "苹果手机"), ("iPad", "苹果平板"))
SYSTEMS = (("Android", "安卓手机"), ("Windows", "Windows 电脑"), ("Macintosh", "苹果电脑"), ("Linux", "Linux 电脑"))


def device_in(agent: str) -> str:
    """Return what a browser runs on, in words."""
    return next((name for mark, name in (*PLACES, *SYSTEMS) if mark in agent), "别的设备")
