"""Ask a clamd whether a file carries a virus, by its INSTREAM command.

Our own few lines: the clients on PyPI send in small pieces and take five to forty times as long.
clamd drops the connection when a file is longer than its StreamMaxLength, so that must be more
than the largest file a city takes; here it looks like a clamd that cannot be reached, and the
file stays in 检查中, where somebody will look.
"""

import asyncio
from collections.abc import Iterable

from portal.core.tools.settings import SETTINGS

SECONDS = 60.0
FOUND = b" FOUND"


class Unreachable(Exception):
    """clamd did not answer, or not in a way we understand."""


def configured() -> bool:
    """Return whether files are looked at for viruses here."""
    return bool(SETTINGS.clamd)


async def virus_in(pieces: Iterable[bytes]) -> str:
    """Return the name of the virus in what *pieces* make up, or "" when there is none.

    Raises:
        Unreachable: it could not be asked.
    """
    try:
        async with asyncio.timeout(SECONDS):
            said = await _asked(pieces)
    except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
        raise Unreachable(type(error).__name__) from error
    if said == b"stream: OK":
        return ""
    if not said.endswith(FOUND):
        raise Unreachable(said[:80].decode("ascii", "replace"))
    return said.removeprefix(b"stream: ").removesuffix(FOUND).decode("utf-8", "replace")


async def _asked(pieces: Iterable[bytes]) -> bytes:
    reader, writer = await _connected()
    try:
        writer.write(b"zINSTREAM\0")
        for piece in pieces:
            if piece:  # an empty one would say that the file ends here
                writer.write(len(piece).to_bytes(4, "big") + piece)
                await writer.drain()
        writer.write(bytes(4))
        return (await reader.readuntil(b"\0")).rstrip(b"\0")
    finally:
        writer.close()


async def _connected() -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    if SETTINGS.clamd.startswith("/"):
        return await asyncio.open_unix_connection(SETTINGS.clamd)
    host, _, port = SETTINGS.clamd.rpartition(":")
    return await asyncio.open_connection(host, int(port))
