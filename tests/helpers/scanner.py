"""A clamd for the tests: Debian's own where it is installed, else a small one that speaks its protocol.

It knows one virus only, the harmless EICAR test file, by a signature written here; nothing is
downloaded.
"""

import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from e2e.server import free_port

# The EICAR test file, turned around so that no scanner on a developer's machine stumbles over this source.
EICAR = "*H+H$!ELIF-TSET-SURIVITNA-DRADNATS-RACIE$}7)CC7)^P(45XZP\\4[PA@%P!O5X"[::-1].encode()
CLAMD = shutil.which("clamd", path="/usr/sbin:/usr/bin:/sbin:/usr/local/sbin:/opt/homebrew/sbin")
CONFIGURATION = """
Foreground yes
TCPSocket {port}
TCPAddr 127.0.0.1
LocalSocket {folder}/clamd.sock
DatabaseDirectory {folder}/signatures
TemporaryDirectory {folder}
StreamMaxLength 32M
HeuristicAlerts no
LogFile {folder}/clamd.log
"""


class Scanner:
    """A clamd on a port and a socket of its own, to be started and stopped."""

    def __init__(self, folder: Path) -> None:
        """Prepare it; it keeps its files in *folder*."""
        self.folder, self.port = folder, free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._fake: FakeClamd | None = None

    @property
    def address(self) -> str:
        """Where it is reached."""
        return f"127.0.0.1:{self.port}"

    @property
    def socket(self) -> str:
        """The path of its socket."""
        return str(self.folder / "clamd.sock")

    def start(self, clamd: str | None = CLAMD) -> None:
        """Start the program *clamd*, or the stand-in without one, and wait until it answers."""
        if clamd is None:
            self._fake = FakeClamd(self.port, self.socket)
            return
        signatures = self.folder / "signatures"
        signatures.mkdir(exist_ok=True)
        (signatures / "local.ndb").write_text(f"Local.Test.EICAR:0:*:{EICAR.hex()}\n")
        configuration = self.folder / "clamd.conf"
        configuration.write_text(CONFIGURATION.format(port=self.port, folder=self.folder))
        self._process = subprocess.Popen(
            [clamd, "--config-file", str(configuration)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + 30
        while not self._answers():
            assert self._process.poll() is None, (self.folder / "clamd.log").read_text()
            assert time.monotonic() < deadline, "clamd does not answer"
            time.sleep(0.05)

    def _answers(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1) as to:
            to.sendall(b"zPING\0")
            return to.recv(16) == b"PONG\0"
        return False

    def stop(self) -> None:
        """Stop it."""
        if self._fake:
            self._fake.stop()
        if self._process:
            self._process.terminate()
            self._process.wait(20)


@contextmanager
def running(folder: Path) -> Iterator[Scanner]:
    """Have a scanner that keeps its files in *folder*."""
    made = Scanner(folder)
    made.start()
    yield made
    made.stop()


class FakeClamd:
    """As much of clamd as we speak to."""

    def __init__(self, port: int, path: str) -> None:
        """Listen on *port* and at *path*."""
        tcp = socket.create_server(("127.0.0.1", port))
        unix = socket.socket(socket.AF_UNIX)
        unix.bind(path)
        unix.listen()
        self._listening = [tcp, unix]
        for door in self._listening:
            threading.Thread(target=self._serve, args=(door,), daemon=True).start()

    def _serve(self, door: socket.socket) -> None:
        with suppress(OSError):
            while True:
                to, _ = door.accept()
                with to, suppress(OSError):
                    self._answer(to.makefile("rb"), to)

    def _answer(self, asked: object, to: socket.socket) -> None:
        read = asked.read  # type: ignore[attr-defined]
        command = b""
        while not command.endswith(b"\0"):
            command += read(1)
        if command == b"zPING\0":
            to.sendall(b"PONG\0")
        elif command == b"zINSTREAM\0":
            content = b""
            while size := int.from_bytes(read(4), "big"):
                content += read(size)
                if len(content) > 32 << 20:
                    return
            to.sendall(b"stream: Local.Test.EICAR.UNOFFICIAL FOUND\0" if EICAR in content else b"stream: OK\0")

    def stop(self) -> None:
        """Listen no more."""
        for door in self._listening:
            door.shutdown(socket.SHUT_RDWR)
            door.close()
