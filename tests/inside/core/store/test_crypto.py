"""Sealing, keyed hashes and randomness."""

import hashlib
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

from portal.core.store import crypto
from portal.core.store.ciphers import cipher_of
from portal.core.store.crypto import (
    KeysMissing,
    add_key,
    digest,
    digits,
    key_file,
    keyed,
    keys,
    make_keys,
    open_bytes,
    opened,
    opened_json,
    same,
    seal,
    seal_bytes,
    seal_json,
    token,
)
from tests.helpers.changes import ChangeSettings

PLACE = "person.name:1"


@pytest.fixture
def moved_keys(tmp_path: Path, settings: ChangeSettings) -> Iterator[Path]:
    """A setting that names another key file; the keys of the run come back afterwards."""
    path = tmp_path / "keys.toml"
    settings(keys=str(path))
    keys.cache_clear()
    yield path
    keys.cache_clear()


# -- sealing -------------------------------------------------------------------------------------


@given(st.text(st.characters(exclude_categories=["Cs"])), st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_that_was_sealed_for_a_place_opens_there(text: str, place: str) -> None:
    assert opened(seal(text, place), place) == text


def test_sealed_text_opens_at_no_other_place() -> None:
    with pytest.raises(InvalidTag):
        opened(seal("张丽", "person.name:1"), "person.name:2")


def test_sealed_text_shows_nothing_of_itself_and_is_different_each_time() -> None:
    first, second = seal("511402196805120015", PLACE), seal("511402196805120015", PLACE)

    assert first != second
    assert b"5114" not in first


@pytest.mark.parametrize("at", [2, 13, 14, -1])
def test_sealed_text_with_one_bit_changed_does_not_open(at: int) -> None:
    sealed = bytearray(seal("张丽", PLACE))
    sealed[at] ^= 1

    with pytest.raises(InvalidTag):
        opened(bytes(sealed), PLACE)


def test_things_come_back_from_json_as_they_were() -> None:
    thing = {"name": "张丽", "n": 1, "list": [True, None, "x"]}

    assert opened_json(seal_json(thing, PLACE), PLACE) == thing


# -- keyed hashes --------------------------------------------------------------------------------


def test_the_same_value_has_the_same_hash_and_another_purpose_another() -> None:
    assert keyed("phone", "138") == keyed("phone", "138")
    assert keyed("phone", "138") != keyed("id_number", "138")


@pytest.mark.parametrize(
    ("one", "other"), [(("ab", "c"), ("a", "bc")), (("a", ""), ("", "a")), (("1:a",), ("1", "a")), (("a",), ("a", ""))]
)
def test_parts_are_told_apart_by_where_they_end(one: tuple[str, ...], other: tuple[str, ...]) -> None:
    assert keyed("purpose", *one) != keyed("purpose", *other)


def test_nobody_without_the_key_can_compute_a_hash() -> None:
    assert keyed("phone", "138") != hashlib.sha256(b"138").digest()
    assert digest("x") == hashlib.sha256(b"x").digest()


def test_comparing_takes_any_two_byte_strings() -> None:
    assert same(b"abc", b"abc")
    assert not same(b"abc", b"abd")
    assert not same(b"abc", b"")


# -- randomness ----------------------------------------------------------------------------------


def test_ten_thousand_codes_are_spread_evenly_and_some_begin_with_zero() -> None:
    codes = [digits(6) for _ in range(10_000)]

    counts = [sum(code[place] == figure for code in codes) for place in range(6) for figure in "0123456789"]
    chi_square = sum((count - 1000) ** 2 / 1000 for count in counts)
    assert chi_square < 120, "54 degrees of freedom: this happens by chance once in a million runs"
    assert all(len(code) == 6 and code.isdigit() for code in codes)


def test_tokens_are_never_alike_and_fit_into_an_address() -> None:
    made = {token() for _ in range(1000)}

    assert len(made) == 1000
    assert all(len(one) == 22 and one.replace("-", "").replace("_", "").isalnum() for one in made)


# -- the key file --------------------------------------------------------------------------------


def test_keys_that_were_made_are_for_the_owner_only_and_open_what_they_sealed(moved_keys: Path) -> None:
    path = make_keys()

    sealed = seal("张丽", PLACE)

    assert path == moved_keys
    assert path.stat().st_mode & 0o777 == 0o600
    assert opened(sealed, PLACE) == "张丽"


def test_new_keys_are_never_written_over_old_ones(moved_keys: Path) -> None:
    make_keys()
    before = moved_keys.read_bytes()

    with pytest.raises(FileExistsError):
        make_keys()

    assert moved_keys.read_bytes() == before


def test_a_newer_key_seals_and_older_ones_still_open(moved_keys: Path) -> None:
    make_keys()
    older = seal_bytes(b"older", PLACE)
    text = moved_keys.read_text().replace("seal = 1", "seal = 2")
    moved_keys.write_text(f'{text}2 = "{"A" * 43}="\n')
    keys.cache_clear()

    newer = seal_bytes(b"newer", PLACE)

    assert (older[1], newer[1]) == (1, 2)
    assert (open_bytes(older, PLACE), open_bytes(newer, PLACE)) == (b"older", b"newer")
    assert set(tomllib.loads(moved_keys.read_text())["keys"]) == {"1", "2"}


@pytest.mark.parametrize("cipher", ["aes", "sm4"])
def test_a_key_that_is_added_seals_from_then_on_and_the_older_still_opens(
    moved_keys: Path, settings: ChangeSettings, cipher: str
) -> None:
    make_keys()
    older, look_up = seal_bytes(b"older", PLACE), keyed("phone", "138")
    settings(cipher=cipher)

    number = add_key()

    newer = seal_bytes(b"newer", PLACE)
    assert (number, older[1], newer[1]) == (2, 1, 2)
    assert (open_bytes(older, PLACE), open_bytes(newer, PLACE)) == (b"older", b"newer")
    assert keyed("phone", "138") == look_up
    assert moved_keys.stat().st_mode & 0o777 == 0o600
    assert cipher_of(keys().keys[2]) == cipher
    assert ("sm4:" in moved_keys.read_text()) is (cipher == "sm4")


def test_a_process_that_read_the_keys_before_opens_what_a_newer_key_sealed(moved_keys: Path) -> None:
    make_keys()
    before = keys()
    add_key()
    newer = seal_bytes(b"newer", PLACE)
    crypto.keys.cache_clear()
    older_view = moved_keys.read_text()
    moved_keys.write_text(older_view.replace("seal = 2", "seal = 1").rsplit("2 = ", 1)[0])
    assert keys().keys.keys() == before.keys.keys()
    moved_keys.write_text(older_view)

    assert open_bytes(newer, PLACE) == b"newer"
    with pytest.raises(KeyError):
        open_bytes(bytes((1, 9)) + newer[2:], PLACE)


def test_there_are_at_most_255_keys_and_no_cipher_of_another_name(
    moved_keys: Path, monkeypatch: pytest.MonkeyPatch, settings: ChangeSettings
) -> None:
    make_keys()
    monkeypatch.setattr(crypto, "LAST_KEY", 2)
    add_key()

    with pytest.raises(ValueError, match="no number left"):
        add_key()
    monkeypatch.setattr(crypto, "LAST_KEY", 255)
    settings(cipher="rot13")
    with pytest.raises(ValueError, match="aes, sm4"):
        add_key()
    assert keys().seal == 2


def test_without_a_key_file_it_is_said_how_to_make_one(moved_keys: Path) -> None:
    with pytest.raises(KeysMissing, match="portal keys"):
        keys()


def test_a_key_file_that_others_can_read_is_not_used(moved_keys: Path) -> None:
    make_keys()
    moved_keys.chmod(0o640)

    with pytest.raises(KeysMissing, match="chmod 600"):
        keys()


NO_SUCH_KEY = f'index = "eA=="\nseal = 2\n[keys]\n1 = "{"A" * 43}="'


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not toml at all [",
        'index = "x"',
        'index = "eA=="\nseal = 1\n[keys]\n1 = "c2hvcnQ="',
        "index = 5\nseal = 1\n[keys]",
        NO_SUCH_KEY,
    ],
)
def test_a_file_that_holds_no_keys_is_said_to_be_none(moved_keys: Path, text: str) -> None:
    moved_keys.write_text(text)
    moved_keys.chmod(0o600)

    with pytest.raises(KeysMissing, match="is not a key file"):
        keys()


def test_the_keys_of_the_run_are_where_the_settings_say() -> None:
    assert key_file().is_file()
