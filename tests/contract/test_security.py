"""The outermost door: headers on every answer, our own host names only, no way out to another site."""

import re
from collections.abc import Awaitable, Callable
from urllib.parse import quote, urljoin, urlsplit

import httpx
import pytest

from portal.core.outside.sms import demo_messages
from portal.core.web.assets import assets
from portal.core.web.security import CSP, client_address
from portal.routes import declared
from tests.helpers.client import ORIGIN, Client
from tests.helpers.factories import make_person
from tests.helpers.world import MOBILE, make_world, sign_in_citizen, sign_in_clerk

pytestmark = pytest.mark.usefixtures("database")

HOST = ORIGIN.removeprefix("https://")
EVIL = "evil.example"


# -- headers on every answer ---------------------------------------------------------------------


async def too_many(client: Client) -> httpx.Response:
    """Ask for codes until there are no more."""
    await client.get("/meishan/login")
    for _ in range(8):
        answer = await client.http.post("/meishan/login", data={**client.hidden, "mobile": MOBILE})
    return answer


async def not_a_form(client: Client) -> httpx.Response:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    return await client.http.post("/meishan/login", content=b"\xff", headers=headers)


async def a_wrong_answer(client: Client) -> httpx.Response:
    await client.get("/meishan/login")
    return await client.http.post("/meishan/login", data={**client.hidden, "mobile": "1"})


async def not_for_citizens(client: Client) -> httpx.Response:
    await make_person()
    await sign_in_citizen(client)
    return await client.http.get("/staff/")


async def nothing_new(client: Client) -> httpx.Response:
    world = await make_world()
    await sign_in_citizen(client)
    seen = world.decided.told
    return await client.http.get(f"/meishan/cases/{world.decided.number}/progress?seen={seen}")


async def known_already(client: Client) -> httpx.Response:
    address = assets().url("css/app.css")
    etag = assets().files["css/app.css"].etag.decode()
    return await client.http.get(address, headers={"if-none-match": etag})


async def an_older_page(client: Client) -> httpx.Response:
    world = await make_world()
    await sign_in_citizen(client)
    await client.get(f"/meishan/apply/{world.draft.id}/person")
    fields = {**client.hidden, "row_version": "999", "mobile": MOBILE}
    return await client.http.post(f"/meishan/apply/{world.draft.id}/person", data=fields)


Asked = Callable[[Client], Awaitable[httpx.Response]]
EVERY_STATUS: dict[str, tuple[int, Asked]] = {
    "a page": (200, lambda client: client.http.get("/")),
    "a page of a city": (200, lambda client: client.http.get("/meishan/")),
    "a file": (200, lambda client: client.http.get(assets().url("css/app.css"))),
    "nothing new": (204, nothing_new),
    "elsewhere": (303, lambda client: client.http.get("/meishan/me")),
    "another look": (303, lambda client: client.http.get("/meishan/?look=elder")),
    "known already": (304, known_already),
    "not understood": (400, not_a_form),
    "not for you": (403, not_for_citizens),
    "no page": (404, lambda client: client.http.get("/nowhere/at/all")),
    "no city": (404, lambda client: client.http.get("/nowhere/")),
    "no file": (404, lambda client: client.http.get("/static/x/y.css")),
    "not that way": (405, lambda client: client.http.post("/meishan/")),
    "no such method": (405, lambda client: client.http.request("TRACE", "/")),
    "an older page": (409, an_older_page),
    "too large": (413, lambda client: client.http.post("/meishan/login", data={"a": "x" * 1_100_000})),
    "no token": (419, lambda client: client.http.post("/meishan/login", data={"mobile": "1"})),
    "not our host": (421, lambda client: client.http.get("/", headers={"host": EVIL})),
    "a wrong answer": (422, a_wrong_answer),
    "too often": (429, too_many),
}
ALWAYS = {
    "content-security-policy": CSP,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-frame-options": "DENY",
    "strict-transport-security": "max-age=31536000; includeSubDomains",
}


@pytest.mark.parametrize("what", EVERY_STATUS)
async def test_every_answer_carries_the_headers_that_protect_it(client: Client, what: str) -> None:
    status, ask = EVERY_STATUS[what]

    answer = await ask(client)

    assert answer.status_code == status
    assert {name: answer.headers.get(name) for name in ALWAYS} == ALWAYS
    assert "geolocation=()" in answer.headers["permissions-policy"]
    assert "server" not in answer.headers
    assert len(answer.headers.get_list("content-security-policy")) == 1


@pytest.mark.parametrize("what", [what for what in EVERY_STATUS if what not in ("a file", "known already")])
async def test_no_answer_but_a_static_file_is_kept_in_any_cache(client: Client, what: str) -> None:
    _, ask = EVERY_STATUS[what]

    answer = await ask(client)

    assert "no-store" in answer.headers["cache-control"]


