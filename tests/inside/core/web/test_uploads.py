"""Uploads: read as they arrive, sealed before they touch the disk, gone again whatever happens."""

import asyncio
import os
import time
import tracemalloc
from collections.abc import AsyncIterator, Iterable
from hashlib import sha256
from typing import Any

import httpx
import pytest
from litestar import Litestar, Request, Response, get, post
from litestar.exceptions import HTTPException

from portal.core.store import storage
from portal.core.tools.errors import Problem
from portal.core.web import uploads
from portal.core.web.door import Door
from portal.core.web.security import Front
from portal.core.web.sessions import visitor_of
from portal.core.web.uploads import Limits, Received, received
from portal.public import errors
from tests.helpers.client import ORIGIN
from tests.helpers.full_disk import files_of_at_most

EDGE = b"----edge"
KIND = {"content-type": "multipart/form-data; boundary=----edge"}
LIMITS = Limits(file=200_000, total=500_000, count=3)
MIB = 1 << 20


class Taken:
    """What the last upload came to, as the route saw it."""

    fields: list[tuple[str, str]]
    files: list[Received]
    on_disk: list[bytes]


TAKEN = Taken()


@get("/token", who=("anyone",))
async def token(request: Request[Any, Any, Any]) -> Response[str]:
    """Give the visitor a token."""
    return Response(visitor_of(request).csrf)


async def take(request: Request[Any, Any, Any], limits: Limits) -> Response[str]:
    """Take an upload in, and remember what was there while it was there."""
    async with received(request, limits) as (form, files):
        TAKEN.fields = [(name, text) for name in form for text in form.all(name)]
        TAKEN.files = files
        TAKEN.on_disk = [file.path.read_bytes() if file.size < 10 * MIB else b"" for file in files]
    return Response("taken")


@post("/small", who=("anyone",), streams=True, request_max_body_size=None)
async def small(request: Request[Any, Any, Any]) -> Response[str]:
    """Take a little."""
    return await take(request, LIMITS)


@post("/large", who=("anyone",), streams=True, request_max_body_size=None)
async def large(request: Request[Any, Any, Any]) -> Response[str]:
    """Take a lot."""
    return await take(request, Limits(file=200 * MIB, total=200 * MIB, count=3))


APP = Front(
    Litestar(
        [token, small, large],
        middleware=[Door],
        exception_handlers={Problem: errors.on_problem, HTTPException: errors.on_http, Exception: errors.on_crash},
        openapi_config=None,
    )
)


class Sender:
    """Somebody who sends files."""

    def __init__(self) -> None:
        """Open a browser."""
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(app=APP), base_url=ORIGIN)  # type: ignore[arg-type]
        self.token = ""

    async def send(self, body: Any, path: str = "/small", **headers: str) -> httpx.Response:
        """Send a body as it is."""
        return await self.http.post(path, content=body, headers={**KIND, **headers})

    def form(self, *parts: bytes) -> bytes:
        """Return a whole form: the token first, then *parts*."""
        return b"".join([text("csrf", self.token.encode()), *parts, b"--", EDGE, b"--\r\n"])


def text(name: str, value: bytes) -> bytes:
    """Return a part that is a field."""
    return b'--%s\r\ncontent-disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (EDGE, name.encode(), value)


def head(filename: bytes) -> bytes:
    """Return how a part that is a file begins."""
    return b'--%s\r\ncontent-disposition: form-data; name="file"; filename="%s"\r\ncontent-type: image/jpeg\r\n\r\n' % (
        EDGE,
        filename,
    )


def file(content: bytes, filename: bytes = b"a.jpg") -> bytes:
    """Return a part that is a file."""
    return head(filename) + content + b"\r\n"


def left_behind() -> list[str]:
    """Return what lies in the incoming folder."""
    return [path.name for path in storage.incoming().iterdir()]


@pytest.fixture
async def sender() -> AsyncIterator[Sender]:
    """Somebody with a token; nothing of theirs may lie about afterwards."""
    made = Sender()
    made.token = (await made.http.get("/token")).text
    yield made
    await made.http.aclose()
    assert left_behind() == []


# -- what arrives --------------------------------------------------------------------------------


