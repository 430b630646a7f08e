"""Uploads, read as a stream: checked while they arrive, encrypted before they are written to disk.

Memory stays flat at any size: a chunk is hashed, encrypted and written before the next is read.
A file that is too large is read to its end but not stored, because a browser that is cut off shows its
own error instead of ours. A body that arrives too slowly is given up.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
from litestar import Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from portal.core.store.crypto import token
from portal.core.store.storage import Sealer, incoming
from portal.core.tools import clock
from portal.core.tools.errors import BadRequest, FormExpired, StorageFull, TooLarge
from portal.core.web.forms import Form, clean
from portal.core.web.sessions import form_of, visitor_of

HEAD = 4096  # first bytes of a file, enough to recognise its type
FIELD = 10_000  # most bytes of a field that is not a file
PARTS = 100
CHUNK_SECONDS = 30.0  # longest pause between two chunks
LEAST_RATE = 2_000  # bytes a second over the whole body, after a minute's grace
NAME = 200
READ = "body_read"  # in the state of a request: its form is there too


class Received(msgspec.Struct):
    """A file that has arrived completely, encrypted in the incoming folder as `name`."""

    field: str
    filename: str
    name: str
    key: bytes
    path: Path
    size: int = 0
    digest: bytes = b""
    head: bytes = b""
    too_large: bool = False


class Sending(msgspec.Struct, frozen=True):
    """A form that has arrived completely: fields, files, sender, and the sender's User-Agent."""

    form: Form
    files: list[Received]
    sender: str
    agent: str


class Limits(msgspec.Struct, frozen=True):
    """Most bytes of one file, and most bytes and files together."""

    file: int
    total: int
    count: int


UNWANTED = Limits(file=0, total=1 << 40, count=PARTS)  # keeps no byte of a file


@asynccontextmanager
async def received(request: Request[Any, Any, Any], limits: Limits) -> AsyncIterator[tuple[Form, list[Received]]]:
    """Read the body and yield its fields and files; temporary copies are deleted at the end.

    Raises:
        FormExpired: no valid token in the header or in the first part.
        TooLarge: the files together exceed *limits*.
        BadRequest: the body is not a readable form, or stopped arriving.
        StorageFull: the disk has no room.
    """
    parts = _Parts(request, limits)
    try:
        await _read(request, parts)
        request.scope["state"] |= {"form": Form(parts.fields), READ: True}
        yield form_of(request), parts.files
    finally:
        parts.remove()


@asynccontextmanager
async def sending(request: Request[Any, Any, Any], limits: Limits) -> AsyncIterator[Sending]:
    """Read the body as `received` does and yield a `Sending`, for modules below the web layer."""
    async with received(request, limits) as (form, files):
        yield Sending(form, files, visitor_of(request).subject, request.headers.get("user-agent", ""))


async def fields_of(request: Request[Any, Any, Any]) -> Form:
    """Return the fields of a form whose files are not wanted any more; files still to come are read and dropped.

    Raises:
        BadRequest, FormExpired: as for `received`.
    """
    if READ not in request.scope["state"]:
        async with received(request, UNWANTED):
            pass
    return form_of(request)


def sweep(older_than: float) -> int:
    """Delete what killed processes left in the incoming folder, if older than *older_than* seconds; return how many."""
    oldest = time.time() - older_than
    left = [path for path in incoming().iterdir() if path.stat().st_mtime < oldest]
    for path in left:
        path.unlink(missing_ok=True)
    return len(left)


async def _read(request: Request[Any, Any, Any], parts: "_Parts") -> None:
    try:
        await _feed(request, parts)
    except (FormParserError, TimeoutError, UnicodeDecodeError, LookupError, ValueError) as error:
        raise BadRequest from error
    except OSError as error:
        raise StorageFull from error
    if parts.over:
        raise TooLarge
    if not parts.whole:
        raise BadRequest
    if not parts.trusted:
        raise FormExpired


