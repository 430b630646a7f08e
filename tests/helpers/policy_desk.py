"""What tests of the policy desk need: texts changed in one place, two admins, cities put back afterwards."""

from collections.abc import AsyncIterator
from datetime import date

import pytest

from portal.core.store.database import execute
from portal.core.tools import clock
from portal.policy import fresh, versions
from portal.policy.versions import Version
from portal.regions.load import REGIONS

MAKER, SECOND = "the maker", "the second"


@pytest.fixture
async def desk(database: None) -> AsyncIterator[None]:
    """A policy desk whose cities are the shipped ones again afterwards."""
    before = dict(REGIONS)
    yield
    await execute("DELETE FROM policy_version")
    await fresh.refresh()
    REGIONS.update(before)


def with_text(city: str, file: str, old: str, new: str) -> str:
    """Return the text of a file with one place changed."""
    text = REGIONS[city].texts[file]
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times"
    return text.replace(old, new)


async def proposed(place: str, file: str, text: str, day: date | None = None) -> Version:
    """Return a proposal of *text*, from today on if no day is given."""
    made = await versions.begin(place, file, text, MAKER)
    await versions.propose(made, MAKER, day or clock.today(), "通知第 1 号")
    return await again(made)


async def released(place: str, file: str, text: str, day: date | None = None) -> Version:
    """Return a version that a second person released; this process goes by it."""
    made = await proposed(place, file, text, day)
    await versions.release(made, SECOND)
    await fresh.refresh()
    return await again(made)


async def again(known: Version) -> Version:
    """Return a version as it is now."""
    found = await versions.version(known.id)
    assert found
    return found
