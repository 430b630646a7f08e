"""No table and no line of the log holds an identity number, phone, card, name or code in the open: both databases."""

import io
import json
import logging
from collections.abc import Iterator
from datetime import datetime

import pytest
import structlog

from portal.accounts.register import demo_people
from portal.accounts.sign_in import demo_code
from portal.core.tools import log
from portal.piccolo_app import TABLES
from tests.helpers.client import Client
from tests.helpers.faces import photo, portrait
from tests.helpers.post import at_oclock, work
from tests.helpers.world import make_world, sign_in_clerk

pytestmark = pytest.mark.usefixtures("database")

CARD = {"card_no": "M00000008", "consent": "yes"}


async def cells() -> dict[str, list[object]]:
    """Return every cell of every table, without moments: their digits mean nothing."""
    found: dict[str, list[object]] = {}
    for table in TABLES:
        rows = await table.select()
        found[table._meta.tablename] = [
            cell for row in rows for cell in row.values() if not isinstance(cell, datetime | int | bool | None)
        ]
    return found


def shown_in(cell: object, secret: str) -> bool:
    return secret.encode() in (cell if isinstance(cell, bytes) else str(cell).encode())


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What is written to standard error, by our log and by anybody else's, at their most talkative."""
    paper = io.StringIO()
    monkeypatch.setattr("sys.stderr", paper)
    log.start_logging()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger("DEBUG"), cache_logger_on_first_use=False)
    everything = logging.StreamHandler(paper)
    root, before = logging.getLogger(), logging.getLogger().level
    root.addHandler(everything)
    root.setLevel(logging.DEBUG)
    logging.getLogger("httpx").setLevel(logging.CRITICAL)  # the browser of these tests, not the portal
    yield paper
    root.setLevel(before)
    root.removeHandler(everything)
    structlog.reset_defaults()


async def journeys(client: Client) -> set[str]:
    """Register, mistype, be checked by people, use the face, export; return the codes that were sent."""
    at_oclock(12)
    codes = set()
    await make_world()
    async with Client() as desk:
        await sign_in_clerk(desk)
        await client.sign_in("13800000108")
        codes.add(await demo_code("13800000108"))
        wrong = {**CARD, "name": "迪丽努尔·艾合买", "id_number": "650000199607070024"}
        await client.post("/meishan/register", wrong)
        await client.post("/meishan/register", {**wrong, "action": "check"})
        await client.post(client.path)
        await desk.get("/staff/identities")
        id = desk.text.partition('href="/staff/identities/')[2].partition('"')[0]
        await desk.get(f"/staff/identities/{id}")
        await desk.post(f"/staff/identities/{id}", {"action": "pass"})
    async with Client() as other:
        await other.get("/meishan/face")
        await other.post("/meishan/face", {"name": "张丽", "id_number": "511400197102140026", "consent": "yes"})
        await other.upload(other.path, photo(portrait()))
        await other.get("/meishan/settings/export/data.json")
        assert json.loads(other.page.content)["person"]["name"] == "张丽"
    async with Client() as third:
        await third.sign_in("13800000101")
        codes.add(await demo_code("13800000101"))
        await third.post("/meishan/logout")
    await work()
    return codes


async def test_neither_the_tables_nor_the_log_show_who_people_are(client: Client, lines: io.StringIO) -> None:
    codes = await journeys(client)

    secrets = {
        text for one in demo_people().values() for text in (one.id_number, one.phone, one.card_no, one.name) if text
    }
    held = await cells()
    staff = set(map(str, held["staff"]))
    found = [
        (table, secret)
        for table, row in held.items()
        for cell in row
        for secret in secrets | codes
        if shown_in(cell, secret) and str(cell) not in staff
    ]
    assert found == []
    assert not [secret for secret in secrets | codes if secret in lines.getvalue()]
    assert len(codes) == 2 and sum(map(len, held.values())) > 300
