"""A wire between browser and server that can be cut, as a phone's network is in a lift."""

import socket
import threading
from contextlib import suppress

BLOCK = 16_384


class Wire:
    """Listens on a port of its own and passes everything on to the server, until it is cut."""

    def __init__(self, to: int) -> None:
        """Lay a wire to port *to* of this machine."""
        self._to = to
        self._door = socket.create_server(("127.0.0.1", 0))
        self.base = f"http://127.0.0.1:{self._door.getsockname()[1]}"
        self.sent = 0
        self._left: int | None = None
        self._ends: list[socket.socket] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def cut_after(self, size: int) -> None:
        """Let *size* more bytes through to the server, then be cut until `mend`."""
        self._left = size

    def mend(self) -> None:
        """Be whole again, and count from nothing what goes to the server."""
        self._left, self.sent = None, 0

    def close(self) -> None:
        """Take the wire down."""
        self._door.close()
        self._hang_up()

    def _serve(self) -> None:
        while True:
            try:
                here, _ = self._door.accept()
            except OSError:
                return
            if self._left == 0:
                _reset(here)
                continue
            there = socket.create_connection(("127.0.0.1", self._to))
            self._ends += [here, there]
            threading.Thread(target=self._up, args=(here, there), daemon=True).start()
            threading.Thread(target=_pass_on, args=(there, here), daemon=True).start()

    def _up(self, here: socket.socket, there: socket.socket) -> None:
        with suppress(OSError):
            while block := here.recv(BLOCK):
                if self._left is not None:
                    block = block[: self._left]
                    self._left -= len(block)
                there.sendall(block)
                self.sent += len(block)
                if self._left == 0:
                    self._hang_up()
                    return
            there.shutdown(socket.SHUT_WR)

    def _hang_up(self) -> None:
        for end in self._ends:
            _reset(end)
        self._ends = []


def _pass_on(there: socket.socket, here: socket.socket) -> None:
    with suppress(OSError):
        while block := there.recv(BLOCK):
            here.sendall(block)
        here.shutdown(socket.SHUT_WR)


def _reset(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
