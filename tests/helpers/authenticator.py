"""A security key in software: makes key pairs, signs challenges, and lies when a test tells it to."""

import base64
import json
from hashlib import sha256
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from portal.core.store.crypto import random_bytes

PRESENT, VERIFIED, MADE = 1, 4, 64


def text(raw: bytes) -> str:
    """Return bytes as browsers write them into JSON."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def raw(text: str) -> bytes:
    """Return the bytes of such a text."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Authenticator:
    """One security key, with the browser around it."""

    def __init__(self, origin: str = "https://mt.example.cn", flags: int = PRESENT | VERIFIED) -> None:
        """Make a key that says it is used at *origin*, and that its holder is who *flags* say."""
        self.origin = origin
        self.flags = flags
        self.count = 0
        self.id = random_bytes(32)
        self.holder = b""
        self._key = ec.generate_private_key(ec.SECP256R1())

    def create(self, options: dict[str, Any]) -> str:
        """Answer as ``navigator.credentials.create`` does."""
        self.holder = raw(options["user"]["id"])
        point = self._key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")}
        made = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cbor2.dumps(public)
        attested = {"fmt": "none", "attStmt": {}, "authData": self._data(options["rp"]["id"], MADE) + made}
        response = {
            "clientDataJSON": text(self._client("webauthn.create", options["challenge"])),
            "attestationObject": text(cbor2.dumps(attested)),
        }
        return self._answer(response)

    def get(self, options: dict[str, Any]) -> str:
        """Answer as ``navigator.credentials.get`` does."""
        self.count += 1
        data, client = self._data(options["rpId"]), self._client("webauthn.get", options["challenge"])
        signature = self._key.sign(data + sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        response = {
            "clientDataJSON": text(client),
            "authenticatorData": text(data),
            "signature": text(signature),
            "userHandle": text(self.holder),
        }
        return self._answer(response)

    def _data(self, domain: str, further: int = 0) -> bytes:
        return sha256(domain.encode()).digest() + bytes([self.flags | further]) + self.count.to_bytes(4, "big")

    def _client(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def _answer(self, response: dict[str, str]) -> str:
        return json.dumps({"id": text(self.id), "rawId": text(self.id), "type": "public-key", "response": response})
