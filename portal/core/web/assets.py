"""Static files, cached by browsers for ever: one digest of all files stands in the path.

At the start every file below ``static/`` is read into memory with its gzip and brotli copies, and
``css/app.css`` becomes one sheet (its ``@import ... layer(x)`` lines are inlined). The digest of
the tree stands in the address (``/static/477d65db/js/app.js``), so relative imports of modules
stay inside it and nothing needs a build.
"""

import gzip
import mimetypes
import re
from functools import cache
from hashlib import sha256
from pathlib import Path

import brotli
import msgspec
from litestar.types import HTTPScope, Send

from portal.core.tools.places import STATIC

IMPORT = re.compile(r'@import url\("([^"]+)"\) layer\((\w+)\);')
COMMENT = re.compile(r"/\*.*?\*/\s*", re.DOTALL)
SQUEEZE = {"text/css", "text/javascript", "image/svg+xml"}

mimetypes.add_type("text/javascript", ".js")


class Asset(msgspec.Struct, frozen=True):
    """One file, ready to send."""

    type: str
    plain: bytes
    gzip: bytes
    brotli: bytes
    etag: bytes


class Assets(msgspec.Struct, frozen=True):
    """All static files and their common digest."""

    digest: str
    files: dict[str, Asset]

    def url(self, name: str) -> str:
        """Return the address of the file *name*, such as ``css/app.css``.

        Raises:
            KeyError: there is no such file.
        """
        if name not in self.files:
            raise KeyError(name)
        return f"/static/{self.digest}/{name}"


@cache
def assets() -> Assets:
    """Return the assets, read from disk at the first call."""
    names = sorted(path.relative_to(STATIC).as_posix() for path in STATIC.rglob("*") if path.is_file())
    contents = {name: _content(STATIC / name) for name in names if not name.endswith(".md")}
    digest = sha256()
    for name, content in contents.items():
        digest.update(f"{name}:{len(content)}:".encode() + content)
    return Assets(digest.hexdigest()[:12], {name: _asset(name, text) for name, text in contents.items()})


def _content(path: Path) -> bytes:
    return bundle(path).encode() if path.name == "app.css" else path.read_bytes()


def bundle(path: Path) -> str:
    """Return the stylesheet at *path* with its imports inlined in their layers and comments removed."""
    sheet = COMMENT.sub("", path.read_text())
    return IMPORT.sub(lambda found: _layer(path.parent / found[1], found[2]), sheet)


def _layer(path: Path, layer: str) -> str:
    return f"@layer {layer} {{\n{COMMENT.sub('', path.read_text())}}}"


def _asset(name: str, content: bytes) -> Asset:
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    small = kind in SQUEEZE
    return Asset(
        type=f"{kind}; charset=utf-8" if small else kind,
        plain=content,
        gzip=gzip.compress(content, 9, mtime=0) if small else b"",
        brotli=brotli.compress(content) if small else b"",
        etag=f'"{sha256(content).hexdigest()[:16]}"'.encode(),
    )


async def serve(scope: HTTPScope, send: Send) -> None:
    """Answer a request for ``/static/<digest>/<name>``: 200, 304 or 404.

    An old digest gets today's file without permanent caching, so a page opened before an update still works.
    """
    digest, _, name = scope["path"].removeprefix("/static/").partition("/")
    asset = assets().files.get(name)
    if asset is None or scope["method"] not in {"GET", "HEAD"}:
        await _send(send, 404, [], b"")
        return
    headers = {name.lower(): text for name, text in scope["headers"]}
    current = digest == assets().digest
    answer = [
        (b"content-type", asset.type.encode()),
        (b"etag", asset.etag),
        (b"cache-control", b"public, max-age=31536000, immutable" if current else b"no-cache"),
        (b"vary", b"accept-encoding"),
    ]
    if headers.get(b"if-none-match") == asset.etag:
        await _send(send, 304, answer, b"")
        return
    encoding, body = _best(asset, headers.get(b"accept-encoding", b""))
    if encoding:
        answer.append((b"content-encoding", encoding))
    await _send(send, 200, answer, b"" if scope["method"] == "HEAD" else body, len(body))


def _best(asset: Asset, accepted: bytes) -> tuple[bytes, bytes]:
    if asset.brotli and takes(accepted, b"br"):
        return b"br", asset.brotli
    if asset.gzip and takes(accepted, b"gzip"):
        return b"gzip", asset.gzip
    return b"", asset.plain


def takes(accepted: bytes, encoding: bytes) -> bool:
    """Return whether the Accept-Encoding value *accepted* allows *encoding*; a weight of 0 forbids it."""
    for part in accepted.lower().replace(b" ", b"").split(b","):
        name, weighed, weight = part.partition(b";q=")
        if name == encoding:
            return not weighed or weight.strip(b"0.") != b""
    return False


async def _send(
    send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes, length: int | None = None
) -> None:
    size = str(len(body) if length is None else length).encode()
    await send({"type": "http.response.start", "status": status, "headers": [*headers, (b"content-length", size)]})
    await send({"type": "http.response.body", "body": body, "more_body": False})
