"""The door of every route: no form without its own token, nothing from another site, no change by looking."""

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest

from portal.accounts.register import demo_people
from portal.cases.life.number import new_number
from portal.core.web import door
from portal.core.web.security import DEFAULTS
from portal.routes import Route, declared
from tests.helpers.client import APP, ORIGIN, Client
from tests.helpers.factories import make_person, make_staff
from tests.helpers.world import (
    World,
    changed,
    everything,
    forget_limits,
    make_world,
    sign_in_citizen,
    sign_in_clerk,
)

pytestmark = pytest.mark.usefixtures("database")

# Machines have a secret of their own (tests/contract/public/test_hooks.py); a clerk half way in is a test of their own.
APART = (("machine",), ("password",))
UNSAFE = [route for route in declared() if route.writes and route.who not in APART]
HALF_WAY = [route for route in declared() if route.writes and route.who == ("password",)]
# Uploads read the body themselves, as a stream.
STREAMS = (
    "/materials/{slot}",
    "/defects/{d}",
    "/supplements/{slot}",
    "/conversation/files",
    "/replacement",
    "/face/{check}",
    "/files/{file}/upload",
)
UPLOADS = {route.path for route in UNSAFE if route.path.endswith(STREAMS)}
MULTIPART = "multipart/form-data; boundary=edge"
FILE = (
    b'--edge\r\ncontent-disposition: form-data; name="file"; filename="a.jpg"\r\n'
    b"content-type: image/jpeg\r\n\r\n\xff\xd8\xff\r\n--edge--\r\n"
)


def part(name: str, text: bytes, filename: bytes | None = None) -> bytes:
    """Return one part of a multipart form, a file when it has a *filename*."""
    called = b'; filename="%s"' % filename if filename is not None else b""
    return b'--edge\r\ncontent-disposition: form-data; name="%s"%s\r\n\r\n%s\r\n' % (name.encode(), called, text)


def for_desk(route: Route) -> bool:
    return route.path.startswith("/staff")


async def everybody(client: Client, desk: Client) -> World:
    """Make a world, and sign in a citizen and a clerk."""
    world = await make_world()
    await sign_in_citizen(client)
    await sign_in_clerk(desk)
    return world


async def refusals(client: Client, headers: dict[str, str], body: bytes) -> dict[str, int]:
    """Send *body* to every route that writes, as somebody who may; return what was not refused with 419."""
    async with Client() as desk:
        world = await everybody(client, desk)
        await forget_limits()
        before, answers = await everything(), {}
        for route in UNSAFE:
            who = desk if for_desk(route) else client
            answer = await who.http.request(route.method, world.address(route), content=body, headers=headers)
            answers[route.path] = answer.status_code
        assert changed(before, await everything()) == {}
    return {path: status for path, status in answers.items() if status != 419}


URLENCODED = {"content-type": "application/x-www-form-urlencoded"}
ADVICE = "ask `Visitor.owns` before anything else; an address nobody can open belongs into tests/helpers/world.py"


async def a_strangers_token() -> str:
    """Return a token made for another browser."""
    async with Client() as stranger:
        await stranger.get("/meishan/login")
        return stranger.hidden["csrf"]


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "application/json", "text/plain", ""])
async def test_every_route_that_writes_refuses_a_body_without_a_token(client: Client, kind: str) -> None:
    let_in = await refusals(client, {"content-type": kind}, b"{}")

    assert let_in == dict.fromkeys(UPLOADS, 400), ADVICE  # they read multipart only


async def test_every_route_that_writes_refuses_files_without_a_token(client: Client) -> None:
    let_in = await refusals(client, {"content-type": MULTIPART}, FILE)

    assert let_in == {route.path: 400 for route in UNSAFE if route.path not in UPLOADS}, ADVICE


