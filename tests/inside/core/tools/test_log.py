"""The log: lines of a few known keys, in which no person can be found."""

import json
import logging
from collections.abc import Iterator
from io import StringIO
from typing import Any

import httpx
import pytest
import structlog
from litestar import Litestar, Request, Response, post
from litestar.exceptions import HTTPException
from litestar.params import FromPath

from portal.core.outside.sms import demo_messages
from portal.core.tools import log
from portal.core.tools.errors import Problem
from portal.core.tools.log import KEYS, LOG, allowed, where
from portal.core.web.door import Door
from portal.core.web.security import Front
from portal.core.web.sessions import COOKIE, Visitor, anonymous, form_of
from portal.public import errors
from tests.helpers.client import ORIGIN, Client
from tests.helpers.world import MOBILE, make_world, sign_in_citizen

MARKER = "511402196805120015"


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[StringIO]:
    """What is written to standard error, by our log and by anybody else's."""
    paper = StringIO()
    monkeypatch.setattr("sys.stderr", paper)
    log.start_logging()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger("DEBUG"), cache_logger_on_first_use=False)
    everything = logging.StreamHandler(paper)
    logging.getLogger().addHandler(everything)
    before = logging.getLogger().level
    logging.getLogger().setLevel(logging.DEBUG)
    logging.getLogger("httpx").setLevel(logging.CRITICAL)  # the browser of these tests, not the portal
    yield paper
    logging.getLogger().setLevel(before)
    logging.getLogger().removeHandler(everything)
    structlog.reset_defaults()


def lines(paper: StringIO) -> list[dict[str, Any]]:
    """Return the lines our own log has written."""
    return [json.loads(line) for line in paper.getvalue().splitlines() if line.startswith("{")]


def test_keys_that_are_not_on_the_list_are_dropped_and_counted() -> None:
    line = allowed(None, "", {"event": "x", "phone": MOBILE, "name": "张丽", "status": 200})

    assert line == {"event": "x", "status": 200, "dropped": 2}


def test_a_line_with_known_keys_only_says_nothing_of_dropping() -> None:
    assert allowed(None, "", {"event": "x", "count": 1}) == {"event": "x", "count": 1}


PERSONAL = (
    *("name", "phone", "mobile", "id_number", "card_no", "person", "disease", "filename"),
    *("token", "code", "cookie", "body", "query", "url", "exception"),
)


@pytest.mark.parametrize("key", PERSONAL)
def test_no_key_stands_for_a_person(key: str) -> None:
    assert key not in KEYS


def test_a_line_is_json_with_its_level_and_its_time(written: StringIO) -> None:
    LOG.warning("worker", kind="通知", secret=MARKER)

    (line,) = lines(written)
    assert (line["event"], line["level"], line["kind"], line["dropped"]) == ("worker", "warning", "通知", 1)
    assert line["timestamp"].endswith("Z")
    assert MARKER not in written.getvalue()


def test_where_something_went_wrong_is_told_by_file_and_line_only() -> None:
    with pytest.raises(TypeError) as caught:
        allowed(None, "", None)  # type: ignore[arg-type]

    assert where(caught.value).startswith("core/tools/log.py:")
    assert where(caught.value).endswith(" allowed")


def test_of_an_error_that_was_never_raised_no_place_is_told() -> None:
    assert where(ValueError(MARKER)) == ""


@post("/crash/{who:str}", who=("anyone",))
async def crash(request: Request[Any, Any, Any], who: FromPath[str]) -> Response[str]:
    """Go wrong with personal data at hand."""
    name = form_of(request)["name"]
    raise RuntimeError(f"{name} {who} {MARKER}")


async def crashed() -> httpx.Response:
    """Have a page go wrong while somebody sends personal data."""
    app = Front(
        Litestar(
            [crash],
            middleware=[Door],
            exception_handlers={Problem: errors.on_problem, HTTPException: errors.on_http, Exception: errors.on_crash},
            openapi_config=None,
        )
    )
    visitor = Visitor(anonymous())
    transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as http:
        return await http.post(
            f"/crash/{MARKER}?q={MARKER}",
            data={"csrf": visitor.csrf, "name": "张丽"},
            headers={"cookie": f"{COOKIE}={visitor.cookie}", "user-agent": MARKER},
        )


async def test_a_crash_is_a_plain_page_with_a_number(written: StringIO) -> None:
    answer = await crashed()

    (line,) = lines(written)
    assert answer.status_code == 500
    assert line["reference"] in answer.text
    assert not [word for word in ("RuntimeError", "Traceback", MARKER, "张丽", "portal/") if word in answer.text]


async def test_a_crash_is_logged_by_kind_place_and_route_and_without_any_value(written: StringIO) -> None:
    await crashed()

    (line,) = lines(written)
    assert (line["event"], line["error"], line["method"]) == ("crash", "RuntimeError", "POST")
    assert line["route"] == "/crash/{who:str}"
    assert set(line) <= KEYS
    assert not [word for word in (MARKER, "张丽") if word in written.getvalue()]


@pytest.mark.usefixtures("database")
async def test_a_visit_leaves_nothing_about_the_person_in_any_log(client: Client, written: StringIO) -> None:
    world = await make_world()
    await sign_in_citizen(client)
    await client.get(f"/meishan/cases/{world.waiting.number}")
    await client.get(f"/meishan/apply/{world.draft.id}/person")
    await client.post(f"/meishan/apply/{world.draft.id}/person", {"mobile": "1", "address": "苏祠路 1 号"})
    await client.get("/meishan/cases/482109375564")
    code = (await demo_messages(MOBILE, 1))[0].rpartition("#")[2]

    said = written.getvalue()
    personal = (MOBILE, "张丽", code, "苏祠路", world.waiting.number, world.draft.id, "482109375564")
    assert [word for word in personal if word in said] == []
