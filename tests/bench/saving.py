"""Two servers that take a file: one writes the body and no more, one takes it in as the portal does.

``python -m tests.bench.saving bare|ours PORT FOLDER``
"""

import os
import sys
from pathlib import Path
from typing import Any

MOST = 400 << 20


async def bare(scope: Any, receive: Any, send: Any) -> None:
    """Write the body to a file, have it on the disk, answer."""
    if scope["type"] == "lifespan":
        while True:
            message = await receive()
            await send({"type": f"{message['type']}.complete"})
            if message["type"] == "lifespan.shutdown":
                return
    path = Path(os.environ["PORTAL_DATA"]) / os.urandom(8).hex()
    with path.open("xb") as file:
        more = True
        while more:
            message = await receive()
            file.write(message.get("body", b""))
            more = message.get("more_body", False)
        file.flush()
        os.fsync(file.fileno())
    path.unlink()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


def ours() -> Any:
    """Return an application that takes files in as the portal does, up to where they would be decoded."""
    from litestar import Litestar, Request, Response, get, post

    from portal.core.store import crypto
    from portal.core.web.door import Door
    from portal.core.web.security import Front
    from portal.core.web.sessions import visitor_of
    from portal.core.web.uploads import Limits, received

    crypto.make_keys()

    @get("/", who=("anyone",))
    async def token(request: Request[Any, Any, Any]) -> Response[str]:
        """Give the visitor a token."""
        return Response(visitor_of(request).csrf)

    @post("/", who=("anyone",), streams=True, request_max_body_size=None, status_code=200)
    async def take(request: Request[Any, Any, Any]) -> Response[str]:
        """Take the files in, and have them on the disk like the other."""
        async with received(request, Limits(file=MOST, total=MOST, count=9)) as (_, files):
            for file in files:
                handle = os.open(file.path, os.O_RDONLY)
                os.fsync(handle)
                os.close(handle)
        return Response("ok")

    return Front(Litestar([token, take], middleware=[Door], openapi_config=None))


if __name__ == "__main__":
    os.environ.update(PORTAL_DATA=sys.argv[3], PORTAL_HTTPS="0", PORTAL_ORIGIN="", DATABASE_URL="")
    import uvicorn

    uvicorn.run(
        bare if sys.argv[1] == "bare" else ours(),
        port=int(sys.argv[2]),
        access_log=False,
        log_level="warning",
        server_header=False,
    )
