"""The two ciphers things are sealed with: AES-256-GCM, and SM4-GCM where a rule asks for it.

SM4 takes about ten times as long. A key knows its cipher; in the key file one of SM4 begins
with ``sm4:``.
"""

import base64
import secrets
from typing import Protocol

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

TAG = 16
SIZES = {"aes": 32, "sm4": 16}


Plain = bytes | bytearray | memoryview


class Sealing(Protocol):
    """A cipher with its key: it seals and opens bytes."""

    def encrypt(self, nonce: bytes, data: Plain, associated_data: bytes | None) -> bytes:
        """Return *data* sealed, its tag behind it."""

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes:
        """Return what was sealed, or raise `cryptography.exceptions.InvalidTag`."""


class Sm4Gcm:
    """SM4 in Galois/counter mode (GB/T 32907, RFC 8998), spoken to like the library's AESGCM."""

    def __init__(self, key: bytes) -> None:
        """Use *key*, 16 bytes."""
        self._key = algorithms.SM4(key)

    def encrypt(self, nonce: bytes, data: Plain, associated_data: bytes | None) -> bytes:
        """Return *data* sealed, its tag behind it."""
        at_work = Cipher(self._key, modes.GCM(nonce)).encryptor()
        at_work.authenticate_additional_data(associated_data or b"")
        return at_work.update(data) + at_work.finalize() + at_work.tag

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes:
        """Return what was sealed, or raise `cryptography.exceptions.InvalidTag`."""
        at_work = Cipher(self._key, modes.GCM(nonce, data[-TAG:])).decryptor()
        at_work.authenticate_additional_data(associated_data or b"")
        return at_work.update(data[:-TAG]) + at_work.finalize()


def sealing(cipher: str, key: bytes) -> Sealing:
    """Return a cipher object for *key*; *cipher* is ``aes`` or ``sm4``. A longer key is cut to size."""
    part = key[: SIZES[cipher]]
    if len(part) != SIZES[cipher]:
        raise ValueError(f"a key of {cipher} has {SIZES[cipher]} bytes")
    return AESGCM(part) if cipher == "aes" else Sm4Gcm(part)


def cipher_of(at_work: Sealing) -> str:
    """Return which cipher a key is of."""
    return "sm4" if isinstance(at_work, Sm4Gcm) else "aes"


def new_key(cipher: str) -> str:
    """Return a new key of *cipher* as it is written into the key file.

    Raises:
        ValueError: there is no such cipher.
    """
    if cipher not in SIZES:
        raise ValueError(f"PORTAL_CIPHER must be one of {', '.join(SIZES)}, not {cipher!r}")
    text = base64.b64encode(secrets.token_bytes(SIZES[cipher])).decode()
    return text if cipher == "aes" else f"{cipher}:{text}"


def read_key(text: str) -> Sealing:
    """Return the key written as *text* in the key file."""
    cipher, _, key = text.rpartition(":")
    return sealing(cipher or "aes", base64.b64decode(key))
