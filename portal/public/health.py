"""``/health``: for whoever watches the server."""

from litestar import Controller, Response, get

from portal.core.store import jobs
from portal.core.web.door import ANYBODY


class HealthController(Controller):
    """Whether the server answers and its database does."""

    path = "/health"
    opt = {"who": ANYBODY}

    @get()
    async def show(self) -> Response[bytes]:
        """Say ok, and how much work has been given up."""
        failed = await jobs.given_up()
        return Response(b"ok\n" if not failed else f"ok, {failed} given up\n".encode(), media_type="text/plain")
