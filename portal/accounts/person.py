"""A person with a verified identity: how they are found, shown and masked, and how an account is made."""

from typing import Literal

import msgspec

from portal.accounts.register import Insured, Unreachable, register
from portal.accounts.tables import Birth, Consent, PersonPhone, Phone
from portal.accounts.tables import Person as PersonTable
from portal.core.store.crypto import keyed, opened, seal, seal_json, token
from portal.core.store.database import Taken, execute, fetch_all, fetch_one, fetch_value, insert, transaction
from portal.core.tools import clock

# 实名等级; 0: named by a proxy only, no account yet
NAMED = 0
STATED = 1
REGISTERED = 2
FACE = 3
LEVELS = {
    NAMED: "是代办人填的，本人还没有注册",
    STATED: "还没有核对，是您自己填的",
    REGISTERED: "已核对",
    FACE: "已核对，也用人脸识别核对过",
}


class PersonRow(msgspec.Struct, frozen=True):
    """A person as stored."""

    id: str
    name: bytes
    id_type: str
    id_number: bytes
    card_no: bytes | None
    level: int


class Person(msgspec.Struct, frozen=True):
    """A person, opened."""

    id: str
    name: str
    id_type: str
    id_number: str
    card_no: str
    level: int

    @property
    def masked_name(self) -> str:
        """``张*`` or ``张*三``: enough to know one's own, not enough for others."""
        return masked_name(self.name)

    @property
    def masked_number(self) -> str:
        """``511***********0026``."""
        return masked_number(self.id_number)

    @property
    def level_name(self) -> str:
        """The real-name level in words."""
        return LEVELS[self.level]


def masked_name(name: str) -> str:
    """Return ``张*``, ``张*三``, ``阿*提`` of a name."""
    if len(name) < 2:
        return "*"
    return f"{name[0]}*" if len(name) == 2 else f"{name[0]}*{name[-1]}"


def masked_number(number: str) -> str:
    """Return the first 3 and the last 4 characters of an identity number."""
    return f"{number[:3]}{'*' * max(3, len(number) - 7)}{number[-4:]}"


def masked_phone(number: str) -> str:
    """Return ``138****5678``."""
    return f"{number[:3]}****{number[-4:]}"


def _opened(row: PersonRow) -> Person:
    return Person(
        id=row.id,
        name=opened(row.name, f"person.name:{row.id}"),
        id_type=row.id_type,
        id_number=opened(row.id_number, f"person.id_number:{row.id}"),
        card_no=opened(row.card_no, f"person.card_no:{row.id}") if row.card_no else "",
        level=row.level,
    )


async def person(id: str) -> Person | None:
    """Return the person called *id*."""
    row = await fetch_one(PersonRow, "FROM person WHERE id = $1", id)
    return _opened(row) if row else None


async def behind(phone_id: str) -> list[Person]:
    """Return the people who sign in with a phone, in the order they were bound."""
    rows = await fetch_all(
        PersonRow,
        "SELECT p.id, p.name, p.id_type, p.id_number, p.card_no, p.level FROM person_phone pp "
        "JOIN person p ON p.id = pp.person WHERE pp.phone = $1 ORDER BY pp.made_at, p.id",
        phone_id,
    )
    return [_opened(row) for row in rows]


class PhoneRow(msgspec.Struct, frozen=True):
    """A phone as stored."""

    id: str
    number: bytes


async def phone_number(phone_id: str) -> str:
    """Return the number of a phone, or an empty text."""
    row = await fetch_one(PhoneRow, "FROM phone WHERE id = $1", phone_id)
    return opened(row.number, f"phone.number:{row.id}") if row else ""


async def phone_of(number: str) -> str:
    """Return the id of the phone with *number*; it is added when it is new."""
    known = await fetch_value("SELECT id FROM phone WHERE number_hash = $1", keyed("phone", number))
    if known:
        return str(known)
    id = token()
    try:
        await insert(
            Phone,
            id=id,
            number=seal(number, f"phone.number:{id}"),
            number_hash=keyed("phone", number),
            made_at=clock.now(),
        )
    except Taken:
        return await phone_of(number)
    return id


async def known_as(id_number: str) -> Person | None:
    """Return the person with an identity number."""
    row = await fetch_one(PersonRow, "FROM person WHERE id_hash = $1", keyed("id_number", id_number))
    return _opened(row) if row else None


