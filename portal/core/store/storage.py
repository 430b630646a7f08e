"""Files, sealed at rest: a local folder by default, any S3 by URL.

A sealed file is ``MT1 | key id | wrapped key (60) | chunks``. Each file has a key of its own,
wrapped by the installation's key, whose cipher the file shares: AES-256-GCM, or SM4-GCM under
the mark ``MT2``. Each chunk of 64 KiB has its number as nonce and ``name | number | last?``
authenticated, so nothing can be cut off, swapped or moved. A new key of the installation needs
only the head written anew (`rewrap`).
"""

import asyncio
import os
import re
import time
from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta
from functools import cache
from mmap import mmap
from pathlib import Path
from typing import Any

import obstore
from obstore.exceptions import GenericError
from obstore.store import LocalStore, ObjectStore, from_url

from portal.core.store.ciphers import TAG, Plain, cipher_of, sealing
from portal.core.store.crypto import NONCE, key, keys, random_bytes
from portal.core.tools.errors import StorageFull, Unavailable
from portal.core.tools.settings import SETTINGS

Buffer = bytes | mmap
MARKS = {"aes": b"MT1", "sm4": b"MT2"}
CIPHERS = {mark: cipher for cipher, mark in MARKS.items()}
MARK = 3
CHUNK = 65_536
HEAD = MARK + 1 + NONCE + 32 + TAG
# Without this the library tries ten times and for three minutes, while somebody waits for a page.
PATIENCE: Any = {"retry_config": {"max_retries": 2, "retry_timeout": timedelta(seconds=20)}}
# ENOSPC, EDQUOT, EFBIG: the store's library says them in words only, Python as [Errno 28].
NO_ROOM = re.compile(r"(?:os error |Errno )(?:28|122|27)\b")


class Sealer:
    """Seals one file while it streams: what `write` and `finish` return makes up the sealed file."""

    def __init__(self, name: str) -> None:
        """Begin the file called *name* in the store."""
        self.key = random_bytes(32)
        self._name = name.encode()
        cipher = cipher_of(keys().keys[keys().seal])
        self._cipher = sealing(cipher, self.key)
        self._number = 0
        self._rest = bytearray()
        self.head = MARKS[cipher] + _wrapped(name, self.key)

    def write(self, plain: bytes | memoryview) -> bytes:
        """Take more and return what is sealed of it, in whole chunks; the last is kept back."""
        fresh = memoryview(plain)
        out = []
        if self._rest and len(self._rest) + len(fresh) > CHUNK:
            missing = CHUNK - len(self._rest)
            out.append(self._chunk(self._rest + fresh[:missing], last=False))
            self._rest = bytearray()
            fresh = fresh[missing:]
        while len(fresh) > CHUNK:
            out.append(self._chunk(fresh[:CHUNK], last=False))
            fresh = fresh[CHUNK:]
        self._rest += fresh
        return b"".join(out)

    def finish(self) -> bytes:
        """Return the last chunk."""
        return self._chunk(self._rest, last=True)

    def _chunk(self, plain: Plain, *, last: bool) -> bytes:
        sealed = self._cipher.encrypt(_nonce(self._number), plain, _mark(self._name, self._number, last=last))
        self._number += 1
        return sealed


def sealed_file(name: str, plain: bytes) -> bytes:
    """Return *plain* as the sealed file *name*."""
    sealer = Sealer(name)
    return sealer.head + sealer.write(plain) + sealer.finish()


def opened_file(name: str, sealed: bytes) -> bytes:
    """Return what was sealed as *name*.

    Raises:
        cryptography.exceptions.InvalidTag: another name, or changed.
        ValueError: not a sealed file.
    """
    return plain_file(name, unwrapped(name, sealed[:HEAD]), sealed)


def unwrapped(name: str, head: bytes) -> bytes:
    """Return the key in a sealed file's *head*."""
    if head[:MARK] not in CIPHERS or len(head) < HEAD:
        raise ValueError("not a sealed file")
    wrapped = head[MARK + 1 :]
    return key(head[MARK]).decrypt(wrapped[:NONCE], wrapped[NONCE:], b"file:" + name.encode())


def plain_file(name: str, own_key: bytes, sealed: bytes) -> bytes:
    """Return what was sealed as *name*; needs only the file's own key, and none of the installation's."""
    return b"".join(plain_chunks(name, own_key, sealed))


