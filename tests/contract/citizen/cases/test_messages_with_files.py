"""Files that go with messages: the same checks as everywhere, seen by their writer alone until they are sent."""

import pytest

from portal.cases.apply import acting
from portal.cases.life.case import Case
from portal.cases.talk import conversation
from portal.core.store.audit import entries
from portal.core.store.database import execute
from portal.documents import enclosed, keep
from portal.letters.letter import letters
from tests.helpers import care
from tests.helpers.client import Client
from tests.helpers.factories import make_case, make_person, make_staff, send_in
from tests.helpers.papers import pdf
from tests.helpers.seen import refused
from tests.helpers.walk import photo

MOBILE = "13800000101"


def address(case: Case) -> str:
    return f"/meishan/cases/{case.number}/conversation"


@pytest.fixture
async def case(client: Client) -> Case:
    """A case of whoever is at the browser, looking at its messages."""
    made = await make_case()
    await client.sign_in(MOBILE)
    await client.get(address(made))
    return made


async def send(client: Client, path: str, text: str, *files: tuple[str, bytes, str]) -> None:
    """Send words and files at once, as a browser without script does."""
    parts = [("csrf", (None, client.hidden["csrf"])), ("text", (None, text)), ("action", (None, "send"))]
    parts += [("file", file) for file in files]  # type: ignore[misc]
    client.page = await client.http.post(path, files=parts, follow_redirects=True)


async def test_words_and_files_go_out_together_and_the_desk_reads_them_marked_and_noted(
    client: Client, case: Case
) -> None:
    clerk = await make_staff(login="clerk")
    report = ("化验单.pdf", pdf(2), "application/pdf")

    await send(client, f"{address(case)}/files", "这样的化验单可以吗？", ("药盒.jpg", photo(), "image/jpeg"), report)

    assert client.path == address(case)
    (said,) = await conversation.messages(case)
    assert (said.text, [one.name for one in said.files]) == ("这样的化验单可以吗？", ["药盒.jpg", "化验单.pdf"])
    assert f'href="/meishan/files/{said.files[1].id}"' in client.text
    async with Client() as desk:
        await desk.staff_sign_in("clerk")
        await desk.get(f"/staff/cases/{case.number}/conversation")
        place = f"/staff/cases/{case.number}?file={said.files[1].id}"
        assert f'href="{place}#viewer-file"' in desk.text
        await desk.get(place)
        assert "留言：化验单.pdf" in desk.text
        answer = await desk.get(f"/staff/cases/{case.number}/files/{said.files[1].id}/pages/2")
        assert answer.headers["content-type"] == "image/jpeg"
    read = [row.thing for row in await entries(actor=clerk.id) if row.act == "read_document"]
    assert read == [f"document:{said.files[1].id}"]


async def test_what_is_added_with_script_waits_for_the_words_and_can_be_taken_off(client: Client, case: Case) -> None:
    await make_staff(login="clerk")
    await client.upload(
        f"{address(case)}/files", ("甲.jpg", photo(1), "image/jpeg"), ("乙.jpg", photo(2), "image/jpeg")
    )
    one, other = await enclosed.unsent(case.id, case.person)
    assert "已传 2 份，共 2 页" in client.text
    async with Client() as desk:
        await desk.staff_sign_in("clerk")
        for path in ("conversation", "viewer", f"files/{one.id}/pages/1", f"?file={one.id}"):
            await desk.get(f"/staff/cases/{case.number}/{path}".replace("/?", "?"))
            assert "甲.jpg" not in desk.text
        assert (await desk.get(f"/staff/cases/{case.number}/files/{one.id}/pages/1")).status_code == 404

    await client.get(f"/meishan/files/{one.id}/removal")
    await client.post(client.path)
    await client.post(address(case), {"text": ""})

    (said,) = await conversation.messages(case)
    assert (said.text, [file.id for file in said.files]) == ("", [other.id])
    assert await enclosed.unsent(case.id, case.person) == []


async def test_a_refused_file_keeps_the_words_and_the_good_files_on_the_page(client: Client, case: Case) -> None:
    bad = ("小结.docx", b"PK", "application/msword")

    await send(client, f"{address(case)}/files", "请看附件", ("好.jpg", photo(), "image/jpeg"), bad)

    assert refused(client) == {"pick-message": "“小结.docx”是文档文件，我们打不开。请另存为 PDF，或者拍照上传。"}
    assert ">请看附件</textarea>" in client.text
    assert [file.name for file in await enclosed.unsent(case.id, case.person)] == ["好.jpg"]
    assert await conversation.messages(case) == []
    await send(client, f"{address(case)}/files", "请看附件")
    assert [file.name for file in (await conversation.messages(case))[0].files] == ["好.jpg"]


