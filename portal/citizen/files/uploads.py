"""``/{r}/uploads``: resumable uploads: a file arrives in parts, and a form then refers to it by its id.

The protocol is the IETF's (draft-ietf-httpbis-resumable-upload): POST with ``Upload-Length`` makes
an upload, HEAD says its ``Upload-Offset``, PATCH sends more from there, DELETE gives it up. The
file's name comes in ``Content-Disposition``. Plain multipart forms remain for everybody else.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import unquote

import msgspec
from litestar import Controller, Request, Response, delete, get, patch, post
from litestar.di import NamedDependency, Provide
from litestar.exceptions import HTTPException
from litestar.params import FromPath

from portal.citizen.shared.mine import CITIZEN, Asked, region_named
from portal.core.tools import clock
from portal.core.tools.errors import BadRequest, Stale, TooLarge, found
from portal.core.web.forms import clean
from portal.core.web.sessions import visitor_of
from portal.core.web.uploads import CHUNK_SECONDS, LEAST_RATE, NAME
from portal.documents import partial
from portal.documents.partial import Partial
from portal.regions.load import REGIONS, Region

RESUMABLE = r"/\w+/uploads/[\w-]+"  # addresses of resumable uploads
MISMATCH = "https://iana.org/assignments/http-problem-types#mismatching-upload-offset"


async def upload_named(r: FromPath[str], id: FromPath[str], request: Asked) -> Partial:
    """Return the upload in the address; 404 unless the same visitor began it."""
    found(REGIONS.get(r))
    return found(await partial.partial(id, visitor_of(request).subject))


class UploadsController(Controller):
    """Begins an upload."""

    path = "/{r:str}/uploads"
    opt = {"who": CITIZEN}
    dependencies = {"region": Provide(region_named)}

    @post()
    async def begin(self, request: Request[Any, Any, Any], region: NamedDependency[Region]) -> Response[bytes]:
        """Begin an upload and return its address."""
        size = number(request, "upload-length")
        limits = region.rules.uploads
        if size > limits.max_file_mib << 20:
            raise TooLarge
        sender = visitor_of(request).subject
        made = await partial.begin(sender, named(request), size, limits.max_total_mib << 20)
        headers = {"location": f"/{region.id}/uploads/{made.id}", **told(made, 0)}
        return Response(b"", status_code=201, headers=headers, media_type="text/plain")


# D41: the door accepts PATCH and DELETE at these addresses only.
class UploadController(Controller):
    """One upload that has begun."""

    path = "/{r:str}/uploads/{id:str}"
    opt = {"who": CITIZEN}
    dependencies = {"upload": Provide(upload_named)}

    @get()
    async def show(self, upload: NamedDependency[Partial]) -> Response[bytes]:
        """Tell the offset that the upload has reached."""
        return Response(b"", status_code=204, headers=told(upload, await partial.offset(upload)))

    @patch(request_max_body_size=None)
    async def append(self, request: Request[Any, Any, Any], upload: NamedDependency[Partial]) -> Response[bytes]:
        """Append the body to the upload, from the offset it has reached."""
        begins = await partial.offset(upload)
        if number(request, "upload-offset") != begins:
            return mismatch(upload, begins)
        try:
            reached = await partial.append(upload, begins, arriving(request))
        except Stale:
            return mismatch(upload, await partial.offset(upload))
        return Response(b"", status_code=204, headers=told(upload, reached))

    @delete(status_code=204)
    async def give_up(self, upload: NamedDependency[Partial]) -> None:
        """Delete the upload."""
        await partial.cancel(upload)


def number(request: Request[Any, Any, Any], header: str) -> int:
    """Return the number in the header called *header*.

    Raises:
        BadRequest: the header is missing or is not a number.
    """
    text = request.headers.get(header, "")
    if not (text.isascii() and text.isdigit() and len(text) < 15):
        raise BadRequest
    return int(text)


def named(request: Request[Any, Any, Any]) -> str:
    """Return the file's name from ``Content-Disposition: attachment; filename*=UTF-8''...``."""
    _, _, coded = request.headers.get("content-disposition", "").partition("filename*=UTF-8''")
    name = clean(unquote(coded)).replace("\\", "/").rsplit("/", 1)[-1]
    return name.replace("\n", " ").strip()[-NAME:]


def told(upload: Partial, reached: int) -> dict[str, str]:
    """Return the headers that tell the browser the length of *upload* and the offset *reached*."""
    return {
        "upload-offset": str(reached),
        "upload-complete": "?1" if reached == upload.size else "?0",
        "upload-length": str(upload.size),
        "upload-limit": f"max-size={upload.size}, max-age={int(partial.KEPT.total_seconds())}",
    }


def mismatch(upload: Partial, reached: int) -> Response[bytes]:
    """Return the 409 response for a part that begins at another offset than *reached*."""
    problem = msgspec.json.encode({"type": MISMATCH, "title": "mismatching-upload-offset", "expected-offset": reached})
    return Response(problem, status_code=409, headers=told(upload, reached), media_type="application/problem+json")


async def arriving(request: Request[Any, Any, Any]) -> AsyncIterator[bytes]:
    """Yield the parts of the body until it ends, the connection is lost, or the sender becomes too slow."""
    stream = request.stream()
    started = clock.ticks()
    taken = 0
    while taken >= LEAST_RATE * (clock.ticks() - started - 60):
        try:
            async with asyncio.timeout(CHUNK_SECONDS):
                chunk = await anext(stream)
        except (StopAsyncIteration, TimeoutError, HTTPException):  # keep the bytes so far; the rest comes later
            return
        taken += len(chunk)
        yield chunk
