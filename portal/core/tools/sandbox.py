"""Work on strangers' files, in a process of its own with little memory, time and rights.

A helper process keeps the libraries loaded and forks a child for each piece of work, so a child
costs about a tenth more than doing the work here; whatever happens to the child (a bomb, a crash,
an endless loop) happens to the child only. The helper knows no key and no database: it is handed
a function of a module, its arguments, and one end of a socket for the answer.

The helper is this module run as a program: ``python -m portal.core.tools.sandbox MODULE ...``.
"""

import array
import asyncio
import importlib
import os
import pickle
import resource
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

AT_ONCE = 2  # children working at the same time; more wait, so that pages stay quick
NICE = 5  # people who wait for a page go first
PID = 4
BLOCK = 1 << 18
LONGEST = 64 << 20  # bytes of an answer; what we take in is at most 20 MiB
OUT_OF_TIME = bytes([signal.SIGXCPU])  # all that comes of a child whose time is up
LAST_SECONDS = 1  # of a child that was told so and does not end


class Limits(msgspec.Struct, frozen=True):
    """What a child may use: bytes of memory and of written files, seconds of CPU and of waiting."""

    memory: int = 1 << 30
    written: int = 64 << 20
    cpu: int = 10
    wall: float = 25.0


LIMITS = Limits()


class Apart(Exception):
    """The child did not come back with an answer: out of memory, out of time, or it crashed."""


class NotBegun(Apart):
    """The helper ended before it had forked the child; nothing was done."""


class Helper:
    """The helper process, started when it is first needed and again when it has died."""

    def __init__(self) -> None:
        """Begin without a process."""
        self.modules: list[str] = []
        self.process: subprocess.Popen[bytes] | None = None
        self.door: socket.socket | None = None

    def hand_over(self, end: socket.socket) -> None:
        """Have a child forked that answers on *end*."""
        try:
            self._send(end)
        except OSError:
            self.stop()
            self._send(end)

    def _send(self, end: socket.socket) -> None:
        if self.process is None or self.process.poll() is not None:
            self._start()
        assert self.door
        fds = array.array("i", [end.fileno()])
        self.door.sendmsg([b"1"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, fds)])

    def _start(self) -> None:
        self.stop()
        self.door, inner = socket.socketpair()
        with inner:
            self.process = subprocess.Popen(  # noqa: S603  this very module
                [sys.executable, "-m", "portal.core.tools.sandbox", str(inner.fileno()), *self.modules],
                pass_fds=[inner.fileno()],
                stdin=subprocess.DEVNULL,
                env={name: text for name, text in os.environ.items() if not name.startswith(("PORTAL_", "DATABASE_"))},
                cwd=Path(__file__).parents[3],
            )

    def stop(self) -> None:
        """End the helper; children at work are left to their limits."""
        if self.door:
            self.door.close()
        if self.process:
            self.process.kill()
            self.process.wait()
        self.door = self.process = None


HELPER = Helper()
_turns: dict[asyncio.AbstractEventLoop, asyncio.Semaphore] = {}


def preload(modules: list[str]) -> None:
    """Have the helper load *modules* once; call before the first child."""
    HELPER.modules = modules


def shut() -> None:
    """End the helper."""
    HELPER.stop()


# D11: strangers choose what decoders read; the server's process never loads one.
async def run_apart(work: str, *args: Any, limits: Limits = LIMITS) -> Any:
    """Run *work* (``module:function``) with *args* in a child process and return its result.

    The function is named, not passed, so that the server process never loads a decoder.

    Raises:
        Apart: no answer within *limits*.
    """
    turn = _turns.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(AT_ONCE))
    job = pickle.dumps((*work.split(":"), args, limits), protocol=5)
    async with turn:
        try:
            told = await _told(job, limits.wall)
        except NotBegun:  # the helper had just died; nothing was done, so it can be asked again
            HELPER.stop()
            told = await _told(job, limits.wall)
    try:
        good, answer = msgspec.msgpack.decode(told)  # plain values only: a child may have been taken over
    except (msgspec.DecodeError, TypeError, ValueError) as error:
        raise Apart("not an answer") from error
    if not good:
        raise Apart(answer)
    return answer


