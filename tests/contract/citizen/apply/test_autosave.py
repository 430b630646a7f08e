"""What a person types into a step is kept by itself: after a reload, on another device, after the session has ended."""

from datetime import timedelta

import httpx
import pytest

from portal.cases.life.case import Case, answers_of, case_by_id
from portal.core.store import typed
from portal.core.store.database import execute, fetch_value
from portal.core.tools import clock
from portal.core.web.autosave import MOST
from tests.helpers.client import Client
from tests.helpers.factories import make_draft, make_person
from tests.helpers.must import must

pytestmark = pytest.mark.usefixtures("database")

WORDS = "东坡区苏祠路 1 号的"
NOT_SENT = "上次填到这里，还没有点“下一步”。"


async def autosave(client: Client, page: str, /, **fields: str | list[str]) -> httpx.Response:
    """Send what static/js/autosave.js sends while somebody types on the page in view."""
    return await client.http.post(page, data={"csrf": client.hidden["csrf"], "action": "typed", **fields})


async def typing(client: Client, words: str = WORDS) -> tuple[Case, str]:
    """Open the step about the person, type an address, and do not press 下一步."""
    case = await make_draft()
    await client.sign_in("13800000101")
    step = f"/meishan/apply/{case.id}/person"
    await client.get(step)
    assert (await autosave(client, step, address=words)).status_code == 200
    return case, step


async def test_the_words_stand_on_the_page_again_and_it_says_that_they_were_not_sent(client: Client) -> None:
    _, step = await typing(client)

    await client.get(step)

    assert f">{WORDS}</textarea>" in client.text or f'value="{WORDS}"' in client.text
    assert NOT_SENT in client.text


async def test_the_page_says_in_words_when_it_was_saved(client: Client) -> None:
    _, step = await typing(client)

    answer = await autosave(client, step, address=WORDS)

    assert answer.text == f"{clock.now().astimezone(clock.BEIJING):%H:%M}"
    assert 'data-saved="已保存 {time}"' in client.text
    assert "没连上网，字还在这一页，连上就保存。" in client.text


async def test_another_device_of_the_same_person_shows_the_words_too(client: Client) -> None:
    _, step = await typing(client)

    async with Client() as phone:
        await phone.sign_in("13800000101")
        await phone.get(step)

        assert WORDS in phone.text
        assert NOT_SENT in phone.text


async def test_words_typed_before_and_after_the_session_ended_are_there_after_signing_in_again(client: Client) -> None:
    _, step = await typing(client)
    clock.shift(clock.ahead() + timedelta(minutes=31))

    late = await autosave(client, step, employer="苏祠小学")
    await client.sign_in("13800000101")
    await client.get(step)

    assert late.status_code == 303
    assert WORDS in client.text
    assert "苏祠小学" in client.text


async def test_half_a_value_is_no_answer_and_makes_no_open_form_stale(client: Client) -> None:
    case, step = await typing(client)

    after = must(await case_by_id(case.id))
    assert (after.row_version, after.edited_at) == (case.row_version, case.edited_at)
    assert WORDS not in answers_of(after).values()

    await client.post(step, {"mobile": "13800000101", "address": "眉山市"})
    assert client.path.endswith("/disease")


async def test_only_what_was_typed_goes_over_what_is_saved(client: Client) -> None:
    case, step = await typing(client)
    await execute("UPDATE cases SET row_version = row_version WHERE id = $1", case.id)

    await client.get(step)

    assert f'value="{answers_of(case)["mobile"]}"' in client.text


async def test_a_date_may_be_typed_by_halves(client: Client) -> None:
    case = await make_draft()
    await client.sign_in("13800000101")
    step = f"/meishan/apply/{case.id}/diagnosis"
    await client.get(step)
    saved = answers_of(case)["diagnosed_on"]

    await autosave(client, step, **{"diagnosed_on-year": "2019"})
    await client.get(step)

    assert 'name="diagnosed_on-year" value="2019"' in client.text
    assert f'name="diagnosed_on-month" value="{saved.split("-")[1]}"' in client.text


async def test_what_was_sent_is_not_kept_any_longer(client: Client) -> None:
    _, step = await typing(client)
    await client.get(step)

    await client.post(step, {"mobile": "13800000101", "address": "眉山市"})

    assert await fetch_value("SELECT count(*) FROM typed") == 0
    await client.get(step)
    assert WORDS not in client.text
    assert NOT_SENT not in client.text


