"""Passkeys of staff (WebAuthn): a signed-in member makes one, and it then replaces password and code.

A challenge carries its end and a seal that ties it to one browser's cookie and to one purpose, so a
page can hold one without a row being written. Its use is written down, so that it works once.

`authenticator`, with the library behind it, is loaded at the first use.
"""

import json
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import msgspec

from portal.accounts.staff import IDLE, LASTS, LOCKED_FOR, TRIES, Member, member
from portal.accounts.tables import Passkey as PasskeyTable
from portal.core.store import audit, limits
from portal.core.store.crypto import keyed, random_bytes, same, token
from portal.core.store.database import Taken, execute, fetch_all, fetch_one, insert, transaction
from portal.core.tools import clock
from portal.core.tools.settings import SETTINGS
from portal.core.web.sessions import Visitor, start

LIFE = timedelta(minutes=5)
AT_MOST = 10  # passkeys of one member
ADDED_AT_MOST = 20  # tries to add one, in an hour
SIZE = 20_000  # characters of an answer; a real one has about a thousand
LOCKED = "试的次数太多了，请 15 分钟后再试，或者用密码和动态验证码登录。"
ADD, ENTER = "add", "enter"
# bytes of a challenge
RANDOM = 16
END = 8
SEAL = 16
TIMEOUT = int(LIFE.total_seconds() * 1000)  # milliseconds


class Site(msgspec.Struct, frozen=True):
    """Where passkeys are good: the domain they are tied to ("" where there is none), and the origin of pages."""

    id: str
    origin: str


class Passkey(msgspec.Struct, frozen=True):
    """A passkey as stored."""

    id: str
    staff: str
    credential_id: bytes
    public_key: bytes
    sign_count: int
    name: str
    made_at: datetime
    used_at: datetime | None


def site(origin: str) -> Site:
    """Return where passkeys are good for a portal at *origin*.

    Browsers tie passkeys to domains and refuse addresses of numbers; a laptop's own is called localhost.
    """
    parts = urlsplit(origin)
    host = parts.hostname or ""
    try:
        loopback = ip_address(host).is_loopback
    except ValueError:
        return Site(host, f"{parts.scheme}://{parts.netloc}")
    port = f":{parts.port}" if parts.port else ""
    return Site("localhost", f"{parts.scheme}://localhost{port}") if loopback else Site("", "")


SITE = site(SETTINGS.public_origin)


async def passkeys(staff: str) -> list[Passkey]:
    """Return the passkeys of a member of staff, the oldest first."""
    return await fetch_all(Passkey, "FROM passkey WHERE staff = $1 ORDER BY made_at, id", staff)


def options_to_add(visitor: Visitor, me: Member, known: list[Passkey]) -> str:
    """Return the JSON from which the browser makes a passkey, or "" when none can be added."""
    from portal.accounts import authenticator

    if not SITE.id or len(known) >= AT_MOST:
        return ""
    return authenticator.options_to_add(
        site=SITE.id,
        member=(me.id, me.login, me.name),
        challenge=challenge(visitor, ADD),
        timeout=TIMEOUT,
        known=[passkey.credential_id for passkey in known],
    )


def options_to_enter(visitor: Visitor) -> str:
    """Return the JSON that the browser signs with any passkey of this site; "" when passkeys cannot be used."""
    from portal.accounts import authenticator

    if not SITE.id:
        return ""
    return authenticator.options_to_enter(site=SITE.id, challenge=challenge(visitor, ENTER), timeout=TIMEOUT)


async def add(visitor: Visitor, me: Member, name: str, answer: str) -> bool:
    """Keep the passkey that a browser has made for *me*, or return False.

    Raises:
        TooMany: too many tries within the hour.
    """
    from portal.accounts import authenticator

    await limits.allow("passkey: add", me.id, ADDED_AT_MOST, timedelta(hours=1))
    if len(await passkeys(me.id)) >= AT_MOST:
        return False
    try:
        given = _read(answer)
        made = authenticator.added(given, await _used(visitor, ADD, given), SITE.id, SITE.origin)
        async with transaction():
            id = await _keep(me, name, made.credential_id, made.credential_public_key, made.sign_count)
            await audit.note(actor=me.id, role="staff", act="add_passkey", thing=f"passkey:{id}")
    except (*authenticator.UNREADABLE, Taken):
        return False
    return True


