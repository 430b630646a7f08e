"""Members of staff: who they are, which region and roles, and their sign-in by password and second factor."""

import asyncio
from datetime import timedelta

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error

from portal.accounts import second_factor
from portal.accounts.tables import Staff as StaffTable
from portal.core.store import audit, limits
from portal.core.store.crypto import token
from portal.core.store.database import fetch_all, fetch_one, insert, transaction
from portal.core.tools import clock
from portal.core.tools.i18n import listed
from portal.core.web.sessions import Visitor, start

ROLES = {
    "reviewer": "受理审核员",
    "expert": "专家",
    "approver": "审批人",
    "mail_clerk": "邮寄员",
    "supervisor": "主管",
    "admin": "管理员",
    "auditor": "审计员",
}
IDLE = timedelta(minutes=15)
LASTS = timedelta(hours=8)
HALF = "password"  # the role of who knows the password and has not shown the second factor
HALF_LASTS = timedelta(minutes=10)
TRIES = 5
LOCKED_FOR = timedelta(minutes=15)
LOCKED = "密码错的次数太多了，请 15 分钟后再试，或找管理员。"

HASHER = PasswordHasher()
# Compared when the login is unknown, so that the answer takes as long as for a known one.
_NOBODY = HASHER.hash("nobody")


class Member(msgspec.Struct, frozen=True):
    """A member of staff."""

    id: str
    login: str
    name: str
    region: str
    roles: str
    password: str
    active: bool

    @property
    def role_names(self) -> str:
        """The roles in words."""
        return role_names(self.roles)

    def has(self, role: str) -> bool:
        """Return whether *role* is one of theirs."""
        return role in self.roles.split()


def role_names(roles: str) -> str:
    """Return *roles*, parted by spaces, in words."""
    return listed(ROLES[role] for role in roles.split())


async def member(id: str) -> Member | None:
    """Return the active member of staff called *id*."""
    return await fetch_one(Member, "FROM staff WHERE id = $1 AND active", id)


async def members(region: str, role: str) -> list[Member]:
    """Return the active members of staff of a city who have *role*, by login."""
    found = await fetch_all(Member, "FROM staff WHERE region = $1 AND active ORDER BY login", region)
    return [colleague for colleague in found if colleague.has(role)]


async def by_login(login: str) -> Member | None:
    """Return the member of staff who signs in as *login*."""
    return await fetch_one(Member, "FROM staff WHERE login = $1", login)


async def enter(visitor: Visitor, login: str, password: str, address: str, agent: str) -> Member | None:
    """Check login and password and start a half session, good only for the second-factor page; None if wrong.

    Raises:
        TooMany: too many wrong passwords for this login, or from this address.
    """
    await limits.allow("staff: login", login, TRIES, LOCKED_FOR, LOCKED)
    await limits.allow("staff: address", address, TRIES * 10, LOCKED_FOR, LOCKED)
    found = await fetch_one(Member, "FROM staff WHERE login = $1 AND active", login)
    good = await asyncio.to_thread(_fits, found.password if found else _NOBODY, password)
    if found is None or not good:
        await audit.note(actor="", role="nobody", act="sign_in_failed", thing=f"login:{login[:40]}")
        return None
    async with transaction():
        await limits.forgive("staff: login", login)
        await start(visitor, subject=found.id, roles=HALF, idle=HALF_LASTS, lasts=HALF_LASTS, agent=agent)
    return found


async def enter_fully(visitor: Visitor, me: Member, code: str, agent: str, *, recovery: bool = False) -> bool:
    """Check the second factor and start the full session; return False if the code is wrong.

    Raises:
        TooMany: too many wrong codes for this member.
    """
    await limits.allow("staff: code", me.id, TRIES, LOCKED_FOR, LOCKED)
    good = await (second_factor.recovers(me.id, code) if recovery else second_factor.fits(me.id, code))
    if not good:
        await audit.note(actor=me.id, role="nobody", act="sign_in_failed", thing="second factor")
        return False
    async with transaction():
        await limits.forgive("staff: code", me.id)
        await start(visitor, subject=me.id, roles=f"staff {me.roles}", idle=IDLE, lasts=LASTS, agent=agent)
        await audit.note(actor=me.id, role="staff", act="sign_in", thing="recovery code" if recovery else "")
    return True


async def add(*, login: str, name: str, region: str, roles: str, password_hash: str) -> str:
    """Add a member of staff and return the id; *password_hash* comes from `hashed`.

    Raises:
        Taken: the login is somebody else's.
        ValueError: a role nobody knows.
    """
    unknown = set(roles.split()) - set(ROLES)
    if unknown:
        raise ValueError(f"no such role: {', '.join(sorted(unknown))}")
    id = token()
    await insert(
        StaffTable,
        id=id,
        login=login,
        name=name,
        region=region,
        roles=roles,
        password=password_hash,
        active=True,
        made_at=clock.now(),
    )
    return id


def hashed(password: str) -> str:
    """Return how *password* is kept; takes a while on purpose."""
    return HASHER.hash(password)


def _fits(kept: str, password: str) -> bool:
    try:
        return HASHER.verify(kept, password)
    except Argon2Error:
        return False