async def test_every_route_that_writes_refuses_the_token_of_another_session(client: Client) -> None:
    token = await a_strangers_token()

    let_in = await refusals(client, URLENCODED, f"csrf={token}".encode())

    assert let_in == dict.fromkeys(UPLOADS, 400), ADVICE


async def test_a_clerk_half_way_in_is_asked_for_the_token_too(client: Client) -> None:
    await make_staff()
    await client.get("/staff/login")
    await client.post("/staff/login", {"login": "meishan-reviewer", "password": "long enough"})
    token = await a_strangers_token()

    answers = [await client.http.post(route.path, data={"csrf": token, "code": "1"}) for route in HALF_WAY]

    assert [answer.status_code for answer in answers] == [419] * len(HALF_WAY) != []


async def test_every_upload_refuses_the_token_of_another_session(client: Client) -> None:
    token = await a_strangers_token()

    let_in = await refusals(client, {"content-type": MULTIPART}, part("csrf", token.encode()) + FILE)

    assert not let_in.keys() & UPLOADS, ADVICE


async def test_every_route_that_writes_refuses_another_session_s_token_in_the_header(client: Client) -> None:
    token = await a_strangers_token()

    let_in = await refusals(client, {"content-type": MULTIPART, "x-csrf-token": token}, FILE)

    assert not let_in.keys() & UPLOADS, ADVICE
    assert set(let_in.values()) == {400}


async def test_a_route_that_writes_takes_the_right_token_in_a_field_or_in_the_header(client: Client) -> None:
    await make_world()
    await sign_in_citizen(client)
    await client.get("/meishan/notices")
    token = client.hidden.get("csrf") or ""
    if not token:
        await client.get("/meishan/logout")
        token = client.hidden["csrf"]

    in_a_field = await client.http.post("/meishan/notices", data={"csrf": token})
    in_the_header = await client.http.post("/meishan/notices", headers={"x-csrf-token": token})

    assert (in_a_field.status_code, in_the_header.status_code) == (303, 303)


STRANGE_TOKENS = ["", "x", "令牌", "%FF%FE", "%00", "é", "=" * 44, "A" * 44, "A" * 900_000, "a" * 2_000_000]


@pytest.mark.parametrize("token", STRANGE_TOKENS, ids=lambda token: f"{len(token)} of {token[:4]!r}")
async def test_a_strange_token_is_refused_and_never_an_error_of_ours(client: Client, token: str) -> None:
    await client.get("/meishan/login")

    answer = await client.http.post("/meishan/login", content=f"csrf={token}".encode(), headers=URLENCODED)

    assert answer.status_code in (400, 413, 419)


@pytest.mark.parametrize("token", [b"\xff\xfe", b"\xe4\xbb\xa4", b"x" * 10_000], ids=["no text", "Chinese", "long"])
async def test_a_strange_token_in_the_header_is_refused(client: Client, token: bytes) -> None:
    await client.get("/meishan/login")

    answer = await client.http.post("/meishan/login", headers={b"x-csrf-token": token})

    assert answer.status_code == 419


UPLOADS_THAT_LIE = {
    "as a file": part("csrf", b"TOKEN", b"csrf.txt") + FILE,
    "not as text": part("csrf", b"\xff\xfe") + FILE,
    "in Chinese": part("csrf", "令牌".encode()) + FILE,
    "very long": part("csrf", b"x" * 50_000) + FILE,
    "after the file": FILE.removesuffix(b"--edge--\r\n") + part("csrf", b"TOKEN") + b"--edge--\r\n",
}


@pytest.mark.parametrize("how", UPLOADS_THAT_LIE)
async def test_the_token_of_an_upload_must_be_a_text_before_the_files(client: Client, how: str) -> None:
    world = await make_world()
    await sign_in_citizen(client)
    await client.get(f"/meishan/apply/{world.draft.id}/materials")
    body = UPLOADS_THAT_LIE[how].replace(b"TOKEN", client.hidden["csrf"].encode())
    before = await everything()

    answer = await client.http.post(
        f"/meishan/apply/{world.draft.id}/materials/{world.slot}", content=body, headers={"content-type": MULTIPART}
    )

    assert answer.status_code in (400, 419)
    assert changed(before, await everything()) == {}


