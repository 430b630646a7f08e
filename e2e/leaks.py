"""What a server leaves on the disk and in its log shows nobody's number, phone, card or name.

Every server of the journeys is looked at when it has stopped, so whatever they did is looked at.
"""

from e2e.server import Server
from portal.accounts.register import demo_people

KEYS = "keys.toml"
# What `portal demo` prints at its start, to try it with.
GREETING = {
    "张丽",
    "王建国",
    "迪丽努尔·艾合买提",
    "阿卜杜热西提·买买提",
    "13800000101",
    "13800000001",
    "13800000108",
    "13800000008",
    "马桂兰",
    "罗淑芬",
    "徐文",
    "郑永",
    "13800000011",
    "13800000112",
    "13800000114",
    "13800000113",
}


def left_behind(server: Server) -> dict[str, bytes]:
    """Return everything the server has written, by file name: database, its journal, files, log."""
    return {
        str(path.relative_to(server.data)): path.read_bytes()
        for path in server.data.rglob("*")
        if path.is_file() and path.name != KEYS
    }


def in_the_open(written: dict[str, bytes]) -> list[tuple[str, str]]:
    """Return ``(file, what)`` for each datum of a demo person that can be read in what was *written*."""
    secrets = {
        text for one in demo_people().values() for text in (one.id_number, one.phone, one.card_no, one.name) if text
    }
    return [
        (name, secret)
        for name, content in written.items()
        for secret in secrets - (GREETING if name.endswith(".log") else set())
        if secret.encode() in content
    ]


def look(server: Server) -> None:
    """Fail with what can be read of a demo person's data in what the stopped *server* has left."""
    written = left_behind(server)
    assert {"portal.sqlite", f"server-{server.port}.log"} <= written.keys(), sorted(written)
    assert not in_the_open(written), in_the_open(written)