async def test_two_files_and_two_fields_arrive_whole(sender: Sender) -> None:
    one, two = b"\xff\xd8\xff" + b"1" * 100_000, b"%PDF-" + b"2" * 150_000

    answer = await sender.send(
        sender.form(text("slot", "身份证".encode()), file(one), file(two, b"b.pdf"), text("z", b""))
    )

    assert answer.text == "taken"
    assert TAKEN.fields == [("slot", "身份证"), ("z", "")]
    assert [(found.filename, found.size, found.digest) for found in TAKEN.files] == [
        ("a.jpg", len(one), sha256(one).digest()),
        ("b.pdf", len(two), sha256(two).digest()),
    ]
    assert [found.head for found in TAKEN.files] == [one[:4096], two[:4096]]
    assert not any(found.too_large for found in TAKEN.files)


async def test_a_file_is_sealed_before_it_touches_the_disk(sender: Sender) -> None:
    content = b"a very private marker " * 5000

    await sender.send(sender.form(file(content)))

    (on_disk,), (found,) = TAKEN.on_disk, TAKEN.files
    assert b"private" not in on_disk
    assert b"a.jpg" not in on_disk
    assert storage.opened_file(found.name, on_disk) == content


async def test_it_does_not_matter_how_the_body_is_cut_into_pieces(sender: Sender) -> None:
    content = (b"\r\n----edg\r\n--" + EDGE[:-1]) * 50
    body = sender.form(file(content), text("a", b"b"))

    for size in (1, 2, 3, 7, 64):
        pieces = as_it_comes(body[at : at + size] for at in range(0, len(body), size))
        answer = await sender.send(pieces)

        assert answer.text == "taken"
        assert TAKEN.files[0].digest == sha256(content).digest()


async def as_it_comes(pieces: Iterable[bytes]) -> AsyncIterator[bytes]:
    """Yield *pieces*, one at a time."""
    for piece in pieces:
        yield piece


async def test_the_token_may_come_in_the_header_instead(sender: Sender) -> None:
    answer = await sender.send(file(b"x") + b"--" + EDGE + b"--\r\n", **{"x-csrf-token": sender.token})

    assert answer.text == "taken"
    assert len(TAKEN.files) == 1


async def test_an_input_without_a_file_is_no_file(sender: Sender) -> None:
    await sender.send(sender.form(file(b"", b"")))

    assert TAKEN.files == []


async def test_an_empty_file_is_a_file_of_no_bytes(sender: Sender) -> None:
    await sender.send(sender.form(file(b"", b"empty.jpg")))

    assert [(found.filename, found.size) for found in TAKEN.files] == [("empty.jpg", 0)]


# -- without a token -----------------------------------------------------------------------------


async def test_without_a_token_nothing_is_ever_written(sender: Sender) -> None:
    seen: list[list[str]] = []

    async def body() -> AsyncIterator[bytes]:
        yield head(b"a.jpg")
        for _ in range(20):
            yield b"x" * 10_000
            seen.append(left_behind())

    answer = await sender.send(body())

    assert answer.status_code == 419
    assert seen in ([], [[]])


@pytest.mark.parametrize("name", ["csrf2", "CSRF", "csrf "])
async def test_a_token_under_another_name_is_none(sender: Sender, name: str) -> None:
    answer = await sender.send(text(name, sender.token.encode()) + file(b"x") + b"--" + EDGE + b"--\r\n")

    assert answer.status_code == 419


# -- too much ------------------------------------------------------------------------------------


async def test_a_file_over_the_limit_is_read_to_its_end_and_marked(sender: Sender) -> None:
    answer = await sender.send(sender.form(file(b"x" * 250_000, b"big.jpg"), file(b"y", b"small.jpg"), text("a", b"b")))

    big, little = TAKEN.files
    assert answer.text == "taken"
    assert (big.too_large, big.size) == (True, 250_000)
    assert (little.too_large, little.size) == (False, 1)
    assert TAKEN.fields == [("a", "b")]
    assert len(TAKEN.on_disk[0]) < 250_000


@pytest.mark.parametrize(("size", "over"), [(199_999, False), (200_000, False), (200_001, True)])
async def test_the_limit_of_a_file_is_exact(sender: Sender, size: int, over: bool) -> None:
    await sender.send(sender.form(file(b"x" * size)))

    assert TAKEN.files[0].too_large is over


