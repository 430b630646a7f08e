"""The second factor of staff: codes of an authenticator app (RFC 6238), and recovery codes on paper.

A code is good for its half minute and the ones beside it, and once. Recovery codes follow from
the secret by a keyed hash, so none is stored; a used one is written down.
"""

import base64
import hmac
from datetime import datetime, timedelta
from urllib.parse import quote

import msgspec

from portal.accounts.tables import RecoveryCode, SecondFactor
from portal.core.store.crypto import keyed, open_bytes, random_bytes, same, seal_bytes
from portal.core.store.database import Taken, execute, fetch_one, fetch_value, insert
from portal.core.tools import clock
from portal.core.tools.settings import SETTINGS

STEP = 30
BESIDE = 1  # half minutes a clock may be wrong
# In the demonstration several people share a login; each is shown a code that nobody has used.
AHEAD = 40 if SETTINGS.demo else BESIDE
RECOVERY_CODES = 10
SHOWN_FOR = timedelta(minutes=10)
ISSUER = "MenTe"


class Factor(msgspec.Struct, frozen=True):
    """A second factor as stored."""

    staff: str
    secret: bytes
    last_step: int
    confirmed_at: datetime | None

    @property
    def key(self) -> bytes:
        """The secret."""
        return open_bytes(self.secret, f"second_factor.secret:{self.staff}")

    @property
    def base32(self) -> str:
        """The secret as people type it into an app, in groups of four."""
        return base64.b32encode(self.key).decode().rstrip("=")


def code_at(key: bytes, step: int) -> str:
    """Return the six digits of a half minute (RFC 6238 with HMAC-SHA-1, as every app has it)."""
    hashed = hmac.digest(key, step.to_bytes(8, "big"), "sha1")
    at = hashed[-1] & 15
    return f"{(int.from_bytes(hashed[at : at + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06}"


def present_step() -> int:
    """Return the number of this half minute."""
    return int(clock.now().timestamp()) // STEP


async def factor(staff: str) -> Factor | None:
    """Return the second factor of a member of staff."""
    return await fetch_one(Factor, "FROM second_factor WHERE staff = $1", staff)


async def prepare(staff: str) -> None:
    """Create a TOTP secret if the member has none; it is inactive until a first code confirms it."""
    if await factor(staff):
        return
    secret = seal_bytes(random_bytes(20), f"second_factor.secret:{staff}")
    try:
        await insert(SecondFactor, staff=staff, secret=secret, last_step=0, made_at=clock.now())
    except Taken:  # asked for twice at once
        return


async def fits(staff: str, code: str) -> bool:
    """Return whether a code is good now, and use it up; the first good one confirms the secret."""
    mine = await factor(staff)
    if mine is None:
        return False
    now = present_step()
    for step in range(now - BESIDE, now + AHEAD + 1):
        if same(code_at(mine.key, step).encode(), code.encode()):
            return await _used(staff, step)
    return False


async def _used(staff: str, step: int) -> bool:
    used = await execute(
        "UPDATE second_factor SET last_step = $2, confirmed_at = COALESCE(confirmed_at, $3) "
        "WHERE staff = $1 AND last_step < $2",
        staff,
        step,
        clock.now(),
    )
    return bool(used)


async def recovers(staff: str, code: str) -> bool:
    """Return whether *code* is a recovery code that was not used yet, and use it up."""
    mine = await factor(staff)
    tidy = code.replace("-", "").replace(" ", "").lower()
    if mine is None or not any(same(good.replace("-", "").encode(), tidy.encode()) for good in recovery_codes(mine)):
        return False
    try:
        await insert(RecoveryCode, id=keyed("used recovery", staff, tidy), staff=staff, used_at=clock.now())
    except Taken:
        return False
    return True


# D28: computed, never stored; what is not stored cannot be stolen.
def recovery_codes(factor: Factor) -> list[str]:
    """Return the recovery codes, ``k7fp-2m9x``: letters and digits that are not mistaken for others."""
    made = [keyed("recovery", factor.staff, factor.base32, str(number)) for number in range(RECOVERY_CODES)]
    texts = ["".join("abcdefghjkmnpqrstuvwxyz23456789"[byte % 31] for byte in code[:8]) for code in made]
    return [f"{text[:4]}-{text[4:]}" for text in texts]


async def recovery_left(staff: str) -> int:
    """Return how many recovery codes were not used."""
    return RECOVERY_CODES - int(await fetch_value("SELECT count(*) FROM recovery_code WHERE staff = $1", staff))


def just_confirmed(factor: Factor) -> bool:
    """Return whether the recovery codes may be shown: shortly after setting up, and never again."""
    return factor.confirmed_at is not None and clock.now() - factor.confirmed_at < SHOWN_FOR


def address(factor: Factor, login: str) -> str:
    """Return the otpauth address for the QR code that the app scans."""
    return f"otpauth://totp/{quote(ISSUER)}:{quote(login)}?secret={factor.base32}&issuer={quote(ISSUER)}"


async def unused_code(staff: str) -> str:
    """Return the first code that nobody has used, for the demonstration and for tests."""
    mine = await factor(staff)
    return code_at(mine.key, max(present_step(), mine.last_step + 1)) if mine else ""
