"""One database for the run, emptied after each test: SQLite, or PostgreSQL with ``TEST_ON=postgres``.

The settings are read when the package is imported, so the environment is set here first.
"""

import atexit
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from argon2 import PasswordHasher

from e2e.server import CACHE

# In memory where there is room: a test then never waits for a disk. Those of power cuts have a disk of their own.
_memory = Path("/dev/shm")
_roomy = os.access(_memory, os.W_OK) and shutil.disk_usage(_memory).free > 2 << 30
_home = Path(tempfile.mkdtemp(prefix="portal-tests-", dir=_memory if _roomy else None))
os.environ.update(
    PORTAL_DATA=str(_home),
    PORTAL_CACHE=str(CACHE),
    PORTAL_HTTPS="1",
    PORTAL_DEMO="0",
    PORTAL_WORKER="0",
    PORTAL_ORIGIN="https://mt.example.cn",
    PORTAL_LOG="error",
    PORTAL_FACE="demo",
    PORTAL_PROOF="200",
    PORTAL_CODES_FREE="100",
    PORTAL_SMS_REPORTS="a-secret-word",
)
os.environ.pop("DATABASE_URL", None)
atexit.register(shutil.rmtree, _home, ignore_errors=True)
if os.environ.get("TEST_ON") == "postgres":
    from tests.helpers.postgres import address_of_a_new_server

    os.environ["DATABASE_URL"] = address_of_a_new_server(_home)

from portal.accounts import staff  # noqa: E402
from portal.cases.figures import measures  # noqa: E402
from portal.core.store import crypto, storage  # noqa: E402
from portal.core.store.database import DB, execute, fetch_all, migrate, opened, transaction  # noqa: E402
from portal.core.store.sqlite import OneWriterEngine  # noqa: E402
from portal.core.tools import clock  # noqa: E402
from portal.piccolo_app import TABLES  # noqa: E402
from portal.regions.load import REGIONS, Region  # noqa: E402
from portal.regions.workdays import Calendar, Year  # noqa: E402
from tests.helpers.changes import ChangeRegion, ChangeSettings, amended, change_settings, settings_now  # noqa: E402
from tests.helpers.client import Client  # noqa: E402
from tests.helpers.recording import RECORDER  # noqa: E402
from tests.helpers.scanner import Scanner, running  # noqa: E402

crypto.make_keys()
staff.HASHER = PasswordHasher(time_cost=1, memory_cost=64)  # hundreds of people sign in at the desk

ON_POSTGRES = not isinstance(DB, OneWriterEngine)
WITH_A_DATABASE = {"migrated", "server", "nodes"}  # the fixtures that give one


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take a folder for the pages the tests see; see `tests.helpers.recording`."""
    parser.addoption("--record-pages", type=Path, metavar="FOLDER", help="write each page the tests see into FOLDER")


@pytest.fixture(autouse=True)
def recorded(request: pytest.FixtureRequest) -> Iterator[None]:
    """Record the pages of this test, where that is asked for."""
    folder = request.config.getoption("--record-pages")
    with RECORDER.of_test(folder, request.path.name, request.node.name) if folder else nullcontext():
        yield


# D70: what needs no database would do the same twice.
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL run what has to do with a database or a case; the rest has run beside SQLite and is the same."""
    if ON_POSTGRES:
        left_out = {item for item in items if not on_both(item)}
        config.hook.pytest_deselected(items=list(left_out))
        items[:] = [item for item in items if item not in left_out]


def on_both(item: pytest.Item) -> bool:
    """Return whether a test runs on both databases."""
    return "cases" in item.path.parts or not WITH_A_DATABASE.isdisjoint(item.fixturenames)  # type: ignore[attr-defined]


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Run every async test on one asyncio loop, as the database's connections do."""
    return "asyncio"


@pytest.fixture(scope="session")
async def migrated(anyio_backend: str) -> AsyncIterator[None]:
    """An open database with all tables."""
    async with opened():
        await migrate()
        yield


@pytest.fixture
async def database(migrated: None) -> AsyncIterator[None]:
    """The database, empty again afterwards."""
    yield
    await empty()
    measures.forget()


async def empty() -> None:
    """Delete every row; tables that others point at come last."""
    names = [table._meta.tablename for table in reversed(TABLES)]
    between = [name for name in names if name not in (*FIRST_OF_ALL, *LAST_OF_ALL)]
    full = await filled(names)
    async with transaction():
        for name in (*FIRST_OF_ALL, *between, *LAST_OF_ALL):
            if name in full or name == TALLY:
                await execute(f"DELETE FROM {name}")


class Full(NamedTuple):
    """A table that has rows."""

    name: str


async def filled(names: list[str]) -> set[str]:
    """Return the tables that have rows: deleting from sixty that have none costs more than most tests."""
    asked = (f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {name})" for name in names)
    return {row.name for row in await fetch_all(Full, " UNION ALL ".join(asked))}


FIRST_OF_ALL = ("delegation", "defect", "correction", "case_event", "case_disease", "benefit", "appraisal", "objection")
TALLY = "desk_tally"  # triggers add to it while rows are deleted
LAST_OF_ALL = ("cases", "desk_tally", "consent", "person_phone", "person", "phone")  # the cases' end is counted


@pytest.fixture
async def client(database: None) -> AsyncIterator[Client]:
    """A browser without script, talking to the application directly."""
    async with Client() as made:
        yield made


# A Tuesday that is a working day, nine in the morning in Beijing: far from the ends of a month and from quiet hours.
A_DAY_LIKE_ANY_OTHER = datetime(2026, 11, 10, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def own_clock() -> None:
    """Begin each test at the same moment, whatever the machine's clock says and the test before moved."""
    clock.begin(A_DAY_LIKE_ANY_OTHER)


@pytest.fixture
def machine_clock(own_clock: None) -> None:
    """Go by the machine's clock, where a disk, a store or another process does."""
    clock.begin(datetime.now(UTC))


@pytest.fixture
def settings() -> Iterator[ChangeSettings]:
    """Change settings for this test: ``settings(demo=True, codes_free=2)``."""
    before = settings_now()
    yield change_settings
    change_settings(**before)


@pytest.fixture
def region(monkeypatch: pytest.MonkeyPatch) -> ChangeRegion:
    """Change a city's rules or calendar for this test: ``region("meishan", publicity={"enabled": True})``."""

    def change(key: str, /, *, calendar: Calendar | None = None, **sections: Mapping[str, Any]) -> Region:
        city = amended(REGIONS[key], calendar, **sections)
        monkeypatch.setitem(REGIONS, key, city)
        return city

    return change


@pytest.fixture
def published(region: ChangeRegion) -> None:
    """Have the years around published in every city, without a holiday: only then is anything late."""
    years = {year: Year(published=True, source="test") for year in range(2024, 2036)}
    for name in list(REGIONS):
        region(name, calendar=Calendar([years]))


@pytest.fixture(scope="module")
def scanner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scanner]:
    """A virus scanner; ``settings(clamd=scanner.address)`` has it asked about each file."""
    with running(tmp_path_factory.mktemp("clamd")) as made:
        yield made


@pytest.fixture
async def empty_store(database: None) -> AsyncIterator[None]:
    """A store without files, for tests that count them; empty again afterwards."""
    await storage.delete(*[name async for name in storage.names()])
    yield
    await storage.delete(*[name async for name in storage.names()])


@pytest.fixture
def files(tmp_path: Path) -> Iterator[Path]:
    """The folder of stored files."""
    yield _home / "files"
    storage.store.cache_clear()