async def _feed(request: Request[Any, Any, Any], parts: "_Parts") -> None:
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    if kind != b"multipart/form-data" or not options.get(b"boundary"):
        raise BadRequest
    announced = int(request.headers.get("content-length") or 0)
    parser = MultipartParser(options[b"boundary"], parts.callbacks())
    started = clock.ticks()
    taken = 0
    most = parts.limits.total + FIELD * PARTS
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(CHUNK_SECONDS) as patience:
        async for chunk in request.stream():
            patience.reschedule(loop.time() + CHUNK_SECONDS)
            taken += len(chunk)
            parts.over = announced > most or taken > most
            parser.write(chunk)
            if taken < LEAST_RATE * (clock.ticks() - started - 60):
                raise BadRequest


class _Parts:
    """The callbacks of the multipart parser."""

    def __init__(self, request: Request[Any, Any, Any], limits: Limits) -> None:
        self.limits = limits
        self.visitor = visitor_of(request)
        self.trusted = self.visitor.owns(request.headers.get("x-csrf-token", ""))
        self.fields: list[tuple[str, str]] = []
        self.files: list[Received] = []
        self.over = False
        self.whole = False
        self._count = 0
        self._headers: dict[bytes, bytes] = {}
        self._header = (bytearray(), bytearray())
        self._field = ""
        self._text: bytearray | None = None
        self._file: Received | None = None
        self._sealer: Sealer | None = None
        self._hash = sha256()
        self._out: BinaryIO | None = None

    def callbacks(self) -> Any:
        return {
            "on_part_begin": self._begin,
            "on_header_field": lambda data, at, to: self._header[0].extend(data[at:to]),
            "on_header_value": lambda data, at, to: self._header[1].extend(data[at:to]),
            "on_header_end": self._header_done,
            "on_headers_finished": self._start,
            "on_part_data": self._data,
            "on_part_end": self._end,
            "on_end": self._whole,
        }

    def remove(self) -> None:
        if self._out:
            self._out.close()
        for file in [*self.files, *([self._file] if self._file else [])]:
            file.path.unlink(missing_ok=True)

    def _begin(self) -> None:
        self._count += 1
        if self._count > PARTS:
            raise BadRequest
        self._headers = {}

    def _header_done(self) -> None:
        self._headers[bytes(self._header[0]).lower()] = bytes(self._header[1])
        self._header = (bytearray(), bytearray())

    def _start(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        self._field = options.get(b"name", b"").decode()
        if b"filename" not in options:
            self._text = bytearray()
            return
        if not self.trusted:  # the token must be the first part; no file is stored before it
            raise FormExpired
        self._open(clean(options[b"filename"].decode()))

    def _open(self, filename: str) -> None:
        if len(self.files) >= self.limits.count + 1:
            raise TooLarge
        name = token(12)
        self._sealer = Sealer(name)
        short = filename.replace("\\", "/").rsplit("/", 1)[-1].replace("\n", " ").strip()[-NAME:]
        self._file = Received(self._field, short, name, self._sealer.key, incoming() / name)
        self._hash = sha256()
        self._out = self._file.path.open("xb")
        self._out.write(self._sealer.head)

    def _data(self, data: bytes, at: int, to: int) -> None:
        if self._text is not None:
            self._text += data[at:to]
            if len(self._text) > FIELD:
                raise BadRequest
            return
        assert self._file and self._sealer and self._out
        self._file.size += to - at
        if self.over or self._file.size > self.limits.file:
            self._file.too_large = True
            return
        piece = memoryview(data)[at:to]
        if len(self._file.head) < HEAD:
            self._file.head += bytes(piece[: HEAD - len(self._file.head)])
        self._hash.update(piece)
        self._out.write(self._sealer.write(piece))

    def _end(self) -> None:
        if self._text is not None:
            self._field_done(bytes(self._text).decode())
            self._text = None
            return
        assert self._file and self._sealer and self._out
        self._out.write(self._sealer.finish())
        self._out.close()
        self._file.digest = self._hash.digest()
        if self._file.filename or self._file.size:
            self.files.append(self._file)
        else:  # an empty file input
            self._file.path.unlink(missing_ok=True)
        self._file, self._out = None, None

    def _whole(self) -> None:
        self.whole = True

    def _field_done(self, text: str) -> None:
        if self._field == "csrf":
            self.trusted = self.trusted or self.visitor.owns(text)
        else:
            self.fields.append((self._field, text))
