"""Whatever a person writes about a case is kept by itself until it is sent, and never gets lost to an older tab."""

from collections.abc import Mapping

import httpx
import msgspec
import pytest

from portal.cases.papers import corrections
from portal.cases.papers.defects import NewDefect
from portal.cases.talk import conversation
from portal.core.store.database import execute, fetch_value
from tests.helpers.client import Client
from tests.helpers.factories import REVIEWER, make_case, make_person, make_staff
from tests.helpers.mail import WHERE, ended, envelope
from tests.helpers.must import must
from tests.helpers.sides import choose, sides

pytestmark = pytest.mark.usefixtures("database")
WORDS = "医院下周才出报告"


async def autosave(client: Client, page: str, fields: Mapping[str, str]) -> httpx.Response:
    """Send what static/js/autosave.js sends from the page in view."""
    return await client.http.post(page, data={"csrf": client.hidden["csrf"], "action": "typed", **fields})


async def kept_again(client: Client, page: str, fields: Mapping[str, str]) -> str:
    """Open *page*, type *fields*, let the phone throw the tab away, and return the page as it is opened again."""
    await client.get(page)
    assert client.status == 200
    assert f'data-address="{page}"' in client.text
    assert (await autosave(client, page, fields)).status_code == 200
    await client.get(page)
    return client.text


async def test_the_explanation_for_a_correction_is_kept_and_does_not_count_as_an_answer(client: Client) -> None:
    case = await make_case()
    await corrections.ask(case, REVIEWER, [NewDefect("identity", "one_side", "")])
    notice = must(await corrections.correction(case, 1))
    (defect,) = await corrections.defects(notice, ())
    await client.sign_in("13800000101")

    text = await kept_again(client, f"/meishan/cases/{case.number}/corrections/1", {f"words-{defect.id}": WORDS})

    assert f">{WORDS}</textarea>" in text
    assert "上次写到这里，还没有提交。" in text
    assert "等您补" in text
    (same,) = await corrections.defects(notice, ())
    assert not same.answered


async def test_a_message_is_kept_until_it_is_sent(client: Client) -> None:
    case = await make_case()
    await client.sign_in("13800000101")
    page = f"/meishan/cases/{case.number}/conversation"

    text = await kept_again(client, page, {"text": WORDS})

    assert f">{WORDS}</textarea>" in text
    assert "上次写到这里，还没有发出。" in text
    await client.post(page, {"text": WORDS})
    assert f">{WORDS}</textarea>" not in client.text
    assert len(await conversation.messages(case)) == 1
    assert await fetch_value("SELECT count(*) FROM typed") == 0


async def test_nor_is_a_message_that_went_with_its_files_kept_any_longer(client: Client) -> None:
    case = await make_case()
    await client.sign_in("13800000101")
    page = f"/meishan/cases/{case.number}/conversation"
    await kept_again(client, page, {"text": WORDS})

    files = [("csrf", (None, client.hidden["csrf"])), ("text", (None, WORDS)), ("action", (None, "send"))]
    answer = await client.http.post(f"{page}/files", files=files)

    assert answer.status_code == 303
    assert await fetch_value("SELECT count(*) FROM typed") == 0


async def test_whom_to_act_for_is_kept_while_it_is_typed(client: Client) -> None:
    await make_person()
    await client.sign_in("13800000101")

    text = await kept_again(client, "/meishan/delegations/new", {"principal_name": "王秀英", "scope": "apply"})

    assert 'value="王秀英"' in text
    assert text.count('name="scope"') > text.count('checked="checked"') > 0
    assert await fetch_value("SELECT count(*) FROM delegation") == 0


async def test_an_address_for_the_envelope_is_kept_and_two_tabs_are_shown_side_by_side(client: Client) -> None:
    case = await ended(mail=False)
    await client.sign_in("13800000101")
    page = f"/meishan/cases/{case.number}/delivery/address"
    given = msgspec.to_builtins(WHERE)
    typed = {**given, "postal_address": "四川省眉山市仁寿县文林街道 9 号"}

    text = await kept_again(client, page, {"postal_address": typed["postal_address"]})
    assert typed["postal_address"] in text
    older = dict(client.hidden)
    await client.post(page, given)
    await client.get(page)
    client.page = await client.http.post(page, data={**older, **typed})

    assert client.status == 409
    assert len(sides(client)) == 1
    await choose(client)
    assert (await envelope(case)).where.postal_address == typed["postal_address"]


@pytest.mark.parametrize("path", ["notes", "conversation", "corrections/new", "acts/non-acceptance"])
async def test_a_clerk_finds_the_words_again_at_the_desk(client: Client, path: str) -> None:
    case = await make_case("xx-01", "xinxing", "M03900")
    clerk = await make_staff("reviewer", "xinxing", login="clerk")
    await execute("UPDATE cases SET assigned_to = $2 WHERE id = $1", case.id, clerk.id)
    await client.staff_sign_in("clerk")
    page = f"/staff/cases/{case.number}/{path}"
    name = {"notes": "text", "conversation": "text", "corrections/new": "words-identity"}.get(path, "words")

    text = await kept_again(client, page, {name: WORDS})

    assert f">{WORDS}</textarea>" in text
    assert "上次写到这里" in text


async def test_a_decision_that_is_being_drafted_is_kept_and_moves_nothing(client: Client) -> None:
    case = await make_case()
    await execute("UPDATE cases SET state = 'reviewing' WHERE id = $1", case.id)
    clerk = await make_staff(login="clerk")
    await execute("UPDATE cases SET assigned_to = $2 WHERE id = $1", case.id, clerk.id)
    disease = str(await fetch_value("SELECT id FROM case_disease WHERE case_id = $1", case.id))
    await client.staff_sign_in("clerk")
    page = f"/staff/cases/{case.number}/decision"

    text = await kept_again(client, page, {f"verdict-{disease}": "failed", f"words-{disease}": WORDS})

    assert f">{WORDS}</textarea>" in text
    assert 'value="failed" checked="checked"' in " ".join(text.split())
    assert await fetch_value("SELECT state FROM cases WHERE id = $1", case.id) == "reviewing"


async def test_colleagues_do_not_see_what_a_clerk_has_not_sent(client: Client) -> None:
    case = await make_case()
    await make_staff(login="clerk")
    await make_staff(login="colleague")
    await client.staff_sign_in("clerk")
    page = f"/staff/cases/{case.number}/notes"
    await kept_again(client, page, {"text": WORDS})

    async with Client() as other:
        await other.staff_sign_in("colleague")
        await other.get(page)
        assert WORDS not in other.text