# -- from elsewhere ------------------------------------------------------------------------------

ELSEWHERE: list[dict[str, str]] = [
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"origin": "https://evil.example"},
    {"origin": "null"},
    {"origin": "https://mt.example.cn.evil.example"},
    {"origin": "https://mt.example.cn:8443"},
    {"origin": ""},
]


@pytest.mark.parametrize("headers", ELSEWHERE, ids=str)
async def test_what_another_site_sends_is_refused_even_with_a_good_token(
    client: Client, headers: dict[str, str]
) -> None:
    await client.get("/meishan/login")

    answer = await client.http.post("/meishan/login", data={**client.hidden, "mobile": "1"}, headers=headers)

    assert answer.status_code == 419


async def test_every_route_that_writes_refuses_another_site(client: Client) -> None:
    headers = {"content-type": MULTIPART, "sec-fetch-site": "cross-site", "origin": "https://evil.example"}

    assert await refusals(client, headers, b"") == {}


@pytest.mark.parametrize("headers", [{"sec-fetch-site": "same-origin", "origin": ORIGIN}, {"sec-fetch-site": "none"}])
async def test_what_our_own_page_sends_is_taken(client: Client, headers: dict[str, str]) -> None:
    await client.get("/meishan/login")

    answer = await client.http.post("/meishan/login", data={**client.hidden, "mobile": "1"}, headers=headers)

    assert answer.status_code == 422


# -- who is asked first --------------------------------------------------------------------------


async def body_read_by(path: str, headers: dict[bytes, bytes]) -> tuple[int, int]:
    """Send an endless upload as a stranger; return the status, and how often the body was asked for."""
    asked = 0
    status = 0

    async def receive() -> dict[str, Any]:
        nonlocal asked
        asked += 1
        return {"type": "http.request", "body": b"x" * 65_536, "more_body": asked < 1000}

    async def send(message: Any) -> None:
        nonlocal status
        status = message.get("status", status)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "https",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", b"mt.example.cn"), *headers.items()],
        "client": ("10.0.0.1", 1),
        "server": ("mt.example.cn", 443),
    }
    await APP(scope, receive, send)  # type: ignore[arg-type]
    return status, asked


@pytest.mark.parametrize(
    "path", ["/meishan/apply/x/materials/identity", "/meishan/apply/x/person", "/staff/cases/1/claim"]
)
async def test_not_a_byte_is_read_from_whoever_may_not_enter(database: None, path: str) -> None:
    status, asked = await body_read_by(path, {b"content-type": MULTIPART.encode()})

    assert (status, asked) == (303, 0)


async def test_not_a_byte_is_read_of_what_another_site_sends(database: None) -> None:
    status, asked = await body_read_by("/meishan/login", {b"origin": b"https://evil.example"})

    assert (status, asked) == (419, 0)


async def test_a_form_without_end_is_refused_early(database: None) -> None:
    status, asked = await body_read_by("/meishan/login", {b"content-type": URLENCODED["content-type"].encode()})

    assert status == 413
    assert asked < 20


async def test_a_form_that_never_arrives_is_given_up(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "BODY_SECONDS", 0.05)

    async def body() -> AsyncIterator[bytes]:
        yield b"csrf="
        await asyncio.Event().wait()

    answer = await client.http.post("/meishan/login", content=body(), headers=URLENCODED)

    assert answer.status_code == 400


# -- looking changes nothing ---------------------------------------------------------------------

LINK = re.compile(r'(?:href|src)="([^"#]*)')
NOT_PAGES = ("/static/", "tel:", "mailto:", "data:", "https://", "http://")


