"""Work on strangers' files happens apart: whatever happens there, the server goes on."""

import asyncio
import os
import pickle
import signal
import socket
from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path

import pytest

from portal.core.tools import sandbox
from portal.core.tools.sandbox import Apart, Limits, run_apart
from tests.bench.client import pss_mib


@pytest.fixture(autouse=True)
def one_helper() -> Iterator[None]:
    """A helper of its own for each test."""
    sandbox.shut()
    yield
    sandbox.shut()


def helper() -> int:
    """Return the helper's process id."""
    process = sandbox.HELPER.process
    assert process
    return process.pid


def children(pid: int) -> list[int]:
    """Return the processes that *pid* has started and that are still there."""
    with suppress(FileNotFoundError, ProcessLookupError):
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


async def nobody_left_at_work() -> bool:
    """Return whether every child ends soon."""
    async with asyncio.timeout(10):
        while children(helper()):
            await asyncio.sleep(0.01)
    return True


async def still_works() -> bool:
    """Return whether the next piece of work is done."""
    return bool(await run_apart("math:sqrt", 16.0) == 4.0)


async def test_an_answer_comes_back() -> None:
    assert await run_apart("operator:concat", b"one", b"two") == b"onetwo"


async def test_several_pieces_of_work_do_not_mix() -> None:
    answers = await asyncio.gather(*(run_apart("math:sqrt", float(number**2)) for number in range(12)))

    assert answers == [float(number) for number in range(12)]


BOMBS = {
    "takes all memory": ("builtins:bytearray", (8 << 30,), Limits(memory=1 << 28)),
    "takes memory bit by bit": ("builtins:list", (count(),), Limits(memory=1 << 28)),
    "never ends": ("builtins:sum", (count(),), Limits(cpu=1)),
    "waits for ever": ("time:sleep", (3600,), Limits(wall=0.2)),
    "crashes": ("os:abort", (), Limits()),
    "ends without a word": ("os:_exit", (0,), Limits()),
    "raises": ("math:sqrt", (-1.0,), Limits()),
    "leaves the program": ("sys:exit", (3,), Limits()),
    "answers without measure": ("builtins:bytes", (100 << 20,), Limits()),
    "is not there": ("portal.nowhere:nothing", (), Limits()),
    "does not exist": ("math:nothing", (), Limits()),
    "answers with what cannot be sent": ("builtins:object", (), Limits()),
    "kills itself": ("signal:raise_signal", (signal.SIGSEGV,), Limits()),
}


@pytest.mark.parametrize("what", BOMBS)
async def test_whatever_a_piece_of_work_does_the_server_hears_that_it_failed_and_goes_on(what: str) -> None:
    work, args, limits = BOMBS[what]

    with pytest.raises(Apart):
        await run_apart(work, *args, limits=limits)

    assert await nobody_left_at_work()
    assert await still_works()


@pytest.mark.parametrize(
    ("what", "said"),
    [("never ends", "out of time"), ("waits for ever", "out of time"), ("crashes", "ended without an answer")],
)
async def test_what_takes_too_long_is_told_from_what_crashes(what: str, said: str) -> None:
    work, args, limits = BOMBS[what]

    with pytest.raises(Apart, match=f"^{said}$"):
        await run_apart(work, *args, limits=limits)


async def test_a_bomb_leaves_the_servers_own_memory_as_it_was() -> None:
    await still_works()
    before = pss_mib(os.getpid())

    for work, args, limits in (BOMBS["takes all memory"], BOMBS["answers without measure"]):
        with pytest.raises(Apart):
            await run_apart(work, *args, limits=limits)

    assert pss_mib(os.getpid()) < before + 80


async def test_no_file_without_measure_is_written(tmp_path: Path) -> None:
    with pytest.raises(Apart):
        await run_apart("shutil:copyfile", "/dev/zero", str(tmp_path / "big"), limits=Limits(written=1 << 20))

    assert (tmp_path / "big").stat().st_size <= 1 << 20


@pytest.mark.parametrize("name", ["PORTAL_DATA", "PORTAL_KEYS", "DATABASE_URL"])
async def test_the_work_knows_neither_keys_nor_database(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "secret")

    assert await run_apart("os:getenv", name) is None


async def test_an_answer_that_would_run_something_in_the_server_runs_nothing(tmp_path: Path) -> None:
    """A decoder that was taken over could send anything back."""
    with pytest.raises(Apart):
        await run_apart("tests.inside.core.tools.test_sandbox:poison", str(tmp_path / "made"))

    assert not (tmp_path / "made").exists()


class Poisoned:
    """What makes a folder when it is unpickled."""

    def __init__(self, path: str) -> None:
        """Remember which folder."""
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str]]:
        """Say how to make it again: by making the folder."""
        return os.mkdir, (self.path,)


def poison(path: str) -> None:
    """Answer over the child's own socket with something that makes a folder at *path*."""
    for handle in range(3, 64):
        with suppress(OSError):
            os.write(handle, pickle.dumps((True, Poisoned(path))))
    os._exit(0)


async def test_work_that_nobody_waits_for_any_more_ends() -> None:
    await still_works()
    for step in range(6):
        for work, thing in (("time:sleep", 3600), ("builtins:len", b"x" * (8 << 20))):
            working = asyncio.create_task(run_apart(work, thing))
            for _ in range(step):
                await asyncio.sleep(0)
            working.cancel()
            await asyncio.wait({working})

    working = asyncio.create_task(run_apart("time:sleep", 3600))
    while not children(helper()):
        await asyncio.sleep(0.01)
    working.cancel()
    await asyncio.wait({working})

    assert await nobody_left_at_work()


async def test_work_whose_server_has_died_ends() -> None:
    await still_works()
    here, there = socket.socketpair()
    with here, there:
        sandbox.HELPER.hand_over(there)
        there.close()
        assert len(here.recv(4)) == 4

    assert await nobody_left_at_work()


async def test_a_helper_that_was_killed_is_started_again() -> None:
    await still_works()
    first = helper()

    os.kill(first, signal.SIGKILL)

    assert await still_works()
    assert helper() != first


async def test_a_helper_that_dies_with_work_in_hand_is_started_again() -> None:
    await still_works()
    working = asyncio.create_task(run_apart("time:sleep", 0.3))
    while not (busy := children(helper())):
        await asyncio.sleep(0.01)

    os.kill(helper(), signal.SIGKILL)
    for child in busy:
        with suppress(ProcessLookupError):  # the child of the work before may still have been on its way out
            os.kill(child, signal.SIGKILL)

    outcome = (await asyncio.gather(working, return_exceptions=True))[0]
    assert outcome is None or isinstance(outcome, Apart)  # killed before it had begun, it was done again
    assert await still_works()


async def test_at_most_two_work_at_the_same_time() -> None:
    await still_works()

    spans = await asyncio.gather(*(run_apart("tests.helpers.span:span", 0.2) for _ in range(6)))

    together = [sum(begin <= other < end for begin, end in spans) for other, _ in spans]
    assert max(together) == 2


async def test_when_the_server_ends_so_does_the_helper() -> None:
    await still_works()
    process = sandbox.HELPER.process
    assert process

    sandbox.shut()

    assert process.returncode is not None
