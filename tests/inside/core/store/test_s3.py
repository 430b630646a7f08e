"""The same store on S3, spoken to over HTTP: whole files or none, sealed, listed, swept, rotated."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import obstore
import pytest
from moto.server import ThreadedMotoServer

from e2e.server import free_port
from portal.core.store import storage
from portal.core.tools import clock
from portal.core.tools.errors import Unavailable
from portal.documents import keep, pages
from portal.regions.load import REGIONS
from tests.helpers.changes import ChangeSettings
from tests.helpers.papers import encoded, page_image, received

CONTENT = bytes(range(256)) * 2000


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """The address of an S3 with one bucket."""
    import httpx

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=free_port(), verbose=False)
    server.start()
    address = f"http://127.0.0.1:{server.get_host_and_port()[1]}"
    assert httpx.put(f"{address}/portal-files").status_code == 200
    yield address
    server.stop()


@pytest.fixture
async def bucket(s3: str, monkeypatch: pytest.MonkeyPatch, settings: ChangeSettings) -> AsyncIterator[str]:
    """A store in the bucket, as an operator sets it up: an address in the settings, credentials in the environment."""
    for name, value in {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": s3,
        "AWS_ALLOW_HTTP": "true",
    }.items():
        monkeypatch.setenv(name, value)
    settings(files="s3://portal-files/mt")
    storage.store.cache_clear()
    yield s3
    await storage.delete(*[name async for name in storage.names()])
    storage.store.cache_clear()


async def test_what_was_put_comes_back_and_lies_there_sealed_under_the_prefix(bucket: str) -> None:
    await storage.put(**{"a/clean": CONTENT, "a/small": b""})

    raw = bytes(await (await obstore.get_async(storage.store(), "a/clean")).bytes_async())
    listed = sorted([name async for name in storage.names()])
    assert await storage.get("a/clean") == CONTENT
    assert await storage.get("a/small") == b""
    assert listed == ["a/clean", "a/small"]
    assert CONTENT[:64] not in raw
    assert [name async for name in storage.names("a")] == listed


async def test_what_is_not_there_is_said_and_removing_it_is_fine(bucket: str) -> None:
    with pytest.raises(FileNotFoundError):
        await storage.get("nothing/clean")

    await storage.delete("nothing/clean")


async def test_a_removed_file_is_gone(bucket: str) -> None:
    await storage.put(**{"a/clean": b"x"})

    await storage.delete("a/clean")

    assert [name async for name in storage.names()] == []


async def test_what_is_older_can_be_told_from_what_is_new(bucket: str) -> None:
    await storage.put(**{"a/clean": b"x"})
    now = datetime.now(UTC)

    assert [name async for name in storage.names(before=now - timedelta(hours=1))] == []
    assert [name async for name in storage.names(before=now + timedelta(hours=1))] == ["a/clean"]


async def test_several_at_once_do_not_mix(bucket: str) -> None:
    wanted = {f"m{number}/clean": CONTENT[: 1000 + number] for number in range(12)}

    await asyncio.gather(*(storage.put(**{name: plain}) for name, plain in wanted.items()))

    assert {name: await storage.get(name) for name in wanted} == wanted


async def test_a_rotation_reaches_every_file(bucket: str, settings: ChangeSettings, tmp_path: Path) -> None:
    from portal.core.store import crypto

    settings(keys=str(tmp_path / "keys.toml"))
    crypto.keys.cache_clear()
    crypto.make_keys()
    await storage.put(**{"a/clean": CONTENT, "b/clean": b"x"})
    crypto.add_key()

    assert await storage.rewrap_all() == 2
    assert await storage.get("a/clean") == CONTENT
    assert await storage.rewrap_all() == 0
    crypto.keys.cache_clear()


async def test_a_store_that_does_not_answer_is_told_as_such(bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
        storage.store.cache_clear()
        with pytest.raises(Unavailable):
            await storage.put(**{"a/clean": b"x"})
        with pytest.raises(Unavailable):
            await storage.get("a/clean")
    storage.store.cache_clear()

    assert [name async for name in storage.names()] == []


async def test_documents_are_taken_shown_and_swept_there_as_in_a_folder(
    bucket: str, database: None, machine_clock: None
) -> None:
    file = received(encoded(page_image()), "照片.jpg")
    assert await keep.take(file, case="case", slot="identity", by="somebody", region=REGIONS["meishan"]) == ""
    file.path.unlink()
    (document,) = await keep.documents("case")
    await storage.put(**{"killed-before-its-row/clean": b"half a thing"})

    assert (await pages.picture(document, 1)).startswith(b"\xff\xd8")
    await keep.remove(document)
    clock.shift(timedelta(hours=2))
    await keep.sweep()

    assert [name async for name in storage.names()] == []
