"""Two pages never share a title: whoever hears it, or sees it on a tab, knows which page it is."""

import html
import re

import pytest

from portal.routes import declared
from tests.helpers.client import Client
from tests.helpers.world import make_world, sign_in_citizen, sign_in_clerk

PREVIEW = "/preview/"  # a page of the citizens as it would be: it has their title
TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)


@pytest.mark.parametrize("who", ["citizen", "clerk"])
async def test_no_two_pages_have_the_same_title(client: Client, who: str) -> None:
    world = await make_world()
    await (sign_in_citizen if who == "citizen" else sign_in_clerk)(client)
    found: dict[str, set[str]] = {}

    for route in declared():
        if (
            route.writes
            or route.who == ("machine",)
            or route.path.endswith("/events")
            or "logout" in route.path
            or PREVIEW in route.path
        ):
            continue
        address = world.address(route)
        answer = await client.http.get(address)
        title = TITLE.search(answer.text) if answer.status_code == 200 else None
        if title:
            found.setdefault(html.unescape(title[1]), set()).add(route.path)

    assert len(found) > 20
    assert {title: paths for title, paths in found.items() if len(paths) > 1} == {}
