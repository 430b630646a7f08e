"""Notes stay among colleagues; messages go to the citizen and come back; numbers in full leave a trace."""

from datetime import timedelta

from portal.cases.talk import conversation
from portal.core.store.audit import broken, entries
from portal.core.store.database import fetch_value
from portal.core.tools import clock
from portal.notices import inbox
from tests.helpers.client import Client
from tests.helpers.factories import make_case, make_person, make_staff

MOBILE = "13800000101"


async def test_a_note_is_read_by_colleagues_and_never_by_the_citizen(client: Client) -> None:
    await make_staff(login="clerk")
    case = await make_case()
    await client.staff_sign_in("clerk")
    await client.get(f"/staff/cases/{case.number}/notes")
    await client.post(client.path, {"text": "  "})
    assert client.status == 422

    await client.post(client.path, {"text": "已电话核实 <b>住院</b> 日期"})

    assert "已电话核实 &lt;b&gt;住院&lt;/b&gt; 日期" in client.text
    async with Client() as citizen:
        await citizen.sign_in(MOBILE)
        for tail in ("", "/conversation", "/receipt"):
            await citizen.get(f"/meishan/cases/{case.number}{tail}")
            assert "已电话核实" not in citizen.text


async def test_a_citizen_asks_the_office_answers_and_the_citizen_is_told(client: Client) -> None:
    await make_staff(login="clerk")
    case = await make_case()
    await client.sign_in(MOBILE)
    await client.get(f"/meishan/cases/{case.number}/conversation")
    await client.post(client.path, {"text": "还要等多久？"})
    assert "还要等多久？" in client.text

    async with Client() as desk:
        await desk.staff_sign_in("clerk")
        await desk.get("/staff/")
        assert f"/staff/cases/{case.number}/conversation" in desk.text
        await desk.get(f"/staff/cases/{case.number}/conversation")
        await desk.post(desk.path, {"text": "最晚明天告诉您。"})
        await desk.get("/staff/")
        assert f"/staff/cases/{case.number}/conversation" not in desk.text

    await client.get(client.path)
    assert "最晚明天告诉您。" in client.text
    messages = await inbox.messages((await make_person()).id)
    assert messages[0].text == "经办机构回复了您的留言，请查看。"
    assert await fetch_value("SELECT count(*) FROM notice WHERE code = 'N33' AND channel = 'sms'") == 1


async def test_an_answer_by_telephone_ends_the_waiting_without_a_message(client: Client) -> None:
    await make_staff(login="clerk")
    case = await make_case()
    await conversation.say(case, case.person, "还要等多久？", by_staff=False)
    await client.staff_sign_in("clerk")
    await client.get(f"/staff/cases/{case.number}/conversation")

    await client.post(client.path, {"action": "called"})

    assert await conversation.asked("meishan") == []
    assert len(await conversation.messages(case)) == 1


async def test_a_question_that_waits_too_long_is_shown_as_late(client: Client) -> None:
    await make_staff(login="clerk")
    case = await make_case()
    await conversation.say(case, case.person, "还要等多久？", by_staff=False)
    clock.shift(timedelta(days=9))
    await client.staff_sign_in("clerk")

    await client.get("/staff/")

    assert "回复超期" in client.text


async def test_nobody_writes_to_or_reads_a_stranger_s_case(client: Client) -> None:
    case = await make_case()
    await make_person("ms-10")
    await client.sign_in("13800000110")

    await client.get(f"/meishan/cases/{case.number}/conversation")
    assert client.status == 404
    await client.get("/meishan/me")
    await client.get("/meishan/logout")
    await client.post(f"/meishan/cases/{case.number}/conversation", {"text": "让我看看"})

    assert client.status == 404
    assert await conversation.messages(case) == []


async def test_too_long_or_too_many_messages_are_refused_and_kept_on_the_page(client: Client) -> None:
    case = await make_case()
    await client.sign_in(MOBILE)
    await client.get(f"/meishan/cases/{case.number}/conversation")
    await client.post(client.path, {"text": "长" * 1001})
    assert client.status == 422
    assert "长" * 1001 in client.text

    for _ in range(20):
        await client.post(client.path, {"text": "在吗"})
    await client.post(client.path, {"text": "在吗"})

    assert client.status == 429
    assert len(await conversation.messages(case)) == 20


async def test_every_look_of_the_office_is_logged_and_shown_to_the_citizen(client: Client) -> None:
    clerk = await make_staff(login="clerk")
    case = await make_case()
    await client.staff_sign_in("clerk")
    await client.get(f"/staff/cases/{case.number}")
    await client.get(f"/staff/cases/{case.number}/person")
    assert "511402195601010011" in client.text or "1380" in client.text

    async with Client() as citizen:
        await citizen.sign_in(MOBILE)
        await citizen.get("/meishan/access")
        shown = citizen.text

    assert "看了您的完整证件号或手机号" in shown
    assert [row.act for row in await entries(actor=clerk.id)] == ["unmask", "read_case", "sign_in"]
    assert await broken() is None


async def test_every_move_of_a_case_is_in_the_log(client: Client) -> None:
    case = await make_case()

    assert [row.act for row in await entries(thing=f"case:{case.id}")] == ["accept", "submit"]
