"""Whatever is sent to whatever address, people get a page that says what to do, and nothing of ours breaks."""

import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest

from portal.core.tools.places import TEMPLATES
from portal.routes import Route, declared
from tests.helpers.client import Client
from tests.helpers.world import World, forget_limits, make_world, sign_in_citizen, sign_in_clerk

pytestmark = pytest.mark.usefixtures("database")

LOOKING = [route for route in declared() if not route.writes and not route.path.endswith(("/events", ".pdf"))]
SENDING = [route for route in declared() if route.writes and not route.path.endswith(("/logout", "/login"))]
UPLOADS = ("/materials/{slot}", "/defects/{d}")
# As they stand in an address, percent-encoded already.
PARTS = {
    "a word": "x",
    "nothing much": "%20",
    "a minus": "-1",
    "zero": "0",
    "a number nobody counts to": "9" * 40,
    "more than 32 bits": str(2**31),
    "more than 64 bits": str(2**63),
    "a null byte": "a%00b",
    "bytes that are no UTF-8": "%ff%fe",
    "half a surrogate": "%ed%a0%80",
    "a way up": "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    "SQL": quote("' OR 1=1; DROP TABLE cases; --"),
    "markup": quote("<script>alert(1)</script>"),
    "a template": quote("{{ 7919 * 7 }}"),
    "a format": quote("{0.__class__} %s %n"),
    "a line end": "a%0d%0aset-cookie:%20x=1",
    "Chinese": quote("张丽的申请"),
    "digits of another script": quote("٣٤٥"),
    "a smile": quote("😀"),
    "very long": "a" * 4000,
}
QUERIES = ("c", "next", "q", "code", "seen", "view", "after", "file", "leaf", "return", "look", "page", "lang")


def sane(status: int, text: str, kind: str, what: str) -> None:
    """Fail unless this is an answer for people: no error of ours, nothing of the framework, nothing of the inside."""
    assert status < 500, what
    assert "json" not in kind, what
    assert status not in (400, 404, 405, 409, 413, 419, 422) or "<h1" in text, what
    assert not re.search(r"Traceback|status_code|\bdetail\b|portal/\w+\.py|<script>alert|>55433<", text), what


async def everybody(client: Client, desk: Client) -> World:
    world = await make_world()
    await sign_in_citizen(client)
    await sign_in_clerk(desk)
    return world


def twisted(world: World, route: Route, part: str) -> Iterator[str]:
    """Yield the addresses of *route* with one place after the other replaced by *part*."""
    good, names = world.address(route).split("/"), route.path.split("/")
    for place, name in enumerate(names):
        if name.startswith("{"):
            yield "/".join([*good[:place], part, *good[place + 1 :]])


async def test_no_address_however_twisted_breaks_anything(client: Client) -> None:
    async with Client() as desk:
        world = await everybody(client, desk)
        for route, part in product(LOOKING, PARTS.values()):
            for address in twisted(world, route, part):
                who = desk if route.path.startswith("/staff") else client
                answer = await who.http.get(address)

                sane(answer.status_code, answer.text, answer.headers.get("content-type", ""), address[:200])
                assert "set-cookie" not in answer.headers or "x=1" not in answer.headers["set-cookie"]


async def test_no_question_behind_an_address_breaks_anything(client: Client) -> None:
    async with Client() as desk:
        world = await everybody(client, desk)
        for route, part in product(LOOKING, PARTS.values()):
            for query in ("&".join(f"{name}={part}" for name in QUERIES), f"&&=&==%&leaf={part}"):
                who = desk if route.path.startswith("/staff") else client
                answer = await who.http.get(f"{world.address(route)}?{query}")

                kind = answer.headers.get("content-type", "")
                sane(answer.status_code, answer.text, kind, f"{route.path}?{query}"[:200])


# -- forms ---------------------------------------------------------------------------------------

TEXTS = {
    "nothing": "",
    "a null byte": "甲\x00乙",
    "controls": "\x01\x07\x1b[31m\x7f",
    "marks that turn the line around": "甲\u202e乙\u2066丙\ufeff",
    "very long": "长" * 1000,  # in every field at once just under what a form may weigh
    "a number nobody counts to": "9" * 200,
    "a negative number": "-2147483649",
    "a fraction": "1e309",
    "markup": "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>",
    "a template": "{{ 7919 * 7 }}{% raw %}{0.__class__}%s",
    "digits of another script": "٣٤٥１２３",
    "combining marks": "Z\u0301\u0327" * 200,
    "a smile": "👩‍👩‍👧‍👦",
    "only spaces": " \u3000\t\n ",
    "a day there is not": "2026-02-30",
}
NAME = re.compile(r'name="([\w.-]+)"')
FIELDS = sorted(
    {one for path in Path(TEMPLATES).rglob("*.html") for one in NAME.findall(path.read_text())} - {"csrf", "viewport"}
    | {"mobile", "disease", "hospital", "diagnosed_on-year", "diagnosed_on-month", "diagnosed_on-day", "treatment"}
    | {
        "delivery",
        "recipient",
        "postal_address",
        "notify_channel",
        "notify_mobile",
        "form_way",
        "declared",
        "signature",
    }
)


