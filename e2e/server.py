"""The portal as a process of its own, as an operator starts, stops and sometimes loses it."""

import os
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

CACHE = Path(__file__).parent.parent / ".pytest_cache" / "portal"  # templates that one server has compiled for all
START_SECONDS = 120  # a busy machine takes its time


class Server:
    """`portal demo` in a folder of its own."""

    def __init__(self, data: Path, port: int, **settings: str) -> None:
        """Prepare a server on *port* with its data in *data*; *settings* are further environment variables."""
        self.data = data
        self.port = port
        self.base = f"http://127.0.0.1:{port}"
        self._environment = {
            **os.environ,
            "PORTAL_DATA": str(data),
            "PORTAL_PORT": str(port),
            "PORTAL_PROXIES": "1",
            "PORTAL_CACHE": str(CACHE),
            "PYTHONPATH": str(Path(__file__).parent.parent),
            **settings,
        }
        self._log = data / f"server-{port}.log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        self.data.mkdir(exist_ok=True)
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "portal", "demo"], env=self._environment, stdout=log, stderr=log
            )
        patience = time.monotonic() + START_SECONDS
        while time.monotonic() < patience:
            if self.process.poll() is not None:
                break
            try:
                urllib.request.urlopen(f"{self.base}/health", timeout=1)
                return
            except OSError:
                time.sleep(0.1)
        self.kill()
        raise RuntimeError(f"the server does not answer:\n{self._log.read_text()[-3000:]}")

    def stop(self) -> None:
        """Stop it as an operator would."""
        if self.process:
            self.process.terminate()
            self.process.wait(20)

    def kill(self) -> None:
        """Kill it as a power cut would."""
        if self.process:
            self.process.kill()
            self.process.wait(20)

    @property
    def log(self) -> str:
        """What it wrote to its log."""
        return self._log.read_text()


def sql(server: Server, statement: str, *values: object) -> None:
    """Change something in the server's database, past the server."""
    with sqlite3.connect(server.data / "portal.sqlite", timeout=30) as connection:
        connection.execute(statement, values)
    connection.close()


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