async def _told(job: bytes, wall: float) -> bytes:
    here, there = socket.socketpair()
    with here:
        here.setblocking(False)
        with there:
            HELPER.hand_over(there)
        return await _asked(here, job, wall)


async def _asked(here: socket.socket, job: bytes, wall: float) -> bytes:
    """Return what the child answered.

    It gets its work only after it has sent its process id: so it can be killed, or has nothing to do and ends.
    """
    loop = asyncio.get_running_loop()
    got = bytearray()
    try:
        async with asyncio.timeout(wall):
            while len(got) < PID and (block := await loop.sock_recv(here, PID - len(got))):
                got += block
            await loop.sock_sendall(here, len(job).to_bytes(8, "big") + job)
            while len(got) <= LONGEST and (block := await loop.sock_recv(here, BLOCK)):
                got += block
    except TimeoutError as error:
        raise Apart("out of time") from error
    except OSError:
        pass  # it went away; how far it came shows below
    finally:
        _kill(here, got)
    if len(got) < PID:
        raise NotBegun("ended before it began")
    if got[PID:] == OUT_OF_TIME:
        raise Apart("out of time")
    if len(got) == PID or len(got) > LONGEST:
        raise Apart("ended without an answer" if len(got) == PID else "answered without measure")
    return bytes(got[PID:])


def _kill(here: socket.socket, got: bytearray) -> None:
    """Kill the child, whose process id begins what was *got* or has just arrived."""
    with suppress(OSError):
        if len(got) < PID:
            got += here.recv(PID)
    if len(got) >= PID:
        with suppress(ProcessLookupError):
            os.kill(int.from_bytes(got[:PID], "big"), signal.SIGKILL)


# -- the helper and its children ---------------------------------------------------------------


def serve(door: socket.socket) -> None:
    """Fork a child for each socket that comes through *door*, until it is closed."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while True:
        message, parts, _, _ = door.recvmsg(1, socket.CMSG_SPACE(array.array("i").itemsize))
        if not message:
            return
        (end,) = array.array("i", parts[0][2])
        if os.fork() == 0:
            door.close()
            answer(socket.socket(fileno=end))
            os._exit(0)
        os.close(end)


def answer(end: socket.socket) -> None:
    """Do the one piece of work that comes over *end*, within its limits."""
    end.sendall(os.getpid().to_bytes(PID, "big"))
    size = int.from_bytes(_read(end, 8), "big")
    module, name, args, limits = pickle.loads(_read(end, size))  # noqa: S301  from our own server
    for what, most in (
        (resource.RLIMIT_AS, limits.memory),
        (resource.RLIMIT_FSIZE, limits.written),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 64),
    ):
        resource.setrlimit(what, (most, most))
    _end_in_time(end, limits)
    os.nice(NICE)
    try:
        said = msgspec.msgpack.encode((True, getattr(importlib.import_module(module), name)(*args)))
    except BaseException as error:  # a decoder may raise anything at all; its kind is all we pass on
        said = msgspec.msgpack.encode((False, type(error).__name__))
    end.sendall(said)


def _end_in_time(end: socket.socket, limits: Limits) -> None:
    """Have the signal that the time is up sent over *end*, even from inside a decoder that never comes back."""
    end.settimeout(limits.wall)  # the interpreter writes signals to what does not block only
    signal.set_wakeup_fd(end.fileno())
    signal.signal(signal.SIGXCPU, lambda *_: os._exit(1))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu, limits.cpu + LAST_SECONDS))


def _read(end: socket.socket, size: int) -> bytes:
    got = bytearray()
    while len(got) < size:
        block = end.recv(min(BLOCK, size - len(got)))
        if not block:  # nobody waits for the answer any more
            os._exit(1)
        got += block
    return bytes(got)


if __name__ == "__main__":
    for preloaded in sys.argv[2:]:
        importlib.import_module(preloaded)
    serve(socket.socket(fileno=int(sys.argv[1])))