async def test_more_than_all_together_may_be_is_read_to_its_end_and_answered_with_a_page(sender: Sender) -> None:
    sent = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal sent
        yield text("csrf", sender.token.encode()) + head(b"a.jpg")
        for _ in range(40):
            sent += 1
            yield b"x" * 100_000
        yield b"\r\n--" + EDGE + b"--\r\n"

    answer = await sender.send(body())

    assert answer.status_code == 413
    assert "传的文件太大了" in answer.text
    assert sent == 40, "the browser would show its own error instead of ours"


async def test_what_is_announced_as_too_much_is_never_written(sender: Sender) -> None:
    most: list[int] = []

    async def body() -> AsyncIterator[bytes]:
        yield text("csrf", sender.token.encode()) + head(b"a.jpg")
        for _ in range(10):
            yield b"x" * 100_000
            most.append(max([path.stat().st_size for path in storage.incoming().iterdir()], default=0))
        yield b"\r\n--" + EDGE + b"--\r\n"

    answer = await sender.send(body(), **{"content-length": "2000000"})

    assert answer.status_code == 413
    assert max(most) < 1000


async def test_more_files_than_are_allowed_are_refused(sender: Sender) -> None:
    answer = await sender.send(sender.form(*(file(b"x", b"%d.jpg" % number) for number in range(5))))

    assert answer.status_code == 413


async def test_a_hundred_megabytes_take_no_more_memory_than_one(sender: Sender) -> None:
    block = b"x" * 262_144

    async def body() -> AsyncIterator[bytes]:
        yield text("csrf", sender.token.encode()) + head(b"film.jpg")
        for _ in range(400):
            yield block
        yield b"\r\n--" + EDGE + b"--\r\n"

    tracemalloc.start()
    try:
        answer = await sender.send(body(), "/large")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert answer.text == "taken"
    assert TAKEN.files[0].size == 400 * len(block)
    assert peak < 4 * MIB


# -- what cannot be read -------------------------------------------------------------------------

GOOD = text("csrf", b"TOKEN")
END = b"--" + EDGE + b"--\r\n"
UNREADABLE: dict[str, bytes] = {
    "nothing": b"",
    "garbage": b"garbage" * 1000,
    "JSON": b'{"csrf": "TOKEN"}',
    "another edge": GOOD.replace(EDGE, b"----other") + b"------other--\r\n",
    "no end": GOOD + file(b"x" * 5000),
    "cut in the token": GOOD[:70],
    "cut in the headers of a file": GOOD + head(b"a.jpg")[:60],
    "cut in a file": GOOD + head(b"a.jpg") + b"x" * 5000,
    "cut in the last edge": GOOD + file(b"x") + END[:5],
    "headers without a colon": GOOD + b"--" + EDGE + b"\r\nnonsense\r\n\r\nx\r\n" + END,
    "headers that never end": GOOD + b"--" + EDGE + b"\r\nx: " + b"y" * 100_000 + b"\r\n\r\nz\r\n" + END,
    "headers without number": GOOD + b"--" + EDGE + b"\r\n" + b"x: y\r\n" * 5000 + b"\r\nz\r\n" + END,
    "a field that is no text": GOOD + text("a", b"\xff\xfe") + END,
    "a name that is no text": GOOD + text("a", b"b").replace(b'"a"', b'"\xff"') + END,
    "a file name that is no text": GOOD + file(b"x", b"\xff\xfe.jpg") + END,
    "a field as long as a book": GOOD + text("a", b"x" * 200_000) + END,
    "parts without number": GOOD + text("a", b"b") * 200 + END,
    "a lone line end": b"\r\n",
}


@pytest.mark.parametrize("what", UNREADABLE)
async def test_what_cannot_be_read_is_answered_with_a_page_that_says_so(sender: Sender, what: str) -> None:
    answer = await sender.send(UNREADABLE[what].replace(b"TOKEN", sender.token.encode()))

    assert answer.status_code == 400
    assert "没有看懂您发来的内容" in answer.text


KINDS = ["", "text/plain", "multipart/form-data", "multipart/form-data; boundary=", "application/octet-stream",
         "multipart/mixed; boundary=----edge", "multipart/form-data; boundary=" + "x" * 5000,
         "multipart/form-data; boundary=\u00e9", ";;;=", "application/x-www-form-urlencoded"]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind[:40])
async def test_a_body_of_another_kind_is_answered_with_the_same_page(sender: Sender, kind: str) -> None:
    body = sender.form(file(b"x"))

    answer = await sender.http.post("/small", content=body, headers={b"content-type": kind.encode("latin-1")})

    assert answer.status_code == 400


