"""Files at rest: sealed, whole, under the name they were sealed for, or not opened at all."""

import asyncio
import os
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.core.store import storage
from portal.core.store.ciphers import TAG
from portal.core.store.storage import CHUNK, HEAD, Sealer, opened_file, sealed_file
from portal.core.tools.errors import StorageFull
from tests.helpers.full_disk import files_of_at_most

SIZES = (0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK)
STEP = CHUNK + TAG


def content(size: int) -> bytes:
    """Return *size* bytes, no two stretches of which are alike."""
    return bytes((at * 7 + at // 251) % 256 for at in range(size))


# -- round trip ----------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES)
def test_a_file_of_any_size_comes_back_as_it_was(size: int) -> None:
    assert opened_file("name", sealed_file("name", content(size))) == content(size)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("piece", [1000, CHUNK - 1, CHUNK, CHUNK + 1, 5 * CHUNK])
def test_it_does_not_matter_in_which_pieces_a_file_was_sealed(size: int, piece: int) -> None:
    sealer, plain = Sealer("name"), content(size)

    sealed = sealer.head + b"".join(sealer.write(plain[at : at + piece]) for at in range(0, size, piece))
    sealed += sealer.finish()

    assert opened_file("name", sealed) == plain


@settings(max_examples=60, deadline=None)
@given(
    pieces=st.lists(st.binary(max_size=400) | st.integers(0, 2 * CHUNK).map(content), max_size=4),
    name=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40),
)
def test_whatever_was_sealed_is_opened_again(pieces: list[bytes], name: str) -> None:
    sealer = Sealer(name)

    sealed = sealer.head + b"".join(sealer.write(piece) for piece in pieces) + sealer.finish()

    assert opened_file(name, sealed) == b"".join(pieces)


def test_the_same_file_sealed_twice_looks_different() -> None:
    assert sealed_file("name", b"x" * 100) != sealed_file("name", b"x" * 100)


# -- what does not open --------------------------------------------------------------------------


@pytest.mark.parametrize("kept", [HEAD + 1, HEAD + STEP, HEAD + 2 * STEP, HEAD + 3 * STEP - 1])
def test_a_file_that_was_cut_off_does_not_open(kept: int) -> None:
    sealed = sealed_file("name", content(3 * CHUNK))

    with pytest.raises(InvalidTag):
        opened_file("name", sealed[:kept])


def test_a_file_of_which_only_the_head_is_left_does_not_open() -> None:
    with pytest.raises(InvalidTag):
        opened_file("name", sealed_file("name", b"x")[:HEAD])


def test_a_file_whose_chunks_were_swapped_does_not_open() -> None:
    sealed = sealed_file("name", content(3 * CHUNK))
    head, one, two, rest = sealed[:HEAD], sealed[HEAD:][:STEP], sealed[HEAD + STEP :][:STEP], sealed[HEAD + 2 * STEP :]

    with pytest.raises(InvalidTag):
        opened_file("name", head + two + one + rest)


def test_a_file_with_a_chunk_of_another_file_does_not_open() -> None:
    one, other = sealed_file("name", content(2 * CHUNK)), sealed_file("name", content(2 * CHUNK))

    with pytest.raises(InvalidTag):
        opened_file("name", one[: HEAD + STEP] + other[HEAD + STEP :])


def test_a_file_that_was_made_longer_does_not_open() -> None:
    sealed = sealed_file("name", b"x")

    with pytest.raises(InvalidTag):
        opened_file("name", sealed + sealed[HEAD:])


def test_a_file_under_another_name_does_not_open() -> None:
    with pytest.raises(InvalidTag):
        opened_file("other", sealed_file("name", b"x"))


@pytest.mark.parametrize("at", [5, 20, HEAD - 1, HEAD, HEAD + 3, -1])
def test_a_file_with_one_bit_changed_does_not_open(at: int) -> None:
    sealed = bytearray(sealed_file("name", content(100)))
    sealed[at] ^= 1

    with pytest.raises(InvalidTag):
        opened_file("name", bytes(sealed))


@pytest.mark.parametrize("strange", [b"", b"MT", b"MT1", b"MT1\x01short", b"%PDF-1.7", b"\xff" * 200])
def test_what_was_never_sealed_is_not_opened(strange: bytes) -> None:
    with pytest.raises(ValueError, match="not a sealed file"):
        opened_file("name", strange)


# -- the store -----------------------------------------------------------------------------------


async def test_what_was_put_is_there_until_it_is_deleted(files: Path) -> None:
    await storage.put(**{"x1/clean": b"clean", "x1/small": b"small"})
    held = sorted([name async for name in storage.names("x1")])
    clean = await storage.get("x1/clean")

    await storage.delete("x1/clean", "x1/small", "never there")

    assert held == ["x1/clean", "x1/small"]
    assert clean == b"clean"
    assert [name async for name in storage.names("x1")] == []
    with pytest.raises(FileNotFoundError):
        await storage.get("x1/clean")


async def test_what_a_killed_process_had_begun_to_store_is_swept_and_what_is_being_stored_stays(files: Path) -> None:
    await storage.put(**{"one/clean": b"whole"})
    old, young = files / "one" / "small#1", files / "one" / "small#2"
    for path in (old, young):
        path.write_bytes(b"half")
    os.utime(old, (0, 0))

    assert storage.sweep(older_than=3600) == 1

    assert (old.exists(), young.exists()) == (False, True)
    assert await storage.get("one/clean") == b"whole"
    young.unlink()
    await storage.delete("one/clean")


async def test_the_names_of_one_file_are_not_those_of_a_longer_name(files: Path) -> None:
    await storage.put(**{"abc/clean": b"1", "abcd/clean": b"2"})

    held = [name async for name in storage.names("abc")]
    await storage.delete("abc/clean", "abcd/clean")

    assert held == ["abc/clean"]


async def test_on_the_disk_nothing_can_be_read(files: Path) -> None:
    await storage.put(**{"x2/clean": b"a very private marker"})

    on_disk = (files / "x2" / "clean").read_bytes()
    await storage.delete("x2/clean")

    assert b"private" not in on_disk
    assert files.stat().st_mode & 0o077 == 0, "others can look into the folder of files"


@pytest.mark.parametrize("name", ["../outside", "a/../../outside", "a//b"])
async def test_no_name_leads_out_of_the_store(files: Path, name: str) -> None:
    with pytest.raises(ValueError, match="parse path"):
        await storage.put(**{name: b"x"})


async def test_many_files_at_once_do_not_mix(files: Path) -> None:
    wanted = {f"m{number}/clean": content(1000 + number) for number in range(30)}

    await asyncio.gather(*(storage.put(**{name: plain}) for name, plain in wanted.items()))
    found = {name: await storage.get(name) for name in wanted}
    await storage.delete(*wanted)

    assert found == wanted


async def test_a_file_and_every_folder_on_its_way_are_flushed_before_it_counts(
    files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed: list[Path] = []
    really = os.fsync

    def noticed(handle: int) -> None:
        flushed.append(Path(os.readlink(f"/proc/self/fd/{handle}")))
        really(handle)

    monkeypatch.setattr(os, "fsync", noticed)

    await storage.put(**{"f1/clean": b"x"})
    await storage.delete("f1/clean")

    assert {files, files / "f1", files / "f1" / "clean"} <= set(flushed)


async def test_when_there_is_no_room_it_is_said_and_no_part_of_the_file_stays(files: Path) -> None:
    before = set(files.rglob("*"))

    with files_of_at_most(50_000), pytest.raises(StorageFull):
        await storage.put(**{"big/clean": content(200_000)})

    assert [name async for name in storage.names("big")] == []
    assert [path for path in set(files.rglob("*")) - before if path.is_file()] == []
