"""Encryption of personal data (sealing), keyed hashes to look it up, and all randomness.

A sealed value is ``1 | key id | nonce (12) | ciphertext and tag``, of AES-256-GCM or SM4-GCM as
the key is; the table, row and column it belongs to are authenticated with it, so a value moved
elsewhere does not open.
Keys live in a file of mode 0600 (`portal keys` makes it)::

    index = "..."          # keyed hashes: look-up, sessions, codes; never changes
    seal = 2               # the key that seals from now on
    [keys]
    1 = "..."              # older keys still open
    2 = "sm4:..."          # a key of another cipher says so
"""

import base64
import hmac
import os
import secrets
import tomllib
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec

from portal.core.store.ciphers import Sealing, new_key, read_key
from portal.core.tools.settings import SETTINGS

FORMAT = 1
NONCE = 12
LAST_KEY = 255


class KeysMissing(Exception):
    """The key file is not there, or cannot be used; the message says what to do."""


class Keys(msgspec.Struct, frozen=True):
    """The keys of this installation."""

    index: bytes
    seal: int
    keys: dict[int, Sealing]


def key_file() -> Path:
    """Return where the keys are kept."""
    return Path(SETTINGS.keys) if SETTINGS.keys else SETTINGS.data / "keys.toml"


def make_keys() -> Path:
    """Write a new key file (never over an old one) and return its path.

    Raises:
        FileExistsError: there are keys already; new ones would make old data unreadable.
    """
    path = key_file()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    _write(path, new_key("aes"), 1, {"1": new_key(SETTINGS.cipher)})
    return path


def add_key() -> int:
    """Add a new key to the key file, to seal with from now on; return its number.

    The file is replaced as a whole, so a reader sees the old or the new one; processes that run
    read it again when they meet a number they do not know.

    Raises:
        KeysMissing: there is no good key file.
        ValueError: there is no number left (a sealed thing has one byte for it).
    """
    number = max(keys().keys) + 1
    if number > LAST_KEY:
        raise ValueError("no number left for another key")
    path = key_file()
    found = tomllib.loads(path.read_text())
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    _write(fresh, found["index"], number, {**found["keys"], str(number): new_key(SETTINGS.cipher)})
    fresh.replace(path)
    keys.cache_clear()
    return number


def _write(path: Path, index: str, seal: int, known: Mapping[str, str]) -> None:
    lines = [f'index = "{index}"', f"seal = {seal}", "", "[keys]", *(f'{n} = "{key}"' for n, key in known.items()), ""]
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write("\n".join(lines))
        file.flush()
        os.fsync(file.fileno())


@cache
def keys() -> Keys:
    """Return the keys, read once.

    Raises:
        KeysMissing: no key file, or others can read it, or it is not in the form above.
    """
    path = key_file()
    if not path.is_file():
        raise KeysMissing(f"no key file at {path}: make one with `portal keys`")
    if path.stat().st_mode & 0o077:
        raise KeysMissing(f"{path} can be read by others: chmod 600 it")
    try:
        found = tomllib.loads(path.read_text())
        opened = {int(number): read_key(key) for number, key in found["keys"].items()}
        if found["seal"] not in opened:
            raise ValueError(f"there is no key {found['seal']} to seal with")
        return Keys(index=base64.b64decode(found["index"]), seal=found["seal"], keys=opened)
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise KeysMissing(f"{path} is not a key file: {error}") from error


def key(number: int) -> Sealing:
    """Return the key with this number; reads the key file again if another process has added it.

    Raises:
        KeyError: there is none.
    """
    if number not in keys().keys:
        keys.cache_clear()
    return keys().keys[number]


def seal(text: str, place: str) -> bytes:
    """Return *text* sealed for *place* (``table.column:row``)."""
    return seal_bytes(text.encode(), place)


def opened(sealed: bytes, place: str) -> str:
    """Return the text that was sealed for *place*.

    Raises:
        cryptography.exceptions.InvalidTag: it was sealed for another place, or changed.
    """
    return open_bytes(sealed, place).decode()


def seal_json(thing: Any, place: str) -> bytes:
    """Return *thing* as JSON, sealed for *place*."""
    return seal_bytes(msgspec.json.encode(thing), place)


def opened_json(sealed: bytes, place: str) -> Any:
    """Return the JSON that was sealed for *place*."""
    return msgspec.json.decode(open_bytes(sealed, place))


def seal_bytes(plain: bytes, place: str) -> bytes:
    """Return *plain* sealed for *place*."""
    held = keys()
    nonce = secrets.token_bytes(NONCE)
    return bytes((FORMAT, held.seal)) + nonce + held.keys[held.seal].encrypt(nonce, plain, place.encode())


def open_bytes(sealed: bytes, place: str) -> bytes:
    """Return the bytes that were sealed for *place*."""
    return key(sealed[1]).decrypt(sealed[2 : 2 + NONCE], sealed[2 + NONCE :], place.encode())


def keyed(purpose: str, *parts: str) -> bytes:
    """Return a hash of *parts* that only this installation can compute; for look-up columns and tokens.

    The purpose keeps hashes of the same value apart; parts are told apart by their lengths.
    """
    text = "".join(f"{len(part)}:{part}" for part in (purpose, *parts))
    return hmac.digest(keys().index, text.encode(), "sha256")


def same(one: bytes, other: bytes) -> bool:
    """Compare two secrets in constant time."""
    return hmac.compare_digest(one, other)


def digest(token: str) -> bytes:
    """Return the plain hash under which a random token is kept."""
    return sha256(token.encode()).digest()


def token(size: int = 16) -> str:
    """Return *size* random bytes as text for addresses: letters, digits, ``-`` and ``_``."""
    return secrets.token_urlsafe(size)


def digits(count: int) -> str:
    """Return *count* random decimal digits; the first may be 0."""
    return f"{secrets.randbelow(10**count):0{count}}"


def random_bytes(count: int) -> bytes:
    """Return *count* random bytes."""
    return secrets.token_bytes(count)
