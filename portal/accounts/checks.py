"""Identities that somebody must look at: no dead end where the machine is not sure.

Two kinds: a *mismatch* with the insurance register (homophones in names, rare characters, an old
card), and a *rebind*, an identity that has an account under another phone. Staff of the city
decide; a rebind may be decided by a face check too. What was typed is sealed.
"""

from datetime import datetime
from typing import Literal

import msgspec

from portal.accounts import devices, person, phones
from portal.accounts.person import REGISTERED, Claim
from portal.accounts.tables import IdentityCheck
from portal.core.store import audit
from portal.core.store.crypto import opened_json, seal_json, token
from portal.core.store.database import Taken, execute, fetch_all, fetch_one, insert, transaction
from portal.core.tools import clock
from portal.regions.load import Region

Kind = Literal["mismatch", "rebind"]
REASONS = {
    "wrong_name": "姓名和证件号对不上",
    "not_reached": "按手机号联系不到您",
    "not_the_person": "核对下来不是本人",
    "other": "其他原因，请打热线问",
}


class CheckRow(msgspec.Struct, frozen=True):
    """A check as stored."""

    id: str
    region: str
    kind: str
    phone: str
    person: str
    content: bytes
    state: str
    reason: str
    made_at: datetime


class Check(msgspec.Struct, frozen=True):
    """A check, opened. States: begun (not yet asked of staff), open, passed, refused."""

    id: str
    region: str
    kind: str
    phone: str
    person: str
    claim: Claim
    state: str
    reason: str
    made_at: datetime

    @property
    def begun(self) -> bool:
        """Whether nobody has been asked yet."""
        return self.state == "begun"

    @property
    def waits_for_staff(self) -> bool:
        """Whether staff have been asked and have not decided."""
        return self.state == "open"

    @property
    def passed(self) -> bool:
        """Whether it is the person."""
        return self.state == "passed"

    @property
    def new_phone(self) -> bool:
        """Whether somebody with an account wants to come in by another phone."""
        return self.kind == "rebind"

    @property
    def reason_words(self) -> str:
        """Why it was refused."""
        return REASONS.get(self.reason, "")


def _opened(row: CheckRow) -> Check:
    content = msgspec.convert(opened_json(row.content, f"identity_check.content:{row.id}"), Claim)
    return Check(row.id, row.region, row.kind, row.phone, row.person, content, row.state, row.reason, row.made_at)


# D27: no person is made before somebody has looked, so nobody can squat on an identity.
async def begin(kind: Kind, region: Region, phone: str, claim: Claim) -> str:
    """Write down what is to be checked and return the id; nobody is asked yet."""
    id = token()
    known = await person.known_as(claim.id_number)
    await insert(
        IdentityCheck,
        id=id,
        region=region.id,
        kind=kind,
        phone=phone,
        person=known.id if known else "",
        content=seal_json(claim, f"identity_check.content:{id}"),
        state="begun",
        made_at=clock.now(),
    )
    return id


async def ask_staff(check: Check) -> None:
    """Have staff of the city look at it."""
    await execute("UPDATE identity_check SET state = 'open' WHERE id = $1 AND state = 'begun'", check.id)


async def check_of_phone(id: str, phone: str) -> Check | None:
    """Return the check with this *id* if it was begun with *phone*, else None."""
    row = await fetch_one(CheckRow, "FROM identity_check WHERE id = $1 AND phone = $2", id, phone)
    return _opened(row) if row else None


async def last_of_phone(phone: str) -> Check | None:
    """Return what was last asked of staff with *phone*."""
    row = await fetch_one(
        CheckRow, "FROM identity_check WHERE phone = $1 AND state <> 'begun' ORDER BY made_at DESC LIMIT 1", phone
    )
    return _opened(row) if row else None


async def open_in(region: str) -> list[Check]:
    """Return what staff of a city have to look at, the oldest first."""
    rows = await fetch_all(
        CheckRow, "FROM identity_check WHERE region = $1 AND state = 'open' ORDER BY made_at, id LIMIT 200", region
    )
    return [_opened(row) for row in rows]


async def check_in(id: str, region: str) -> Check | None:
    """Return the check called *id* if it is of the city."""
    row = await fetch_one(
        CheckRow, "FROM identity_check WHERE id = $1 AND region = $2 AND state <> 'begun'", id, region
    )
    return _opened(row) if row else None


async def settle(check: Check, *, by: str, role: str, region: Region, reason: str = "") -> bool:
    """Decide: without a *reason* it passed, and the account is made or the phone added.

    Returns False if somebody decided it meanwhile, or if the identity has another account by now.
    """
    try:
        return await _settled(check, by, role, region, reason)
    except Taken:
        return False


async def _settled(check: Check, by: str, role: str, region: Region, reason: str) -> bool:
    async with transaction():
        state = "refused" if reason else "passed"
        settled = await execute(
            "UPDATE identity_check SET state = $2, reason = $3, decided_by = $4, decided_at = $5 "
            "WHERE id = $1 AND state IN ('begun', 'open')",
            check.id,
            state,
            reason,
            by,
            clock.now(),
        )
        if not settled:
            return False
        whose = check.person if reason else await _let_in(check, region)
        thing = f"identity_check:{check.id}"
        await audit.note(actor=by, role=role, act=f"identity_{state}", thing=thing, about=whose, why=reason)
        return True


async def _let_in(check: Check, region: Region) -> str:
    """Make the account or add the phone, and return whose it is."""
    known = await person.known_as(check.claim.id_number)
    if known is None and check.kind == "mismatch":
        return await person.admit(check.phone, check.claim, REGISTERED)
    if known is None or known.id != check.person:  # it was bound while we looked
        raise Taken("the identity has another account by now")
    await phones.add_phone(known.id, check.phone)
    await devices.heard_from(known.id, check.phone)
    await devices.NEW_PLACE.send(known.id, region)
    return known.id
