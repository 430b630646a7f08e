"""A server that is back within a tenth of a second after it was killed: a process that has loaded everything forks it.

``python -m tests.helpers.forked PORT`` answers each line on its input with the id of a newly forked server.
The listening socket is the parent's, so nobody is turned away while the next server starts.
"""

import asyncio
import gc
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path


class Forked:
    """The portal in a folder of its own, to be killed often."""

    def __init__(self, data: Path, port: int) -> None:
        """Load everything, and prepare the demonstration in *data*."""
        self.data, self.port = data, port
        self.pid = 0
        data.mkdir(exist_ok=True)
        with (data / "server.log").open("ab") as log:
            self._parent = subprocess.Popen(
                [sys.executable, "-m", "tests.helpers.forked", str(port)],
                env={**os.environ, "PORTAL_DATA": str(data), "PORTAL_PORT": str(port), **SET},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
            )

    def start(self) -> None:
        """Fork a server and wait until it answers."""
        assert self._parent.stdin and self._parent.stdout
        self._parent.stdin.write(b"\n")
        self._parent.stdin.flush()
        told = self._parent.stdout.readline()
        assert told, (self.data / "server.log").read_text()[-3000:]
        self.pid = int(told)
        urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health", timeout=30)

    def kill(self) -> None:
        """Kill the server as a power cut would."""
        os.kill(self.pid, signal.SIGKILL)
        status = Path(f"/proc/{self.pid}/stat")
        with suppress(FileNotFoundError, ProcessLookupError):  # until it is gone: a call into the kernel ends first
            while status.read_text().rpartition(")")[2].split()[0] not in "ZX":
                time.sleep(0.001)

    def stop(self) -> None:
        """Stop everything."""
        assert self._parent.stdin
        self._parent.stdin.close()
        self._parent.wait(20)


SET = {"PORTAL_DEMO": "1", "PORTAL_WORKER": "0", "PORTAL_HTTPS": "0", "PORTAL_PROXIES": "1", "PORTAL_ORIGIN": ""}


def main(port: int) -> None:
    """Load, prepare, then fork a server for each line that is read."""
    from portal.core.store import crypto

    if not crypto.key_file().exists():
        crypto.make_keys()
    _in_a_child(_prepare)
    from portal.app import application
    from portal.documents import decode  # the sandbox's children come from here too

    assert decode
    app = application()
    gc.collect()
    gc.freeze()  # or each server would copy every page of memory while its collector walks over it
    door = socket.create_server(("127.0.0.1", port), backlog=64)
    server = 0
    for _ in sys.stdin:
        if server:
            os.waitpid(server, 0)
        server = os.fork()
        if not server:
            _serve(app, door)
        sys.stdout.write(f"{server}\n")
        sys.stdout.flush()
    if server:
        os.kill(server, signal.SIGKILL)


def _in_a_child(work: object) -> None:
    pid = os.fork()
    if pid == 0:
        work()  # type: ignore[operator]
        os._exit(0)
    assert os.waitpid(pid, 0)[1] == 0


def _prepare() -> None:
    from portal import demo

    asyncio.run(demo.prepare())


def _serve(app: object, door: socket.socket) -> None:
    import uvicorn

    _fork_helper()
    server = uvicorn.Server(uvicorn.Config(app, access_log=False, log_level="warning", server_header=False))  # type: ignore[arg-type]
    server.run(sockets=[door])
    os._exit(0)


def _fork_helper() -> None:
    """Fork the sandbox's helper too, instead of having it load everything once more."""
    from portal.core.tools import sandbox

    ours, its = socket.socketpair()
    pid = os.fork()
    if pid == 0:
        ours.close()
        sandbox.serve(its)
        os._exit(0)
    its.close()
    sandbox.HELPER.door = ours
    sandbox.HELPER.process = _Running(pid)  # type: ignore[assignment]


class _Running:
    """As much of a `subprocess.Popen` as the sandbox looks at."""

    def __init__(self, pid: int) -> None:
        self.pid = pid

    def poll(self) -> None:
        """Say that it runs."""

    def kill(self) -> None:
        """Kill it."""
        os.kill(self.pid, signal.SIGKILL)

    def wait(self) -> None:
        """Wait until it has ended."""
        os.waitpid(self.pid, 0)


if __name__ == "__main__":
    main(int(sys.argv[1]))