async def crawled(client: Client, *starts: str) -> list[str]:
    """Follow every link from *starts*; return the addresses that were opened."""
    open_, seen = list(starts), set(starts)
    while open_:
        path = open_.pop()
        answer = await client.http.get(path, follow_redirects=True)
        assert answer.status_code in (200, 409), (path, answer.status_code)
        links = LINK.findall(answer.text) if "html" in answer.headers["content-type"] else []
        for link in links:
            target = str(answer.url.join(link.replace("&amp;", "&"))).removeprefix(ORIGIN)
            if link and not link.startswith(NOT_PAGES) and "look=" not in link and target not in seen:
                seen.add(target)
                open_.append(target)
    return sorted(seen)


async def test_a_citizen_who_looks_at_every_page_changes_nothing_and_only_a_copy_taken_away_is_logged(
    client: Client,
) -> None:
    world = await make_world()
    await sign_in_citizen(client)
    before = await everything()

    seen = await crawled(
        client, "/meishan/me", f"/meishan/cases/{world.waiting.number}/progress?seen=0", "/meishan/apply/new"
    )

    after = changed(before, await everything())
    logged = after.pop("audit")
    assert after == {}
    assert logged
    assert all("'act': 'export'" in row for row in logged)
    for expected in (f"/meishan/apply/{world.draft.id}/materials", f"/meishan/cases/{world.decided.number}/decision"):
        assert expected in seen, "the crawl has missed half of the portal"


async def test_every_picture_script_and_style_is_our_own(client: Client) -> None:
    world = await make_world()
    await sign_in_citizen(client)
    for path in ("/", "/meishan/", "/meishan/login", f"/meishan/cases/{world.waiting.number}", "/staff/login"):
        await client.get(path)
        loaded = re.findall(
            r'<(?:script|img|link|iframe|source|video|audio|embed)\b[^>]*?(?:src|href)="([^"]*)"', client.text
        )

        assert loaded
        assert all(re.match(r"/(?!/)|data:image/", address) for address in loaded), loaded


# -- whose it is ---------------------------------------------------------------------------------


async def test_a_foreign_case_and_a_made_up_one_look_the_same(client: Client) -> None:
    world = await make_world()
    made_up = new_number()
    async with Client() as other:
        await make_person("ms-02")
        await sign_in_as(other, "ms-02")
        for foreign, invented in (
            (f"/meishan/cases/{world.waiting.number}", f"/meishan/cases/{made_up}"),
            (f"/meishan/cases/{world.waiting.number}/progress?seen=0", f"/meishan/cases/{made_up}/progress?seen=0"),
            (f"/meishan/cases/{world.decided.number}/decision", f"/meishan/cases/{made_up}/decision"),
            (f"/meishan/apply/{world.draft.id}", "/meishan/apply/" + "A" * len(world.draft.id)),
            (f"/meishan/apply/{world.draft.id}/person", "/meishan/apply/" + "A" * len(world.draft.id) + "/person"),
        ):
            theirs, nobodys = await other.http.get(foreign), await other.http.get(invented)

            assert theirs.status_code == nobodys.status_code == 404
            assert neutral(theirs.text, foreign) == neutral(nobodys.text, invented)
            assert theirs.headers.keys() == nobodys.headers.keys()


async def sign_in_as(client: Client, no: str) -> None:
    """Sign in the demo person called *no*."""
    phone = next(one.phone for one in demo_people().values() if one.no == no)
    await client.sign_in(phone)
    assert client.path == "/meishan/me", client.text


def neutral(page: str, path: str) -> str:
    """Return *page* without the address it was asked for under."""
    return page.replace(path.partition("?")[0], "HERE")


async def test_a_refused_form_has_the_headers_of_every_page(client: Client) -> None:
    answer = await client.http.post("/meishan/login", data={})

    assert answer.status_code == 419
    assert {name.decode() for name in DEFAULTS} <= set(answer.headers)