@pytest.mark.parametrize("what", [what for what, (status, _) in EVERY_STATUS.items() if status >= 400])
async def test_an_error_is_told_in_plain_chinese_and_tells_nothing_of_the_inside(client: Client, what: str) -> None:
    _, ask = EVERY_STATUS[what]

    answer = await ask(client)

    assert what == "no file" or re.search("[\u4e00-\u9fff]{4}", answer.text)
    assert not re.search(r"Traceback|Exception|portal/|litestar|\.py\b", answer.text)


async def test_whoever_asks_too_often_is_told_when_to_come_back(client: Client) -> None:
    answer = await too_many(client)

    assert 0 < int(answer.headers["retry-after"]) <= 3600
    assert "分钟以后可以再试" in answer.text


async def test_the_policy_for_content_allows_our_own_files_and_nothing_inline() -> None:
    rules = dict(rule.strip().split(" ", 1) for rule in CSP.split(";"))

    assert rules["default-src"] == rules["object-src"] == rules["base-uri"] == rules["frame-ancestors"] == "'none'"
    assert rules["script-src"] == rules["style-src"] == rules["form-action"] == rules["connect-src"] == "'self'"
    assert "unsafe" not in CSP
    assert "http:" not in CSP
    assert "*" not in CSP


async def private_answers(client: Client) -> list[httpx.Response]:
    """Return the answers to every GET that needs a sign-in."""
    async with Client() as desk:
        world = await make_world()
        await sign_in_citizen(client)
        await sign_in_clerk(desk)
        return [
            await (desk if route.path.startswith("/staff") else client).http.get(world.address(route))
            for route in declared()
            if route.method == "GET" and "anyone" not in route.who and not route.path.endswith("/events")
        ]


async def test_every_private_page_and_file_is_kept_nowhere(client: Client) -> None:
    answers = await private_answers(client)

    assert len(answers) > 25
    assert [str(one.url) for one in answers if "no-store" not in one.headers["cache-control"]] == []
    assert sum(one.status_code == 200 for one in answers) > 15


async def test_a_citizens_file_is_shown_in_a_sandbox(client: Client) -> None:
    world = await make_world()
    await sign_in_citizen(client)

    answer = await client.http.get(f"/meishan/files/{world.document}")

    assert answer.status_code == 200
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-type"] == "image/jpeg"


# -- hosts ---------------------------------------------------------------------------------------

STRANGE_HOSTS = ["evil.example", "mt.example.cn.evil.example", "evil.example:443", "mt.example.cn@evil.example", "",
                 "mt.example.cn/evil", "mt.example.cn:evil.example", "[::2]", "xn--mt.example.cn"]  # fmt: skip


@pytest.mark.parametrize("host", STRANGE_HOSTS)
async def test_a_host_that_is_not_ours_is_refused(client: Client, host: str) -> None:
    answer = await client.http.get("/meishan/", headers={"host": host})

    assert answer.status_code == 421
    assert "evil" not in answer.text + str(answer.headers)


@pytest.mark.parametrize(
    "host", ["mt.example.cn", "MT.example.CN", "mt.example.cn:443", "localhost:8000", "[::1]:8000"]
)
async def test_our_own_hosts_are_answered(client: Client, host: str) -> None:
    answer = await client.http.get("/meishan/", headers={"host": host})

    assert answer.status_code == 200


FORWARDED = {
    "x-forwarded-host": EVIL,
    "x-forwarded-proto": f"http://{EVIL}",
    "x-forwarded-prefix": f"/{EVIL}",
    "x-forwarded-server": EVIL,
    "x-forwarded-port": EVIL,
    "x-host": EVIL,
    "x-original-url": f"/{EVIL}",
    "x-rewrite-url": f"/{EVIL}",
    "forwarded": f"host={EVIL};proto=http",
    "x-http-method-override": "DELETE",
    "via": EVIL,
    "referer": f"https://{EVIL}/",
}


async def test_what_a_request_says_about_forwarding_never_comes_back(client: Client) -> None:
    for path in ("/", "/meishan/", "/meishan/login", "/meishan/me", "/staff/login", "/nowhere", "/meishan/?look=en"):
        answer = await client.http.get(path, headers=FORWARDED)

        assert EVIL not in answer.text + str(answer.headers), path


async def test_the_message_with_a_code_names_our_own_host(client: Client) -> None:
    await client.get("/meishan/login")
    await client.http.post("/meishan/login", data={**client.hidden, "mobile": MOBILE}, headers=FORWARDED)

    (message,) = await demo_messages(MOBILE)

    assert message.splitlines()[-1].startswith(f"@{HOST} #")
    assert EVIL not in message


async def test_an_address_behind_a_proxy_is_not_believed_unless_a_proxy_was_declared() -> None:
    scope = {"type": "http", "client": ("10.0.0.1", 1), "headers": [(b"x-forwarded-for", b"1.2.3.4")]}

    assert client_address(scope) == "10.0.0.1"  # type: ignore[arg-type]


# -- other origins and methods -------------------------------------------------------------------


