"""The principal whom a proxy names: found, or added without an account; and their phone on record."""

from portal.accounts.person import NAMED, Person, disagreement, known_as, person, phone_number
from portal.accounts.register import Unreachable, register
from portal.accounts.tables import Person as PersonTable
from portal.core.store.crypto import keyed, seal, token
from portal.core.store.database import fetch_value, insert
from portal.core.tools import clock


# D32: never a phone that the proxy typed, or they would ask themselves.
async def phone_on_record(who: Person) -> str:
    """Return the phone number on record: the account's, else the insurance register's, else ""."""
    phone = await fetch_value("SELECT phone FROM person_phone WHERE person = $1 ORDER BY made_at DESC LIMIT 1", who.id)
    if phone:
        return await phone_number(str(phone))
    try:
        record = await register().find(who.id_number)
    except Unreachable:
        return ""
    return record.phone if record else ""


async def named_by_a_proxy(name: str, id_type: str, id_number: str) -> Person | None:
    """Return the person with this name and number, added without an account when new; None if name and number disagree.

    When the principal registers later, the row becomes their account and shows what was done in their name.
    """
    known = await known_as(id_number)
    if known:
        return known if known.name == name else None
    try:
        record = await register().find(id_number)
    except Unreachable:
        record = None
    if disagreement(record, name, ""):
        return None
    id = token()
    await insert(
        PersonTable,
        id=id,
        name=seal(name, f"person.name:{id}"),
        id_type=id_type,
        id_number=seal(id_number, f"person.id_number:{id}"),
        id_hash=keyed("id_number", id_number),
        level=NAMED,
        made_at=clock.now(),
    )
    return await person(id)
