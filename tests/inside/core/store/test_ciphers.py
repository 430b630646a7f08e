"""SM4-GCM as the standard has it, and both ciphers as the portal speaks to them."""

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

from portal.core.store.ciphers import Sealing, cipher_of, new_key, read_key, sealing

CIPHERS = ("aes", "sm4")


def test_sm4_gives_what_rfc_8998_says() -> None:
    """RFC 8998, appendix A.1."""
    key = sealing("sm4", bytes.fromhex("0123456789ABCDEFFEDCBA9876543210"))
    nonce = bytes.fromhex("00001234567800000000ABCD")
    also = bytes.fromhex("FEEDFACEDEADBEEFFEEDFACEDEADBEEFABADDAD2")
    plain = bytes.fromhex("AAAAAAAAAAAAAAAABBBBBBBBBBBBBBBBCCCCCCCCCCCCCCCCDDDDDDDDDDDDDDDD")
    plain += bytes.fromhex("EEEEEEEEEEEEEEEEFFFFFFFFFFFFFFFFEEEEEEEEEEEEEEEEAAAAAAAAAAAAAAAA")

    sealed = key.encrypt(nonce, plain, also)

    assert sealed[:-16].hex().upper().startswith("17F399F08C67D5EE19D0DC9969C4BB7D")
    assert sealed[-16:].hex().upper() == "83DE3541E4C2B58177E065A9BF7B62EC"
    assert key.decrypt(nonce, sealed, also) == plain


@pytest.mark.parametrize("cipher", CIPHERS)
@given(plain=st.binary(max_size=300), also=st.binary(max_size=40))
def test_whatever_was_sealed_is_opened_again(cipher: str, plain: bytes, also: bytes) -> None:
    key = read_key(new_key(cipher))

    assert key.decrypt(bytes(12), key.encrypt(bytes(12), plain, also), also) == plain
    assert cipher_of(key) == cipher


@pytest.mark.parametrize("cipher", CIPHERS)
@pytest.mark.parametrize("what", ["nonce", "content", "tag", "also", "cut", "nothing"])
def test_whatever_was_changed_does_not_open(cipher: str, what: str) -> None:
    key: Sealing = read_key(new_key(cipher))
    nonce, also, sealed = bytes(12), b"place", bytearray(key.encrypt(bytes(12), b"content", b"place"))
    if what == "content":
        sealed[0] ^= 1
    if what == "tag":
        sealed[-1] ^= 1
    given_ = {"cut": bytes(sealed[:-1]), "nothing": bytes(16)}.get(what, bytes(sealed))

    with pytest.raises(InvalidTag):
        key.decrypt(b"x" * 12 if what == "nonce" else nonce, given_, b"other" if what == "also" else also)


@pytest.mark.parametrize("text", ["", "sm4:", "c2hvcnQ=", "sm4:c2hvcnQ=", "rot13:" + "A" * 44])
def test_what_is_no_key_is_not_read_as_one(text: str) -> None:
    with pytest.raises((ValueError, KeyError)):
        read_key(text)
