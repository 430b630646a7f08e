"""The clock that can be moved is the demonstration's alone."""

from portal.core.tools import clock
from portal.public.demo_clock import ClockController
from portal.routes import declared
from tests.helpers.client import Client


async def test_outside_the_demonstration_there_is_no_such_page(client: Client) -> None:
    before = clock.ahead()

    await client.get("/demo/clock")
    assert client.status == 404
    await client.post("/demo/clock", {"days": "30"})

    assert client.status in (404, 405)
    assert clock.ahead() == before
    assert not [route for route in declared() if route.path.startswith("/demo")]
    assert ClockController.path == "/demo/clock"
