"""Proof of work before a code, in the form of ALTCHA: nothing to see, hear or solve for a person.

The browser searches for the number whose salted hash is the one we named. Without script a person
waits half a minute instead: a ticket says from when it is good. Both are sealed, belong to one
browser, work once and expire.
"""

import base64
from datetime import timedelta
from hashlib import sha256

import msgspec

from portal.core.store import limits
from portal.core.store.crypto import digest, keyed, random_bytes, same, token
from portal.core.tools import clock
from portal.core.tools.settings import SETTINGS
from portal.core.web.sessions import Visitor

LIFE = 600  # seconds


class Puzzle(msgspec.Struct, frozen=True):
    """What the browser gets, as ALTCHA names it."""

    algorithm: str
    challenge: str
    maxnumber: int
    salt: str
    signature: str


class Solution(msgspec.Struct, frozen=True):
    """What comes back."""

    algorithm: str
    challenge: str
    number: int
    salt: str
    signature: str


# D25: nothing to see or solve; a picture puzzle stops the people this portal is for.
def puzzle(visitor: Visitor) -> Puzzle:
    """Return a puzzle for the visitor's browser."""
    salt = f"{token(12)}?expires={_now() + LIFE}&for={_browser(visitor)}"
    number = int.from_bytes(random_bytes(8)) % SETTINGS.proof
    challenge = sha256(f"{salt}{number}".encode()).hexdigest()
    return Puzzle("SHA-256", challenge, SETTINGS.proof, salt, _signature(challenge))


def ticket(visitor: Visitor) -> str:
    """Return a ticket that is good after the wait of somebody without script."""
    text = f"{_now() + SETTINGS.proof_wait}.{token(8)}.{_browser(visitor)}"
    return f"{text}.{_signature(text)}"


async def proved(visitor: Visitor, solution: str, ticket: str) -> bool:
    """Return whether a puzzle was solved, or the wait is over; either works once."""
    used = _solved(visitor, solution) or (ticket if seconds_left(visitor, ticket) == 0 else "")
    return bool(used) and await limits.hits("proof", used, timedelta(seconds=2 * LIFE)) == 1


def seconds_left(visitor: Visitor, ticket: str) -> int:
    """Return how many seconds are left to wait; -1 if the ticket is not ours or too old."""
    text, _, signature = ticket.rpartition(".")
    since, _, rest = text.partition(".")
    if not same(signature.encode(), _signature(text).encode()) or rest.rpartition(".")[2] != _browser(visitor):
        return -1
    left = int(since) - _now()
    return max(0, left) if left > -LIFE else -1


def _solved(visitor: Visitor, solution: str) -> str:
    """Return the challenge that was solved, or an empty text."""
    try:
        given = msgspec.json.decode(base64.b64decode(solution.encode("ascii"), validate=True), type=Solution)
    except (ValueError, msgspec.DecodeError):
        return ""
    fields = dict(part.partition("=")[::2] for part in given.salt.partition("?")[2].split("&"))
    good = (
        given.algorithm == "SHA-256"
        and same(given.signature.encode(), _signature(given.challenge).encode())
        and given.challenge == sha256(f"{given.salt}{given.number}".encode()).hexdigest()
        and fields.get("for") == _browser(visitor)
        and int(fields["expires"]) > _now()
    )
    return given.challenge if good else ""


def _signature(text: str) -> str:
    return keyed("proof", text).hex()


def _browser(visitor: Visitor) -> str:
    return digest(visitor.cookie).hex()[:16]


def _now() -> int:
    return int(clock.now().timestamp())