async def token(client: Client, route: Route) -> str:
    """Return a good token of who uses *route*."""
    await client.get("/staff/" if route.path.startswith("/staff") else "/meishan/logout")
    return client.hidden["csrf"]


async def send(client: Client, route: Route, address: str, fields: list[tuple[str, str]], what: str) -> int:
    body = urlencode([("csrf", await token(client, route)), *fields])
    headers = {"content-type": "application/x-www-form-urlencoded"}
    answer = await client.http.post(address, content=body, headers=headers)
    sane(answer.status_code, answer.text, answer.headers.get("content-type", ""), f"{route.path}: {what}")
    return answer.status_code


async def test_no_text_in_any_field_of_any_form_breaks_anything(client: Client) -> None:
    async with Client() as desk:
        world = await everybody(client, desk)
        repeated = [
            f"{name}-{id}" for name in ("words", "reason", "verdict", "months") for id in (world.defect, world.slot)
        ]
        for what, route in product(TEXTS, SENDING):
            if not route.path.endswith(UPLOADS):
                await forget_limits()
                fields = [(name, TEXTS[what]) for name in (*FIELDS, *repeated)]
                who = desk if route.path.startswith("/staff") else client
                await send(who, route, world.address(route), fields, what)


@pytest.mark.parametrize("version", ["", "abc", "-1", "9" * 40, "1 OR 1=1", "１"])
async def test_a_row_version_that_is_none_is_an_older_page(client: Client, version: str) -> None:
    async with Client() as desk:
        world = await everybody(client, desk)
        for who, path in (
            (client, f"/meishan/apply/{world.draft.id}/person"),
            (desk, f"/staff/cases/{world.waiting.number}/corrections/new"),
            (desk, f"/staff/cases/{world.decided.number}/approval"),
        ):
            route = Route("POST", path, (), writes=True)

            assert await send(who, route, path, [("row_version", version), ("mobile", "13800000101")], version) == 409


BODIES = {
    "not UTF-8": b"csrf=x&mobile=\xff\xfe",
    "GBK": "mobile=张丽".encode("gbk"),
    "UTF-16": "mobile=1".encode("utf-16"),
    "half an escape": b"mobile=%E5%BC",
    "a broken escape": b"mobile=%zz&%=%",
    "a surrogate": b"mobile=%ED%A0%80",
    "nothing but signs": b"&&&===&;;;",
    "JSON": b'{"mobile": "1"}',
    "more fields than any form has": b"&".join(b"f%d=1" % number for number in range(5000)),
    "one field a hundred thousand times": b"a&" * 100_000,
    "a megabyte and more": b"mobile=" + b"1" * 1_200_000,
    "nothing": b"",
}


async def test_no_body_breaks_anything_even_with_a_good_token(client: Client) -> None:
    await make_world()
    await sign_in_citizen(client)
    await client.get("/meishan/logout")
    token, form = client.hidden["csrf"], "application/x-www-form-urlencoded"

    for what, kind in product(BODIES, (form, f"{form}; charset=gbk", "x")):
        await forget_limits()
        for path in ("/meishan/notices", "/meishan/login", "/meishan/apply/new"):
            headers = {"content-type": kind, "x-csrf-token": token}
            answer = await client.http.post(path, content=BODIES[what], headers=headers)

            sane(answer.status_code, answer.text, answer.headers.get("content-type", ""), f"{path}: {what}")


async def test_no_name_of_a_file_breaks_anything(client: Client) -> None:
    world = await make_world()
    await sign_in_citizen(client)
    materials = f"/meishan/apply/{world.draft.id}/materials"
    for what, text in TEXTS.items():
        await client.get(materials)

        await client.upload(f"{materials}/{world.slot}", (text[:250] or "x", b"\xff\xd8\xff\x00", "image/jpeg"))

        sane(client.status, client.text, client.page.headers["content-type"], what)
        assert client.status == 422, what
        assert "没有收下" in client.text, what


async def test_no_header_breaks_anything(client: Client) -> None:
    for headers in (
        {"cookie": b"mt=\xff\xfe; =; ;;; a"},
        {"cookie": b"s=" + b"x" * 8000},
        {"accept-language": b"\xff"},
        {"accept-encoding": b"\xff, gzip;q=x"},
        {"referer": b"\xff\xfe"},
        {"content-length": b"abc"},
        {"hx-request": b"\xff"},
        {"user-agent": b"\xff" * 5000},
        {"x-forwarded-for": b"', \xff"},
        {"if-none-match": b"\xff"},
    ):
        for path in ("/", "/meishan/", "/meishan/me", "/meishan/?look=en", "/staff/", "/nowhere"):
            answer = await client.http.get(path, headers={name.encode(): value for name, value in headers.items()})

            sane(answer.status_code, answer.text, answer.headers.get("content-type", ""), f"{path} {headers}"[:200])
