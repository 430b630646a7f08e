"""The phones a person signs in with: one person may have several, one phone may serve several people."""

from portal.accounts.person import PhoneRow
from portal.accounts.tables import PersonPhone
from portal.core.store import audit
from portal.core.store.crypto import opened
from portal.core.store.database import execute, fetch_all, fetch_value, insert, transaction
from portal.core.tools import clock


async def phones_of(person_id: str) -> list[tuple[str, str]]:
    """Return the phones a person signs in with, as id and number, in the order they were bound."""
    rows = await fetch_all(
        PhoneRow,
        "SELECT p.id, p.number FROM person_phone pp JOIN phone p ON p.id = pp.phone "
        "WHERE pp.person = $1 ORDER BY pp.made_at, p.id",
        person_id,
    )
    return [(row.id, opened(row.number, f"phone.number:{row.id}")) for row in rows]


async def add_phone(person_id: str, phone_id: str) -> None:
    """Add a sign-in phone; this opens a closed account again."""
    async with transaction():
        if not await fetch_value("SELECT 1 FROM person_phone WHERE id = $1", f"{person_id}:{phone_id}"):
            await insert(
                PersonPhone, id=f"{person_id}:{phone_id}", person=person_id, phone=phone_id, made_at=clock.now()
            )
        await execute("DELETE FROM closed_account WHERE person = $1", person_id)
        await audit.note(actor=person_id, role="citizen", act="add_phone", thing=f"phone:{phone_id}", about=person_id)


async def remove_phone(person_id: str, phone_id: str) -> bool:
    """Remove a sign-in phone; the last one cannot be removed. Return whether it was removed."""
    async with transaction():
        gone = await execute(
            "DELETE FROM person_phone WHERE id = $1 AND (SELECT count(*) FROM person_phone WHERE person = $2) > 1",
            f"{person_id}:{phone_id}",
            person_id,
        )
        if gone:
            await execute("DELETE FROM phone_use WHERE id = $1", f"{person_id}:{phone_id}")
            await audit.note(
                actor=person_id, role="citizen", act="remove_phone", thing=f"phone:{phone_id}", about=person_id
            )
    return bool(gone)
