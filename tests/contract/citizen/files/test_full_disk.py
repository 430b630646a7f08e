"""The disk is full: a page says so in plain words, what was there stays there, and nothing half is left."""

import random
from io import BytesIO

import pytest
from PIL import Image

from portal.core.store import storage
from portal.documents import keep
from tests.helpers.client import Client
from tests.helpers.factories import make_person
from tests.helpers.full_disk import database_without_room, files_of_at_most
from tests.helpers.walk import begin, photo, upload

FULL = "存储空间满了，不是您的问题"
SAFE = "之前传好的文件、填好的内容都在。"


def small_here_large_there() -> bytes:
    """Return a picture that is small as it is sent and large as JPEG: specks of black and white."""
    specks = Image.frombytes("1", (1600, 1600), random.Random(5).randbytes(200 * 1600))
    out = BytesIO()
    specks.save(out, "PNG")
    return out.getvalue()


@pytest.fixture
async def home(client: Client, empty_store: None) -> str:
    """A draft with one photo in it, and nothing else in the store."""
    await make_person()
    await client.sign_in("13800000101")
    made = await begin(client, "meishan")
    await upload(client, made, "identity", photo())
    assert client.status == 200
    return made


async def still_whole(client: Client, home: str) -> None:
    """Have the photo that was acknowledged be listed and open, and nothing else be anywhere."""
    (file,) = await keep.documents(home.rpartition("/")[2])
    Image.open(BytesIO(await keep.content(file))).load()
    await client.get(f"{home}/materials")
    assert client.status == 200
    assert "照片0.jpg" in client.text
    assert list(storage.incoming().iterdir()) == []


async def stored() -> set[str]:
    return {name.partition("/")[0] async for name in storage.names()}


async def test_no_room_for_what_arrives(client: Client, home: str) -> None:
    await client.get(f"{home}/materials")

    with files_of_at_most(60_000):
        await client.upload(f"{home}/materials/identity", ("大.png", small_here_large_there(), "image/png"))

    assert client.status == 507
    assert FULL in client.text
    assert SAFE in client.text
    assert len(await stored()) == 1
    await still_whole(client, home)


async def test_no_room_for_what_is_to_be_kept(client: Client, home: str) -> None:
    content = small_here_large_there()
    await client.get(f"{home}/materials")

    with files_of_at_most(len(content) + 50_000):
        await client.upload(f"{home}/materials/identity", ("大.png", content, "image/png"))

    assert client.status == 507
    assert FULL in client.text
    assert len(await stored()) == 1
    await still_whole(client, home)


async def test_no_room_in_the_database(client: Client, home: str) -> None:
    await client.get(f"{home}/materials")
    names = [("照" * 90 + f"{number}.jpg", photo(1) + b"%d" % number, "image/jpeg") for number in range(20)]

    async with database_without_room():
        await client.upload(f"{home}/materials/identity", *names)
        answered = client.status, client.text

    assert answered[0] == 507
    assert FULL in answered[1]
    left = await keep.documents(home.rpartition("/")[2])
    for file in left:
        Image.open(BytesIO(await keep.content(file))).load()
    assert list(storage.incoming().iterdir()) == []
    await client.get(f"{home}/materials")
    assert client.status == 200


async def test_when_there_is_room_again_the_same_file_is_taken(client: Client, home: str) -> None:
    content = small_here_large_there()
    await client.get(f"{home}/materials")
    with files_of_at_most(60_000):
        await client.upload(f"{home}/materials/identity", ("大.png", content, "image/png"))

    await client.get(f"{home}/materials")
    await client.upload(f"{home}/materials/identity", ("大.png", content, "image/png"))

    assert client.status == 200
    assert "大.png" in client.text
