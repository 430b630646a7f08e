"""Every error is a page in plain Chinese: what happened, what is saved, what to do next; never the framework's own."""

import re
from collections.abc import Awaitable, Callable

import pytest

from portal.core.store import jobs
from portal.core.tools.errors import StorageFull, Unavailable
from portal.core.tools.i18n import translate
from portal.public.errors import WORDS
from tests.helpers.client import Client
from tests.helpers.reading import chinese_in
from tests.helpers.seen import heading, title
from tests.helpers.world import make_world, sign_in_citizen, sign_in_clerk

Break = pytest.MonkeyPatch


async def unreadable(client: Client, _: Break) -> None:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    client.page = await client.http.post("/meishan/login", content=b"\xff", headers=headers)


async def a_question_of_another_kind(client: Client, _: Break) -> None:
    world = await make_world()
    await sign_in_citizen(client)
    await client.get(f"/meishan/cases/{world.decided.number}/progress?seen=abc")


async def not_for_citizens(client: Client, _: Break) -> None:
    await make_world()
    await sign_in_citizen(client)
    await client.get("/staff/")


async def nowhere(client: Client, _: Break) -> None:
    await client.get("/meishan/nothing/of/the/kind")


async def no_number(client: Client, _: Break) -> None:
    await make_world()
    await sign_in_citizen(client)
    await client.get("/meishan/cases/x/corrections/first")


async def not_that_way(client: Client, _: Break) -> None:
    client.page = await client.http.post("/meishan/help")


async def an_older_page(client: Client, _: Break) -> None:
    world = await make_world()
    await sign_in_citizen(client)
    await client.get(f"/meishan/apply/{world.draft.id}/deletion")
    await client.post(f"/meishan/apply/{world.draft.id}/deletion", {"row_version": "999"})


async def too_large(client: Client, _: Break) -> None:
    client.page = await client.http.post("/meishan/login", data={"a": "x" * 1_100_000})


async def no_token(client: Client, _: Break) -> None:
    client.page = await client.http.post("/meishan/login", data={"mobile": "1"})


async def too_often(client: Client, _: Break) -> None:
    for _number in range(8):
        await client.get("/meishan/login")
        await client.post("/meishan/login", {"mobile": "13800000101"})


def failing(why: Exception) -> Callable[[Client, Break], Awaitable[None]]:
    """Return a visit to a page that ends in *why*."""

    async def visit(client: Client, patch: Break) -> None:
        async def fail() -> int:
            raise why

        patch.setattr(jobs, "given_up", fail)
        await client.get("/health")

    return visit


ERRORS: dict[str, tuple[int, Callable[[Client, Break], Awaitable[None]]]] = {
    "a form that cannot be read": (400, unreadable),
    "a question of another kind": (400, a_question_of_another_kind),
    "not for citizens": (403, not_for_citizens),
    "nowhere": (404, nowhere),
    "no number": (404, no_number),
    "not that way": (405, not_that_way),
    "an older page": (409, an_older_page),
    "too large": (413, too_large),
    "no token": (419, no_token),
    "too often": (429, too_often),
    "a crash": (500, failing(KeyError("13800000101"))),
    "not now": (503, failing(Unavailable())),
    "no room": (507, failing(StorageFull())),
}
INSIDE = re.compile(r"Traceback|Error\b|Exception|status_code|detail|portal/|\.py\b|13800000101")
BLAME = re.compile("非法|无效|异常|系统错误|失败")


@pytest.mark.parametrize("what", ERRORS)
async def test_an_error_says_what_happened_and_what_to_do_next(client: Client, monkeypatch: Break, what: str) -> None:
    status, visit = ERRORS[what]
    await visit(client, monkeypatch)

    assert client.status == status
    assert client.page.headers["content-type"] == "text/html; charset=utf-8"
    said, _, next_steps = WORDS[status]
    assert heading(client) == title(client) == said
    assert all(step in client.text for step in next_steps)
    assert re.search(r'<a class="button"', client.text), "there is a way on"
    assert not INSIDE.search(re.sub(r"<[^>]+>", "", client.text))
    assert not BLAME.search(client.text)


@pytest.mark.parametrize("what", ERRORS)
async def test_an_error_can_be_read_in_english(client: Client, monkeypatch: Break, what: str) -> None:
    status, visit = ERRORS[what]
    await client.get("/?look=en")
    await visit(client, monkeypatch)

    assert client.status == status
    assert heading(client) == translate(WORDS[status][0], "en")
    assert not chinese_in(client.text)


def test_every_error_has_a_title_of_its_own() -> None:
    titles = [said for said, _, _ in WORDS.values()]

    assert len(set(titles)) == len(titles)
    assert {400, 403, 404, 409, 413, 419, 422, 429, 500, 503} <= WORDS.keys()


async def test_a_crash_gives_a_number_to_tell_the_hotline(client: Client, monkeypatch: Break) -> None:
    await failing(RuntimeError("inside"))(client, monkeypatch)

    assert re.search(r"记录编号：\d{8}", client.text)
    assert "inside" not in client.text


async def test_who_asks_too_often_is_told_when_to_come_back(client: Client, monkeypatch: Break) -> None:
    await too_often(client, monkeypatch)

    assert int(client.page.headers["retry-after"]) > 0
    assert re.search(r"大约 \d+ 分钟以后可以再试", client.text)


async def test_an_error_at_the_desk_leads_back_to_the_queue(client: Client) -> None:
    await make_world()
    await sign_in_clerk(client)

    await client.get("/staff/cases/000000000000")

    assert client.status == 404
    assert 'href="/staff/"' in client.text


async def test_an_error_in_a_city_leads_back_to_its_guide_and_cases(client: Client) -> None:
    await client.get("/xinxing/nothing/of/the/kind")

    assert 'href="/xinxing/"' in client.text
    assert 'href="/xinxing/me"' in client.text