async def test_nothing_is_shared_with_other_origins(client: Client) -> None:
    origin = {"origin": f"https://{EVIL}"}
    preflight = {**origin, "access-control-request-method": "POST", "access-control-request-headers": "x-csrf-token"}

    answers = [
        await client.http.options("/meishan/login", headers=preflight),
        await client.http.get("/meishan/", headers=origin),
        await client.http.get(assets().url("css/app.css"), headers=origin),
        await client.http.get("/nowhere", headers=origin),
    ]

    assert answers[0].status_code == 405
    for answer in answers:
        assert not [name for name in answer.headers if name.startswith("access-control-")]


@pytest.mark.parametrize("method", ["TRACE", "PUT", "DELETE", "PATCH", "CONNECT", "OPTIONS", "PROPFIND", "get", "X"])
async def test_methods_nobody_needs_are_refused(client: Client, method: str) -> None:
    request = httpx.Request("GET", f"{ORIGIN}/meishan/")
    request.method = method  # as it is, not in capitals

    answer = await client.http.send(request)

    assert answer.status_code == 405
    assert {"GET", "HEAD", "POST"} == {name.strip() for name in answer.headers["allow"].split(",")}


async def test_whoever_asks_for_the_head_of_a_page_gets_its_headers_and_no_body(client: Client) -> None:
    page = await client.http.get("/meishan/")
    head = await client.http.head("/meishan/")

    assert head.status_code == 200
    assert head.content == b""
    assert head.headers["content-type"] == page.headers["content-type"]
    assert head.headers["content-length"] == page.headers["content-length"]


# -- no way out ----------------------------------------------------------------------------------

WAYS_OUT = [
    f"https://{EVIL}",
    f"//{EVIL}",
    f"///{EVIL}",
    f"/\\{EVIL}",
    f"\\\\{EVIL}",
    f"\\/{EVIL}",
    f"/\t/{EVIL}",
    f"/\n/{EVIL}",
    f"/\r\nlocation: https://{EVIL}",
    f"\x00//{EVIL}",
    f" //{EVIL}",
    f"\u2028//{EVIL}",
    f"%2f%2f{EVIL}",
    f"/%2f{EVIL}",
    f"https:{EVIL}",
    f"https:/{EVIL}",
    f"{EVIL}/x",
    f".{EVIL}",
    f"@{EVIL}",
    "javascript:alert(1)",
    "data:text/html,x",
    f"/meishan/me\\@{EVIL}",
    f"/.//{EVIL}",
    f"/../../{EVIL}//",
    "/文件",
    "/\ud800x".encode("utf-8", "surrogatepass").decode("latin-1"),
]


def leads_away(answer: httpx.Response) -> bool:
    """Return whether a browser would leave our site; it takes a backslash for a slash and drops controls."""
    location = answer.headers.get("location", "")
    as_a_browser_reads = re.sub(r"[\t\r\n\x00-\x1f]", "", location).replace("\\", "/").strip()
    return urlsplit(urljoin(f"{ORIGIN}/meishan/login", as_a_browser_reads)).netloc != HOST


@pytest.mark.parametrize("target", WAYS_OUT, ids=repr)
async def test_nobody_is_led_to_another_site_after_signing_in(client: Client, target: str) -> None:
    await make_person()

    page = await client.get(f"/meishan/login?next={quote(target)}")
    to_code = await client.post("/meishan/login", {"mobile": MOBILE, "next": target}, follow=False)
    await client.get(to_code.headers["location"])
    code = (await demo_messages(MOBILE, 1))[0].rpartition("#")[2]
    in_at_last = await client.post("/meishan/login/code", {"code": code, "next": target}, follow=False)
    again = await client.http.get(f"/meishan/login?next={quote(target)}")
    led = [to_code, in_at_last, again]

    assert page.status_code == 200
    assert [answer.status_code for answer in led] == [303, 303, 303]
    assert [answer.headers["location"] for answer in led if leads_away(answer)] == []


@pytest.mark.parametrize("path", ["/meishan/register", "/meishan/login/person"])
async def test_nor_while_it_is_found_out_who_they_are(client: Client, path: str) -> None:
    await client.sign_in("13800000108")
    assert client.path == "/meishan/register"

    for target in WAYS_OUT:
        answer = await client.get(f"{path}?next={quote(target)}")

        assert f'value="{target}"' not in answer.text or not re.match(r"\w*:|[/\\]{2}", target)


async def test_a_place_of_ours_is_gone_back_to(client: Client) -> None:
    await make_person()
    await client.get("/meishan/notices")
    assert client.path == "/meishan/login"

    await client.post("/meishan/login", {"mobile": MOBILE})
    code = (await demo_messages(MOBILE, 1))[0].rpartition("#")[2]
    await client.post("/meishan/login/code", {"code": code})

    assert client.path == "/meishan/notices"


@pytest.mark.parametrize("path", [f"//{EVIL}/?look=elder", f"/%2F{EVIL}/?look=elder", f"/%5C{EVIL}?look=en"])
async def test_changing_the_look_of_a_strange_address_stays_here(client: Client, path: str) -> None:
    answer = await client.http.get(f"{ORIGIN}{path}")

    assert not leads_away(answer)