async def test_a_message_takes_five_files_and_says_so_before(client: Client, case: Case) -> None:
    assert "一条留言最多 5 个。" in client.text
    photos = [(f"{n}.jpg", photo(n), "image/jpeg") for n in range(6)]

    await client.upload(f"{address(case)}/files", *photos)

    assert refused(client) == {"pick-message": "这一项最多传 5 个文件。请先删掉用不着的，再传“5.jpg”。"}
    await send(client, f"{address(case)}/files", "还有一张在下一条")
    await client.upload(f"{address(case)}/files", photos[5])
    assert len(await enclosed.unsent(case.id, case.person)) == 1


async def test_files_of_messages_are_no_papers_of_the_application(client: Client, case: Case) -> None:
    before = [row.id for row in await keep.documents(case.id)]

    await send(client, f"{address(case)}/files", "看看", ("药盒.jpg", photo(), "image/jpeg"))

    assert [row.id for row in await keep.documents(case.id)] == before
    assert all("药盒.jpg" not in str(letter.opened()) for letter in await letters(case.id))


async def test_the_office_answers_with_a_file_that_only_this_citizen_opens_once_it_is_sent(
    client: Client, case: Case
) -> None:
    clerk = await make_staff(login="clerk")
    async with Client() as desk:
        await desk.staff_sign_in("clerk")
        place = f"/staff/cases/{case.number}/conversation"
        await desk.get(place)
        await desk.upload(f"{place}/files", ("样张.jpg", photo(3), "image/jpeg"), ("错.jpg", photo(4), "image/jpeg"))
        sample, wrong = await enclosed.unsent(case.id, clerk.id)
        assert (await client.get(f"/meishan/files/{sample.id}")).status_code == 404
        await desk.post(f"{place}/files/{wrong.id}/removal")
        await desk.post(place, {"text": "请照这张的样子拍。"})

    await client.get(address(case))

    assert f'href="/meishan/files/{sample.id}"' in client.text
    assert (await client.get(f"/meishan/files/{sample.id}")).status_code == 200
    assert (await client.get(f"/meishan/files/{wrong.id}")).status_code == 404
    await client.get(address(case))
    assert (await client.http.post(f"/meishan/files/{sample.id}/turn", data=client.hidden)).status_code == 409
    async with Client() as stranger:
        await make_person("ms-10")
        await stranger.sign_in("13800000110")
        assert (await stranger.get(f"/meishan/files/{sample.id}")).status_code == 404


async def test_an_answer_by_telephone_is_noted_without_script_too(client: Client, case: Case) -> None:
    await make_staff(login="clerk")
    await conversation.say(case, case.person, "还要等多久？", by_staff=False)
    async with Client() as desk:
        await desk.staff_sign_in("clerk")
        place = f"/staff/cases/{case.number}/conversation"
        await desk.get(place)
        parts = [("csrf", (None, desk.hidden["csrf"])), ("text", (None, "")), ("action", (None, "called"))]
        await desk.http.post(f"{place}/files", files=parts)

    assert await conversation.asked("meishan") == []


async def test_a_proxy_adds_files_only_with_that_part_of_the_delegation_and_nobody_sees_the_other_s(
    client: Client,
) -> None:
    proxy, _ = await make_person("ms-03"), await make_person("ms-14")
    known = await care.become(await care.propose(proxy, "ms-14"), "active")
    ready = await care.ready(known, {"disease": "M03900"})
    case = await send_in(ready, acting.acting(known))
    await client.sign_in("13800000103")
    await client.get(address(case))
    await client.upload(f"{address(case)}/files", ("代办.jpg", photo(), "image/jpeg"))
    (mine,) = await enclosed.unsent(case.id, proxy.id)
    async with Client() as principal:
        await principal.sign_in("13800000114")
        await principal.get(address(case))
        assert "代办.jpg" not in principal.text
        assert (await principal.get(f"/meishan/files/{mine.id}")).status_code == 404

    await execute("UPDATE delegation SET scope = $2 WHERE id = $1", known.id, "apply view receive")
    await client.get(address(case))

    assert "选照片或文件" not in client.text
    await client.post(address(case), {"text": "只有话"})
    assert (await conversation.messages(case))[0].text == "只有话"
    await client.upload(f"{address(case)}/files", ("又.jpg", photo(5), "image/jpeg"))
    assert client.status == 404