async def enter(visitor: Visitor, answer: str, address: str, agent: str) -> bool:
    """Sign in the member whose passkey signed this browser's challenge; return False if there is none.

    Raises:
        TooMany: too many tries from this address, or with this passkey.
    """
    from portal.accounts import authenticator

    await limits.allow("passkey: address", address, TRIES * 10, LOCKED_FOR, LOCKED)
    try:
        found = await _proven(visitor, _read(answer))
    except authenticator.UNREADABLE:
        found = None
    if found is None:
        await audit.note(actor="", role="nobody", act="sign_in_failed", thing="passkey")
        return False
    key, me = found
    async with transaction():
        await limits.forgive("passkey: key", key.id)
        await start(visitor, subject=me.id, roles=f"staff {me.roles}", idle=IDLE, lasts=LASTS, agent=agent)
        await audit.note(actor=me.id, role="staff", act="sign_in", thing=f"passkey:{key.id}")
    return True


async def remove(me: Member, id: str) -> bool:
    """Forget a passkey of *me*; return whether there was one."""
    async with transaction():
        if not await execute("DELETE FROM passkey WHERE id = $1 AND staff = $2", id, me.id):
            return False
        await audit.note(actor=me.id, role="staff", act="remove_passkey", thing=f"passkey:{id}")
    return True


# D50: not stored: it carries its end and a seal, so looking at a page writes nothing.
def challenge(visitor: Visitor, purpose: str) -> bytes:
    """Return a new challenge for this browser; a newcomer gets the cookie it is tied to."""
    cookie = visitor.csrf and visitor.cookie
    end = int((clock.now() + LIFE).timestamp()).to_bytes(END, "big")
    body = random_bytes(RANDOM) + end
    return body + _seal(body, purpose, cookie)


def _seal(body: bytes, purpose: str, cookie: str) -> bytes:
    return keyed("passkey challenge", purpose, cookie, body.hex())[:SEAL]


async def _used(visitor: Visitor, purpose: str, given: dict[str, Any]) -> bytes:
    """Return the challenge of an answer; it is used up even if the answer turns out to be wrong.

    Raises:
        ValueError: it is of another browser or purpose, too old, or was used before.
    """
    from portal.accounts import authenticator

    shown = authenticator.challenge_in(given)
    body = shown[:-SEAL]
    seal = shown[-SEAL:]
    if len(body) != RANDOM + END or not same(seal, _seal(body, purpose, visitor.cookie)):
        raise ValueError("a challenge of another browser")
    if int.from_bytes(body[RANDOM:], "big") <= clock.now().timestamp():
        raise ValueError("a challenge that has run out")
    if await limits.hits("passkey: challenge", shown.hex(), LIFE) > 1:
        raise ValueError("a challenge that was used")
    return shown


async def _proven(visitor: Visitor, given: dict[str, Any]) -> tuple[Passkey, Member] | None:
    """Return the passkey that signed the answer and its owner, an active member; None if there is none.

    Raises:
        UNREADABLE: the answer is not good.
    """
    from portal.accounts import authenticator

    signed = await _used(visitor, ENTER, given)
    key = await fetch_one(Passkey, "FROM passkey WHERE credential_id = $1", authenticator.raw(given["rawId"]))
    if key is None:
        return None
    await limits.allow("passkey: key", key.id, TRIES, LOCKED_FOR, LOCKED)
    count = authenticator.proven(given, signed, SITE.id, SITE.origin, key.public_key, key.sign_count)
    handle = given["response"].get("userHandle")
    me = await member(key.staff)
    if me is None or (handle and authenticator.raw(handle) != me.id.encode()):
        return None
    # Two answers with one count are a copy of the key, even when they come at the same time.
    counted = await execute(
        "UPDATE passkey SET sign_count = $2, used_at = $3 WHERE id = $1 AND (sign_count < $2 OR sign_count = 0)",
        key.id,
        count,
        clock.now(),
    )
    return (key, me) if counted else None


def _read(answer: str) -> dict[str, Any]:
    given = json.loads(answer) if len(answer) <= SIZE else None
    if not isinstance(given, dict) or not isinstance(given.get("response"), dict):
        raise ValueError("not an answer of a browser")
    return given


async def _keep(me: Member, name: str, credential_id: bytes, public_key: bytes, sign_count: int) -> str:
    id = token()
    await insert(
        PasskeyTable,
        id=id,
        staff=me.id,
        credential_id=credential_id,
        public_key=public_key,
        sign_count=sign_count,
        name=name,
        made_at=clock.now(),
    )
    return id