def plain_chunks(name: str, own_key: bytes, sealed: Buffer) -> Iterator[bytes]:
    """Yield the pieces of what was sealed as *name* with its *own_key*."""
    whole = memoryview(sealed)
    cipher = sealing(CIPHERS[bytes(whole[:MARK])], own_key)
    rest = whole[HEAD:]
    step = CHUNK + TAG
    for number, at in enumerate(range(0, max(len(rest), 1), step)):
        last = at + step >= len(rest)
        yield cipher.decrypt(_nonce(number), bytes(rest[at : at + step]), _mark(name.encode(), number, last=last))


def _wrapped(name: str, own_key: bytes) -> bytes:
    held = keys()
    nonce = random_bytes(NONCE)
    return bytes((held.seal,)) + nonce + held.keys[held.seal].encrypt(nonce, own_key, b"file:" + name.encode())


def _nonce(number: int) -> bytes:
    return number.to_bytes(NONCE, "big")


def _mark(name: bytes, number: int, *, last: bool) -> bytes:
    return b"%s|%d|%d" % (name, number, last)


@cache
def store() -> ObjectStore:
    """Return the store of this installation."""
    if SETTINGS.files:
        return from_url(SETTINGS.files, **PATIENCE)
    folder = _folder("files")
    return LocalStore(folder, automatic_cleanup=True)


def incoming() -> Path:
    """Return the folder where uploads arrive, sealed, before they are checked."""
    return _folder("incoming")


async def put(**files: bytes) -> None:
    """Keep files, sealed, under their names; they are on the disk (or in S3) when this returns.

    Raises:
        StorageFull: there is no room.
        Unavailable: the store does not answer.
    """
    await _put({name: sealed_file(name, plain) for name, plain in files.items()})


async def _put(sealed: dict[str, bytes]) -> None:
    try:
        for name, content in sealed.items():
            await obstore.put_async(store(), name, content)
        if not SETTINGS.files:
            await asyncio.to_thread(_flush, [_folder("files") / name for name in sealed])
    except (OSError, GenericError) as error:
        raise StorageFull if NO_ROOM.search(f"{error}") else Unavailable from error


async def get(name: str) -> bytes:
    """Return what is kept under *name*.

    Raises:
        FileNotFoundError: nothing is.
        Unavailable: the store does not answer.
    """
    try:
        answer = await obstore.get_async(store(), name)
        sealed = bytes(await answer.bytes_async())
    except GenericError as error:
        raise Unavailable from error
    return opened_file(name, sealed)


# D23: only the wrapped key changes; the content stays as it is sealed.
async def rewrap(name: str) -> bool:
    """Wrap the key of the file *name* with the newest key of the installation; return whether it had an older one.

    What the file holds stays as it is sealed; the store replaces the file as a whole.
    """
    answer = await obstore.get_async(store(), name)
    sealed = bytes(await answer.bytes_async())
    if sealed[MARK] == keys().seal:
        return False
    own_key = unwrapped(name, sealed[:HEAD])
    await _put({name: sealed[:MARK] + _wrapped(name, own_key) + sealed[HEAD:]})
    return True


async def rewrap_all() -> int:
    """Have every stored file depend on the newest key; return how many did not yet. It may be run again."""
    done = 0
    for name in [name async for name in names()]:
        try:
            done += await rewrap(name)
        except FileNotFoundError:  # removed meanwhile
            continue
    return done


async def delete(*names: str) -> None:
    """Remove what is kept under *names*; what is not there already is fine."""
    for name in names:
        try:
            await obstore.delete_async(store(), name)
        except FileNotFoundError:
            continue


async def names(prefix: str = "", before: datetime | None = None) -> AsyncIterator[str]:
    """Yield every name that is kept; with *before* only what was written earlier than that."""
    async for batch in obstore.list(store(), prefix=prefix or None):
        for entry in batch:
            if before is None or entry["last_modified"] < before:
                yield entry["path"]


def sweep(older_than: float) -> int:
    """Remove half files that killed processes left in the local folder, *older_than* seconds; return how many.

    The library writes ``NAME#1`` before it renames, and never lists what is left under such a name.
    """
    oldest = time.time() - older_than
    staged = [] if SETTINGS.files else [path for path in _folder("files").rglob("*#*") if path.is_file()]
    left = [path for path in staged if path.stat().st_mtime < oldest]
    for path in left:
        path.unlink(missing_ok=True)
    return len(left)


def _folder(name: str) -> Path:
    folder = SETTINGS.data.resolve() / name
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def _flush(paths: list[Path]) -> None:
    """Have the files and their entries in their folders on the disk, up to the folder of all."""
    top = _folder("files")
    folders = {folder for path in paths for folder in path.parents if folder.is_relative_to(top)}
    for each in [*paths, *folders]:
        handle = os.open(each, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
