"""Accounts of staff as the admin of a city keeps them: added, switched off, given roles, given a new way in.

A new member, or one who lost phone or password, is handed a set-up code in person: it is shown once, holds for three
days, and lets its owner choose a password; the second factor is set up anew at the next sign-in. The code
follows from what is stored by a keyed hash, so it is stored nowhere itself.
"""

import asyncio
from datetime import datetime, timedelta

import msgspec

from portal.accounts import devices, staff
from portal.accounts.staff import ROLES, Member
from portal.accounts.tables import StaffSetup
from portal.core.store import audit, limits
from portal.core.store.crypto import keyed, random_bytes, same, token
from portal.core.store.database import Taken, execute, fetch_all, fetch_one, insert, transaction
from portal.core.tools import clock
from portal.core.tools.signals import Signal

HOLDS = timedelta(days=3)
SHOWN_FOR = timedelta(minutes=10)
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none is mistaken for another
SHORTEST = 12


class LoginTaken(Exception):
    """The login is somebody's already."""


class User(msgspec.Struct, frozen=True):
    """A member of staff as the list shows them, those who were switched off too."""

    id: str
    login: str
    name: str
    region: str
    roles: str
    active: bool
    factor: bool

    @property
    def seen(self) -> str:
        """What a form carries to show which state its page was made from."""
        return f"{self.roles}.{'on' if self.active else 'off'}"

    @property
    def role_names(self) -> str:
        """The roles in words."""
        return staff.role_names(self.roles)


class Setup(msgspec.Struct, frozen=True):
    """A set-up that was begun and not finished."""

    staff: str
    nonce: bytes
    given_by: str
    made_at: datetime
    ends_at: datetime

    @property
    def code(self) -> str:
        """The code, in groups of four."""
        made = keyed("set up", self.staff, self.nonce.hex())
        text = "".join(LETTERS[byte % len(LETTERS)] for byte in made[:16])
        return "-".join(text[at : at + 4] for at in range(0, 16, 4))


SWITCHED_OFF = Signal[[User, Member], None]()  # an account was switched off: whose, and by whom
COLUMNS = (
    "SELECT s.id, s.login, s.name, s.region, s.roles, s.active, f.confirmed_at IS NOT NULL AS factor "
    "FROM staff s LEFT JOIN second_factor f ON f.staff = s.id"
)


async def users(region: str) -> list[User]:
    """Return everybody of a city, those at work first."""
    return await fetch_all(User, f"{COLUMNS} WHERE s.region = $1 ORDER BY s.active DESC, s.login", region)


async def user_in(id: str, region: str) -> User | None:
    """Return one member of a city."""
    return await fetch_one(User, f"{COLUMNS} WHERE s.id = $1 AND s.region = $2", id, region)


async def add(login: str, name: str, roles: list[str], by: Member) -> str:
    """Add a member of staff to the city of *by* and begin their set-up; return the id.

    Raises:
        LoginTaken: the login is somebody's already.
    """
    given = ordered(roles)
    nobody_knows = await asyncio.to_thread(staff.hashed, token())
    try:
        async with transaction():
            id = await staff.add(login=login, name=name, region=by.region, roles=given, password_hash=nobody_knows)
            await _begin(id, by)
            await _noted(by, "add_staff", id, given)
    except Taken as error:
        raise LoginTaken(login) from error
    return id


async def change_roles(user: User, roles: list[str], by: Member) -> bool:
    """Give other roles; open sessions end, because they hold the old ones.

    Return False if somebody changed it meanwhile.
    """
    async with transaction():
        changed = await execute(
            "UPDATE staff SET roles = $2 WHERE id = $1 AND roles = $3", user.id, ordered(roles), user.roles
        )
        if changed:
            await devices.end_all(user.id)
            await _noted(by, "change_roles", user.id, f"{user.roles} -> {ordered(roles)}")
    return bool(changed)


async def switch(user: User, by: Member, *, on: bool) -> bool:
    """Switch a member off at once, which hands back all they had in hand; or switch them on again.

    Return False if somebody changed it meanwhile.
    """
    async with transaction():
        changed = await execute("UPDATE staff SET active = $2 WHERE id = $1 AND active <> $2", user.id, on)
        if changed:
            await devices.end_all(user.id)
            await execute("DELETE FROM staff_setup WHERE staff = $1", user.id)
            if not on:
                await SWITCHED_OFF.send(user, by)
            await _noted(by, "switch_on" if on else "switch_off", user.id)
    return bool(changed)


# D56: the member finishes with a code handed over in person, so no admin ever knows a password.
async def reset(user: User, by: Member) -> None:
    """Begin a new set-up: the old password, authenticator app, recovery codes and passkeys stop working."""
    shut = await asyncio.to_thread(staff.hashed, token())
    async with transaction():
        await execute("UPDATE staff SET password = $2 WHERE id = $1", user.id, shut)
        for table in ("second_factor", "recovery_code", "passkey", "staff_setup"):
            await execute(f"DELETE FROM {table} WHERE staff = $1", user.id)
        await devices.end_all(user.id)
        await _begin(user.id, by)
        await _noted(by, "reset_sign_in", user.id)


async def _begin(id: str, by: Member) -> None:
    now = clock.now()
    await insert(StaffSetup, staff=id, nonce=random_bytes(16), given_by=by.id, made_at=now, ends_at=now + HOLDS)


async def _noted(by: Member, act: str, id: str, why: str = "") -> None:
    await audit.note(actor=by.id, role="staff", act=act, thing=f"staff:{id}", why=why)


async def setup_of(id: str) -> Setup | None:
    """Return the set-up somebody was given and has not finished."""
    return await fetch_one(Setup, "FROM staff_setup WHERE staff = $1 AND ends_at > $2", id, clock.now())


def shown_to(setup: Setup | None, by: Member) -> str:
    """Return the set-up code for the admin who made it while it may still be shown, else ""."""
    fresh = setup is not None and setup.given_by == by.id and clock.now() - setup.made_at < SHOWN_FOR
    return setup.code if setup and fresh else ""


async def finish(login: str, code: str, password: str, address: str) -> bool:
    """Set the password of the member who shows a good set-up code, which works once; return whether it was good.

    Raises:
        TooMany: too many wrong codes for this login, or from this address.
    """
    await limits.allow("staff: login", login, staff.TRIES, staff.LOCKED_FOR, staff.LOCKED)
    await limits.allow("staff: address", address, staff.TRIES * 10, staff.LOCKED_FOR, staff.LOCKED)
    found = await staff.by_login(login)
    known = await setup_of(found.id) if found and found.active else None
    tidy = code.strip().lower().replace("-", "").replace(" ", "")
    if found is None or known is None or not same(known.code.replace("-", "").encode(), tidy.encode()):
        return False
    kept = await asyncio.to_thread(staff.hashed, password)
    async with transaction():
        if not await execute("DELETE FROM staff_setup WHERE staff = $1 AND nonce = $2", found.id, known.nonce):
            return False
        await execute("UPDATE staff SET password = $2 WHERE id = $1", found.id, kept)
        await limits.forgive("staff: login", login)
        await audit.note(actor=found.id, role="staff", act="set_up_sign_in", thing=f"staff:{found.id}")
    return True


def ordered(roles: list[str]) -> str:
    """Return the roles we know among *roles*, in our order."""
    return " ".join(role for role in ROLES if role in roles)
