"""The virus scanner is asked over its own protocol; whoever cannot be asked has not said that all is well."""

import asyncio
from pathlib import Path

import pytest

from portal.core.outside import clamd
from portal.core.outside.clamd import Unreachable, configured, virus_in
from tests.helpers.changes import ChangeSettings
from tests.helpers.scanner import CLAMD, EICAR, Scanner


@pytest.mark.parametrize("way", ["address", "socket"])
async def test_a_virus_is_named_and_a_clean_file_is_not(scanner: Scanner, settings: ChangeSettings, way: str) -> None:
    settings(clamd=getattr(scanner, way))

    assert "EICAR" in await virus_in([EICAR])
    assert "EICAR" in await virus_in([b"%PDF-1.7 " + bytes(200_000), EICAR[:20], EICAR[20:], bytes(99)])
    assert await virus_in([b"a harmless page"] * 1000) == ""
    assert await virus_in([]) == ""
    assert await virus_in([b"", b"x", b""]) == ""


async def test_twenty_megabytes_are_looked_at_and_several_at_once_do_not_mix(
    scanner: Scanner, settings: ChangeSettings
) -> None:
    settings(clamd=scanner.address)
    block = bytes(1 << 20)

    found = await asyncio.gather(*(virus_in([block] * 20 + [EICAR] * (number % 2)) for number in range(4)))

    assert [bool(name) for name in found] == [False, True, False, True]


async def test_more_than_the_scanner_takes_was_not_looked_at(scanner: Scanner, settings: ChangeSettings) -> None:
    settings(clamd=scanner.address)

    with pytest.raises(Unreachable):
        await virus_in([bytes(1 << 20)] * 40)


@pytest.mark.parametrize("address", ["127.0.0.1:1", "/nowhere/clamd.sock"])
async def test_a_scanner_that_is_not_there_is_unreachable(settings: ChangeSettings, address: str) -> None:
    settings(clamd=address)

    with pytest.raises(Unreachable):
        await virus_in([b"x"])


@pytest.mark.parametrize(
    "answer", [b"", b"garbage", b"stream: OK", b"INSTREAM size limit exceeded. ERROR\0", b"\xff\0"]
)
async def test_an_answer_we_do_not_understand_is_no_clean_bill(
    settings: ChangeSettings, tmp_path: Path, answer: bytes
) -> None:
    path = str(tmp_path / "odd.sock")

    async def odd(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(10)
        writer.write(answer)
        await writer.drain()
        writer.close()

    async with await asyncio.start_unix_server(odd, path):
        settings(clamd=path)
        with pytest.raises(Unreachable):
            await virus_in([b"x"])


async def test_a_scanner_that_says_nothing_is_given_up(
    settings: ChangeSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clamd, "SECONDS", 0.1)
    path = str(tmp_path / "dumb.sock")

    async with await asyncio.start_unix_server(lambda reader, writer: asyncio.sleep(5), path):
        settings(clamd=path)
        with pytest.raises(Unreachable):
            await virus_in([b"x"])


def test_without_an_address_nothing_is_looked_at(settings: ChangeSettings) -> None:
    settings(clamd="")

    assert not configured()


async def test_the_stand_in_for_machines_without_clamd_answers_alike(settings: ChangeSettings, tmp_path: Path) -> None:
    """It is what the other tests ask where Debian's is not installed, so it must not be kinder."""
    made = Scanner(tmp_path)
    made.start(None)
    settings(clamd=made.socket)

    assert await virus_in([EICAR]) == "Local.Test.EICAR.UNOFFICIAL"
    assert await virus_in([b"x" * 100_000]) == ""
    with pytest.raises(Unreachable):
        await virus_in([bytes(1 << 20)] * 40)
    made.stop()
    assert CLAMD is None or Path(CLAMD).is_file()
