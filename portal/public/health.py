"""``/health``: for monitoring."""

from litestar import Controller, Response, get

from portal.core.store import jobs
from portal.core.web.door import ANYBODY


class HealthController(Controller):
    """Reports whether the server and its database work."""

    path = "/health"
    opt = {"who": ANYBODY}

    @get()
    async def show(self) -> Response[bytes]:
        """Answer ok, with the number of jobs given up."""
        failed = await jobs.given_up()
        return Response(b"ok\n" if not failed else f"ok, {failed} given up\n".encode(), media_type="text/plain")