class Claim(msgspec.Struct, frozen=True):
    """The identity a person claims; *born* and *sex* only where the document number does not contain them."""

    name: str
    id_type: str
    id_number: str
    card_no: str
    consent_version: str
    born: str = ""
    sex: str = ""


class Bound(msgspec.Struct, frozen=True):
    """The outcome of binding an identity: the person, or the reason why not."""

    person: str = ""
    problem: Literal["", "mismatch", "card", "bound_elsewhere"] = ""


async def bind(
    *,
    phone_id: str,
    name: str,
    id_type: str,
    id_number: str,
    card_no: str,
    consent_version: str,
    born: str = "",
    sex: str = "",
) -> Bound:
    """Make an account of a verified phone and an identity, or say why that cannot be.

    The identity is compared with the insurance register. A person who is not in it, or about whom it does
    not answer, is bound on the lowest level and checked by staff later. An identity that is bound to
    another phone is not taken over: that needs a step-up.
    """
    claim = Claim(name, id_type, id_number, card_no, consent_version, born, sex)
    known = await known_as(id_number)
    if known and known.level != NAMED:
        return Bound(problem="bound_elsewhere")
    try:
        record = await register().find(id_number)
    except Unreachable:
        record = None
    problem = disagreement(record, name, card_no)
    if problem:
        return Bound(problem=problem)
    level = REGISTERED if record else STATED
    if known:
        return await _claimed(known.id, phone_id, claim, level)
    try:
        return Bound(await admit(phone_id, claim, level))
    except Taken:  # somebody bound it while we asked the register
        return Bound(problem="bound_elsewhere")


async def _claimed(id: str, phone_id: str, claim: Claim, level: int) -> Bound:
    """Turn the row of a person whom a proxy had named into their own account; of two tries at once the second fails."""
    async with transaction():
        won = await execute(
            "UPDATE person SET name = $2, card_no = $3, level = $4 WHERE id = $1 AND level = $5",
            id,
            seal(claim.name, f"person.name:{id}"),
            seal(claim.card_no, f"person.card_no:{id}") if claim.card_no else None,
            level,
            NAMED,
        )
        if not won:
            return Bound(problem="bound_elsewhere")
        await _belongs(id, phone_id, claim)
    return Bound(id)


async def enter(*, name: str, id_number: str, card_no: str, id_type: str, mobile: str, consent_version: str) -> Bound:
    """Find the person at the counter by their identity number, or add them; the phone is optional.

    A number that is known under another name is not taken, and nothing of the account is changed.
    """
    known = await known_as(id_number)
    if known:
        return Bound(known.id) if known.name == name else Bound(problem="mismatch")
    phone = await phone_of(mobile) if mobile else ""
    return await bind(
        phone_id=phone,
        name=name,
        id_type=id_type,
        id_number=id_number,
        card_no=card_no,
        consent_version=consent_version,
    )


async def admit(phone_id: str, claim: Claim, level: int) -> str:
    """Write a person with their phone and what they agreed to; return the id.

    Raises:
        Taken: the identity has an account.
    """
    id = token()
    async with transaction():
        await insert(
            PersonTable,
            id=id,
            name=seal(claim.name, f"person.name:{id}"),
            id_type=claim.id_type,
            id_number=seal(claim.id_number, f"person.id_number:{id}"),
            id_hash=keyed("id_number", claim.id_number),
            card_no=seal(claim.card_no, f"person.card_no:{id}") if claim.card_no else None,
            level=level,
            made_at=clock.now(),
        )
        await _belongs(id, phone_id, claim)
    return id


async def _belongs(id: str, phone_id: str, claim: Claim) -> None:
    """Write a person's phone and consent, and the day of birth and sex if the document number does not contain them."""
    if claim.born:
        content = seal_json({"born": claim.born, "sex": claim.sex}, f"birth.content:{id}")
        await insert(Birth, person=id, content=content)
    if phone_id:  # somebody entered at the counter may have none
        await insert(PersonPhone, id=f"{id}:{phone_id}", person=id, phone=phone_id, made_at=clock.now())
    await insert(
        Consent, id=token(), person=id, purpose="personal_data", version=claim.consent_version, given_at=clock.now()
    )


def disagreement(record: Insured | None, name: str, card_no: str) -> Literal["", "mismatch", "card"]:
    """Return what differs from the register's *record*: name, card, or nothing. No record counts as no difference."""
    if record is None:
        return ""
    if record.name != name:
        return "mismatch"
    if card_no and record.card_no != card_no:
        return "card"
    return ""
