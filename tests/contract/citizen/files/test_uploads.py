"""Uploads in parts, by HTTP: as the IETF's draft says, for whoever began them only, and taken by the form."""

import re
from typing import Any

import httpx
import pytest

from portal.documents import keep, partial
from portal.documents.partial import PART
from tests.helpers.client import Client
from tests.helpers.factories import make_draft
from tests.helpers.walk import home_of, photo

UPLOADS = "/meishan/uploads"
CONTENT = photo(1) + bytes(PART)  # what stands behind a photo is cut off when it is cleaned


class Sender:
    """A citizen's browser with script, at the page of materials."""

    def __init__(self, client: Client, materials: str) -> None:
        """Take the token of the page in view."""
        self.client, self.materials = client, materials
        self.token = client.hidden["csrf"]
        self.address = ""

    async def ask(self, method: str, address: str, content: Any = b"", **headers: str) -> httpx.Response:
        """Send a request as the script does."""
        sent = {"x-csrf-token": self.token, **{name.replace("_", "-"): text for name, text in headers.items()}}
        return await self.client.http.request(method, address, content=content, headers=sent)

    async def begin(self, size: int = len(CONTENT), name: str = "%E6%8A%A5%E5%91%8A.jpg") -> httpx.Response:
        """Make an upload."""
        disposition = f"attachment; filename*=UTF-8''{name}"
        answer = await self.ask("POST", UPLOADS, upload_length=str(size), content_disposition=disposition)
        self.address = answer.headers.get("location", "")
        return answer

    async def send(self, content: Any, begins: int) -> httpx.Response:
        """Send bytes from an offset on."""
        kind = {"content_type": "application/partial-upload", "upload_offset": str(begins), "upload_complete": "?1"}
        return await self.ask("PATCH", self.address, content, **kind)

    async def how_far(self) -> tuple[int, str]:
        """Ask how far it is."""
        answer = await self.ask("HEAD", self.address)
        assert answer.status_code == 204
        return int(answer.headers["upload-offset"]), answer.headers["upload-complete"]

    async def name_it(self, slot: str = "identity") -> httpx.Response:
        """Have the form of a slot name the upload."""
        fields = {"csrf": (None, self.token), "upload": (None, self.address.rpartition("/")[2])}
        return await self.client.http.post(f"{self.materials}/{slot}", files=fields)


@pytest.fixture
async def sender(client: Client) -> Sender:
    """Somebody with a draft."""
    case = await make_draft()
    await client.sign_in("13800000101")
    materials = f"{home_of(case)}/materials"
    await client.get(materials)
    return Sender(client, materials)


async def held(sender: Sender) -> list[str]:
    return [file.name for file in await keep.documents(sender.materials.split("/")[3])]


async def test_a_file_comes_in_two_pieces_and_the_form_takes_it_under_its_name(sender: Sender) -> None:
    begun = await sender.begin()
    assert (begun.status_code, begun.headers["upload-offset"], begun.headers["upload-complete"]) == (201, "0", "?0")
    assert f"max-size={len(CONTENT)}" in begun.headers["upload-limit"]

    assert (await sender.send(CONTENT[:PART], 0)).headers["upload-offset"] == str(PART)
    assert await sender.how_far() == (PART, "?0")
    last = await sender.send(CONTENT[PART:], PART)
    assert (last.status_code, last.headers["upload-complete"]) == (204, "?1")
    taken = await sender.name_it()

    assert (taken.status_code, taken.headers["location"]) == (303, f"{sender.materials}#slot-identity")
    assert await held(sender) == ["报告.jpg"]


async def test_what_had_arrived_when_the_connection_broke_need_not_be_sent_again(sender: Sender) -> None:
    await sender.begin()

    async def broken() -> Any:
        yield CONTENT[:300_000]
        raise ConnectionError

    await sender.send(broken(), 0)  # without a wire the break is the server's; e2e cuts a real one

    assert await sender.how_far() == (300_000, "?0")
    assert (await sender.send(CONTENT[300_000:], 300_000)).headers["upload-complete"] == "?1"


async def test_whoever_sends_from_another_offset_is_told_the_right_one(sender: Sender) -> None:
    await sender.begin()
    await sender.send(CONTENT[:1000], 0)

    answer = await sender.send(CONTENT[500:], 500)

    assert answer.status_code == 409
    assert answer.headers["upload-offset"] == "1000"
    assert answer.json()["type"].endswith("#mismatching-upload-offset")
    assert await sender.how_far() == (1000, "?0")


async def test_a_file_named_twice_is_taken_once(sender: Sender) -> None:
    await sender.begin()
    await sender.send(CONTENT, 0)

    answers = [(await sender.name_it()).status_code for _ in range(2)]

    assert answers == [303, 303]
    assert await held(sender) == ["报告.jpg"]


async def test_a_file_that_is_not_whole_yet_is_not_taken(sender: Sender) -> None:
    await sender.begin()
    await sender.send(CONTENT[:1000], 0)

    answer = await sender.name_it()

    assert answer.status_code == 422
    assert "没传完的部分已经清掉了" in answer.text
    assert await held(sender) == []


async def test_a_refused_file_is_said_with_its_name_however_often_it_is_named(sender: Sender) -> None:
    await sender.begin(size=4, name="a.docx")
    await sender.send(b"PK\x03\x04", 0)

    for _ in range(2):
        answer = await sender.name_it()

        assert answer.status_code == 422
        assert "“a.docx”是文档文件" in answer.text


async def test_an_upload_that_was_given_up_is_gone(sender: Sender) -> None:
    await sender.begin()
    await sender.send(CONTENT[:1000], 0)

    assert (await sender.ask("DELETE", sender.address)).status_code == 204

    assert (await sender.ask("HEAD", sender.address)).status_code == 404


async def test_somebody_else_s_upload_is_not_there(sender: Sender) -> None:
    await sender.begin()
    async with Client() as other:
        await make_draft("ms-12")
        await other.sign_in("13800000112")
        token = re.findall(r'name="csrf" value="([^"]+)"', (await other.get("/meishan/logout")).text)[0]
        headers = {"x-csrf-token": token, "upload-offset": "0"}

        answers = [
            await other.http.request(method, sender.address, headers=headers) for method in ("GET", "PATCH", "DELETE")
        ]

    assert {answer.status_code for answer in answers} <= {403, 404}
    assert await sender.how_far() == (0, "?0")


@pytest.mark.parametrize(
    ("size", "status"), [("", 400), ("-1", 400), ("1e3", 400), (str(21 << 20), 413), ("9" * 20, 400)]
)
async def test_an_upload_begins_with_a_size_we_take(sender: Sender, size: str, status: int) -> None:
    answer = await sender.ask("POST", UPLOADS, upload_length=size)

    assert answer.status_code == status


async def test_more_than_was_announced_is_refused(sender: Sender) -> None:
    await sender.begin(size=10)

    assert (await sender.send(b"x" * 11, 0)).status_code == 413
    assert await sender.how_far() == (0, "?0")


async def test_a_name_with_folders_and_strange_signs_is_only_its_last_part(sender: Sender) -> None:
    await sender.begin(name="..%2F..%2Fetc%5Cpasswd%00%E2%80%AE%0A.jpg")

    upload = await partial.partial(sender.address.rpartition("/")[2], await _subject(sender))
    assert upload
    assert upload.name == "passwd .jpg"


async def _subject(sender: Sender) -> str:
    from portal.core.store.database import fetch_value

    return str(await fetch_value("SELECT sender FROM partial_upload"))