async def test_a_form_with_a_mistake_keeps_the_words(client: Client) -> None:
    _, step = await typing(client)

    await client.post(step, {"mobile": "1", "address": WORDS})

    assert client.status == 422
    assert await fetch_value("SELECT count(*) FROM typed") == 1


async def test_nobody_else_can_read_the_words_or_keep_any_for_a_page_that_is_not_theirs(client: Client) -> None:
    _, step = await typing(client)
    await make_person("ms-04")

    async with Client() as stranger:
        await stranger.sign_in("13800000104")
        await stranger.get("/meishan/logout")
        answer = await autosave(stranger, step, address="偷看")
        await stranger.get(step)

        assert (answer.status_code, stranger.status) == (404, 404)
        assert WORDS not in stranger.text
    assert await fetch_value("SELECT count(*) FROM typed") == 1


async def test_a_request_without_the_token_of_the_session_keeps_nothing(client: Client) -> None:
    case = await make_draft()
    await client.sign_in("13800000101")

    answer = await client.http.post(f"/meishan/apply/{case.id}/person", data={"action": "typed", "address": WORDS})

    assert answer.status_code == 419
    assert await fetch_value("SELECT count(*) FROM typed") == 0


async def test_the_words_are_sealed_and_tokens_are_not_kept(client: Client) -> None:
    _, step = await typing(client)

    content = bytes(await fetch_value("SELECT content FROM typed"))

    assert WORDS.encode() not in content
    owner = str(await fetch_value("SELECT owner FROM typed"))
    assert await typed.typed_by(owner) == {step: [("address", WORDS)]}


async def test_more_than_a_page_can_hold_is_refused_and_what_was_kept_stays(client: Client) -> None:
    _, step = await typing(client)

    answer = await autosave(client, step, address="长" * (typed.LONGEST + 1))

    assert answer.status_code == 413
    await client.get(step)
    assert WORDS in client.text


async def test_the_pages_typed_on_last_are_kept_when_there_are_too_many(client: Client) -> None:
    await typing(client)
    owner = str(await fetch_value("SELECT owner FROM typed"))

    for number in range(typed.MOST_PAGES + 2):
        clock.shift(clock.ahead() + timedelta(seconds=1))
        await typed.keep(owner, f"/meishan/{number}", [("text", "x")])

    assert len(await typed.typed_by(owner)) == typed.MOST_PAGES
    assert not await typed.typed_on(owner, "/meishan/0")


async def test_a_browser_that_saves_without_end_is_told_to_wait(client: Client) -> None:
    _, step = await typing(client)
    await execute("UPDATE rate_limit SET hits = $1", MOST)

    assert (await autosave(client, step, address=WORDS)).status_code == 429


async def test_with_the_draft_its_words_go(client: Client) -> None:
    case, _ = await typing(client)
    home = f"/meishan/apply/{case.id}"

    await client.get(f"{home}/deletion")
    await client.post(f"{home}/deletion")

    assert await case_by_id(case.id) is None
    assert await fetch_value("SELECT count(*) FROM typed") == 0


async def test_words_that_nobody_goes_on_with_are_deleted_after_the_life_of_a_draft(client: Client) -> None:
    await typing(client)

    assert await typed.forget_old(clock.now() - timedelta(days=1)) == 0
    clock.shift(clock.ahead() + timedelta(days=2))
    assert await typed.forget_old(clock.now() - timedelta(days=1)) == 1


async def test_the_export_of_a_persons_data_has_them_and_closing_the_account_deletes_them(client: Client) -> None:
    await typing(client)

    await client.get("/meishan/settings/export/data.json")
    assert WORDS in client.text

    await client.get("/meishan/settings/closing")
    await client.post("/meishan/settings/closing", {"sure": "yes"})
    assert await fetch_value("SELECT count(*) FROM typed") == 0


async def test_pages_where_codes_and_identity_are_typed_save_nothing_by_themselves(client: Client) -> None:
    for path in ("/meishan/login", "/meishan/register", "/meishan/face", "/staff/login"):
        await client.get(path)
        assert "<auto-save" not in client.text