@pytest.mark.parametrize("length", ["x", "1e9", "\u0663", "9" * 5000])
async def test_a_length_that_is_no_number_is_answered_with_the_same_page(sender: Sender, length: str) -> None:
    headers = {**KIND, "content-length": length}
    request = sender.http.build_request("POST", "/small", content=as_it_comes([sender.form(file(b"x"))]))
    request.headers = httpx.Headers({**request.headers, **headers}, encoding="utf-8")

    answer = await sender.http.send(request)

    assert answer.status_code in (400, 413)


@pytest.mark.parametrize("charset", [b"x-unknown", b"utf-7", b"\xff", b"utf-16"])
async def test_a_part_that_names_a_strange_charset_does_no_harm(sender: Sender, charset: bytes) -> None:
    strange = text("a", "甲".encode()).replace(
        b"\r\n\r\n", b"\r\ncontent-type: text/plain; charset=" + charset + b"\r\n\r\n"
    )

    answer = await sender.send(sender.form(strange))

    assert answer.text == "taken"
    assert TAKEN.fields == [("a", "甲")]


async def test_a_sender_who_goes_away_leaves_nothing(sender: Sender) -> None:
    async def body() -> AsyncIterator[bytes]:
        yield text("csrf", sender.token.encode()) + head(b"a.jpg") + b"x" * 100_000
        await asyncio.Event().wait()

    sending = asyncio.create_task(sender.send(body()))
    while not left_behind():
        await asyncio.sleep(0)
    sending.cancel()
    await asyncio.wait({sending})

    assert left_behind() == []


async def test_a_sender_who_falls_silent_is_given_up(sender: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "CHUNK_SECONDS", 0.05)

    async def body() -> AsyncIterator[bytes]:
        yield text("csrf", sender.token.encode()) + head(b"a.jpg") + b"x"
        await asyncio.Event().wait()

    answer = await sender.send(body())

    assert answer.status_code == 400


# -- names ---------------------------------------------------------------------------------------

NAMES: dict[bytes, str] = {
    "身份证 正面.jpg".encode(): "身份证 正面.jpg",
    b"../../etc/passwd": "passwd",
    b"/etc/passwd": "passwd",
    b"C:\\\\fakepath\\\\photo.jpg": "photo.jpg",
    b"..": "..",
    b'a\\"b.jpg': 'a"b.jpg',
    b"a%22b.jpg": "a%22b.jpg",
    b"a;b.jpg": "a;b.jpg",
    b"a\nb.jpg": "a b.jpg",
    b"a%0d%0aset-cookie: x": "a%0d%0aset-cookie: x",
    b"a\x00.jpg": "a.jpg",
    "\u202egpj.exe".encode(): "gpj.exe",
    "\u2066a\u2069\ufeff.jpg".encode(): "a.jpg",
    b"<script>.jpg": "<script>.jpg",
    b"x" * 1000 + b".jpg": "x" * 196 + ".jpg",
    b" ": "",
}


@pytest.mark.parametrize("sent", NAMES, ids=lambda sent: repr(sent[:30]))
async def test_a_files_name_is_only_ever_a_harmless_text(sender: Sender, sent: bytes) -> None:
    await sender.send(sender.form(file(b"content", sent)))

    (found,) = TAKEN.files
    assert found.filename == NAMES[sent]
    assert found.path.parent == storage.incoming()
    assert found.name not in sent.decode()


# -- no room -------------------------------------------------------------------------------------


async def test_when_the_disk_is_full_a_page_says_so_and_nothing_is_left(sender: Sender) -> None:
    with files_of_at_most(100_000):
        answer = await sender.send(sender.form(file(b"x" * 190_000)))

    assert answer.status_code == 507
    assert "存储空间满了" in answer.text


# -- what a killed process leaves ----------------------------------------------------------------


def test_what_a_killed_process_left_is_swept_and_what_is_arriving_stays() -> None:
    old, new = storage.incoming() / "old", storage.incoming() / "new"
    old.write_bytes(b"x")
    new.write_bytes(b"x")
    os.utime(old, (time.time() - 4000, time.time() - 4000))

    swept = uploads.sweep(older_than=3600)

    assert (swept, left_behind()) == (1, ["new"])
    new.unlink()
