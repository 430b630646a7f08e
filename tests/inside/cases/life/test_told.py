"""Live pages: each wakes for its own case only, whichever process the news came from, and misses none of them."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from portal.cases.life.case import Case, case_by_id, happened
from portal.cases.life.told import Lately, tell, topic
from portal.cases.mail import delivery
from portal.cases.mail.envelopes import Address
from portal.core.store.database import ON_SQLITE, execute, fetch_value, transaction
from portal.core.web import stream
from portal.core.web.stream import Now, changes, listen
from tests.helpers.factories import citizen, make_case, make_draft, make_person
from tests.helpers.must import must

pytestmark = pytest.mark.usefixtures("database")

TELL = """
import asyncio, sys
from portal.cases.life.told import tell
from portal.core.store.database import opened, transaction

async def main():
    async with opened():
        for id in sys.argv[1:]:
            async with transaction():
                await tell(id)

asyncio.run(main())
"""


class Page:
    """An open page of a case, which counts how often it looks at the case."""

    def __init__(self, case: Case) -> None:
        """Open it."""
        self.case = case
        self.looks = 0
        self.shown = case.told
        self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        async for _ in changes(topic(self.case.id), self.case.id, self._look, seen=str(self.shown)):
            pass

    async def _look(self, shown: str) -> Now:
        self.looks += 1
        current = must(await case_by_id(self.case.id))
        self.shown = current.told
        return Now(str(current.told), "how it stands", ended=False)

    async def shows(self, told: int) -> None:
        """Wait until the page shows the news numbered *told*."""
        async with asyncio.timeout(20):
            while self.shown < told:
                await asyncio.sleep(0.01)

    async def close(self) -> None:
        """Close it."""
        self._reading.cancel()
        await asyncio.wait({self._reading})


@pytest.fixture
async def pages(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[Page, Page]]:
    """My page and a stranger's, both open in a process that listens to the others."""
    monkeypatch.setattr(stream, "LOOK_EVERY", 0.02)
    listening = asyncio.create_task(listen(Lately().topics))
    mine, theirs = [Page(await make_case(no)) for no in ("ms-01", "ms-02")]
    await asyncio.sleep(0.5)  # until it listens, and both have looked
    mine.looks = theirs.looks = 0
    yield mine, theirs
    for page in (mine, theirs):
        await page.close()
    listening.cancel()
    await asyncio.wait({listening})


async def told(case: Case) -> int:
    """Return the number of the latest news of *case*."""
    return must(await case_by_id(case.id)).told


async def here(case: Case) -> None:
    """Tell of *case* in this process."""
    async with transaction():
        await tell(case.id)


async def elsewhere(case: Case) -> None:
    """Tell of *case* in another process."""
    command = [sys.executable, "-c", TELL, case.id]
    await asyncio.to_thread(subprocess.run, command, env=os.environ, check=True, timeout=60)


@pytest.mark.parametrize("tell_it", [here, elsewhere])
async def test_a_page_wakes_for_its_own_case_and_never_for_a_strangers(
    pages: tuple[Page, Page], tell_it: Callable[[Case], Awaitable[None]]
) -> None:
    mine, theirs = pages

    await tell_it(theirs.case)
    await theirs.shows(await told(theirs.case))
    await asyncio.sleep(0.1)

    assert mine.looks == 0
    assert 1 <= theirs.looks <= 2  # what this process told itself may be heard once more


async def test_a_save_of_a_draft_wakes_no_page_at_all(pages: tuple[Page, Page]) -> None:
    await make_draft("ms-03")
    await asyncio.sleep(0.2)

    assert [page.looks for page in pages] == [0, 0]


async def test_news_that_change_no_state_reach_the_page_as_well() -> None:
    case = await make_case()
    before = case.told

    await delivery.begin(case, Address("王一", "13800000101", "某市某县某街 1 号"))
    with_an_envelope = await told(case)
    await happened(case, "end_delegation", citizen(await make_person()))

    assert before < with_an_envelope < await told(case)
    assert must(await case_by_id(case.id)).row_version == case.row_version


async def test_two_who_tell_of_one_case_at_once_give_it_two_numbers() -> None:
    case = await make_case()

    await asyncio.gather(*(here(case) for _ in range(8)))

    assert await told(case) == case.told + 8


async def test_news_in_the_place_of_a_deleted_draft_are_not_lost() -> None:
    mine, taken_back = await make_case("ms-01"), await make_draft("ms-02")
    await here(taken_back)
    lately = Lately()
    await lately.topics()
    await execute("DELETE FROM cases WHERE id = $1", taken_back.id)

    await here(mine)

    assert await lately.topics() is None  # so every page looks
    assert await lately.topics() == []


async def test_news_that_come_while_the_line_to_the_database_is_cut_are_shown_afterwards(
    pages: tuple[Page, Page],
) -> None:
    mine, _ = pages
    if not ON_SQLITE:  # as a restart of the database does
        await fetch_value("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'")

    await elsewhere(mine.case)

    await mine.shows(await told(mine.case))
