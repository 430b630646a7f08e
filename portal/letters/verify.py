"""核验: anybody who has the code of a letter sees whether it is genuine and still valid; names are masked."""

from datetime import datetime

import msgspec

from portal.cases.benefits.benefit import Benefit, of_case
from portal.cases.benefits.standing import standing as standing_today
from portal.cases.life.case import case_by_id
from portal.core.store.crypto import random_bytes
from portal.core.store.database import fetch_one
from portal.letters.kinds import GRANTING

# Crockford's alphabet: no letter looks like another or like a digit.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_code() -> str:
    """Return 12 random characters of 5 bits each, in groups of four."""
    letters = "".join(ALPHABET[byte & 31] for byte in random_bytes(12))
    return f"{letters[:4]}-{letters[4:8]}-{letters[8:]}"


def read_code(text: str) -> str:
    """Return the code in *text* in its normal form; lower case, missing hyphens and O for 0 are accepted."""
    letters = "".join(text.upper().replace("O", "0").replace("I", "1").replace("L", "1").split())
    letters = letters.replace("-", "")
    good = len(letters) == 12 and set(letters) <= set(ALPHABET)
    return f"{letters[:4]}-{letters[4:8]}-{letters[8:]}" if good else ""


class Found(msgspec.Struct, frozen=True):
    """The letter behind a code."""

    id: str
    case_id: str
    person: str
    kind: str
    number: str
    digest: bytes
    issued_at: datetime
    void_at: datetime | None


async def letter_with(code: str) -> Found | None:
    """Return the letter with the verification code *code*; None if there is none."""
    return await fetch_one(Found, "FROM letter WHERE code = $1 AND kind <> 'L07'", code)


async def benefit_of(case_id: str) -> Benefit | None:
    """Return the benefit that a case gave or re-reviewed; None if there is none."""
    case = await case_by_id(case_id)
    return next(iter(await of_case(case)), None) if case else None


def standing(found: Found, benefit: Benefit | None) -> str:
    """Return the validity of a letter: ``void``, or how the *benefit* stands that it grants; else ``active``."""
    if found.void_at:
        return "void"
    return standing_today(benefit).word if benefit and found.kind in GRANTING else "active"
