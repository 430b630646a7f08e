"""What a person agreed to, in which version; and the end of an account."""

from datetime import datetime

import msgspec

from portal.accounts import devices
from portal.accounts.tables import ClosedAccount, Consent
from portal.core.store import audit, typed
from portal.core.store.crypto import token
from portal.core.store.database import execute, fetch_all, fetch_value, insert, transaction
from portal.core.tools import clock

PURPOSES = {
    "personal_data": "个人信息处理告知",
    "face": "人脸识别",
    "electronic_delivery": "电子送达",
}
# What the account cannot be without: taking it back is closing the account.
NEEDED = {"personal_data"}


class Given(msgspec.Struct, frozen=True):
    """A consent."""

    id: str
    purpose: str
    version: str
    given_at: datetime
    withdrawn_at: datetime | None

    @property
    def words(self) -> str:
        """What was agreed to."""
        return PURPOSES.get(self.purpose, "其他")

    @property
    def withdrawable(self) -> bool:
        """Whether it can be taken back here."""
        return self.withdrawn_at is None and self.purpose not in NEEDED

    @property
    def ends_electronic_delivery(self) -> bool:
        """Whether taking it back ends the service of letters on line."""
        return self.withdrawable and self.purpose == "electronic_delivery"


async def consents_of(person: str) -> list[Given]:
    """Return what a person agreed to, the latest first."""
    return await fetch_all(Given, "FROM consent WHERE person = $1 ORDER BY given_at DESC, id", person)


async def give(person: str, purpose: str, version: str, at: datetime) -> None:
    """Record that a person agreed to this *version*; joins the transaction.

    A consent that still holds is not written twice.
    """
    same = "SELECT 1 FROM consent WHERE person = $1 AND purpose = $2 AND version = $3 AND withdrawn_at IS NULL"
    if not await fetch_value(same, person, purpose, version):
        await insert(Consent, id=token(), person=person, purpose=purpose, version=version, given_at=at)


async def withdraw(person: str, id: str) -> None:
    """Take a consent back from now on, in every version of its words."""
    async with transaction():
        if await execute(
            "UPDATE consent SET withdrawn_at = $3 WHERE person = $2 AND withdrawn_at IS NULL "
            "AND purpose = (SELECT purpose FROM consent WHERE id = $1 AND person = $2) AND purpose <> 'personal_data'",
            id,
            person,
            clock.now(),
        ):
            await audit.note(actor=person, role="citizen", act="withdraw_consent", thing=f"consent:{id}", about=person)


async def close(person: str) -> None:
    """Close an account: no phone leads in any more, every session ends, every consent is taken back.

    Decided cases stay, because the law requires it. A person who comes back proves their identity again.
    """
    now = clock.now()
    async with transaction():
        await execute("DELETE FROM phone_use WHERE id IN (SELECT id FROM person_phone WHERE person = $1)", person)
        await execute("DELETE FROM person_phone WHERE person = $1", person)
        await execute("DELETE FROM device WHERE person = $1", person)
        await execute("UPDATE consent SET withdrawn_at = $2 WHERE person = $1 AND withdrawn_at IS NULL", person, now)
        await execute("DELETE FROM closed_account WHERE person = $1", person)
        await insert(ClosedAccount, person=person, at=now)
        await devices.end_all(person)
        await typed.forget_all(person)
        await audit.note(actor=person, role="citizen", act="close_account", about=person)
