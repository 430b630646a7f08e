"""The pool of experts of a city: members of staff with their specialties and the hospital they work at."""

import msgspec

from portal.accounts.tables import Expert as ExpertTable
from portal.core.store.database import fetch_all, insert


class Expert(msgspec.Struct, frozen=True):
    """An expert of the pool who may sign in."""

    staff: str
    name: str
    specialties: str
    hospital: str

    def knows(self, specialty: str) -> bool:
        """Return whether *specialty* is one of theirs."""
        return specialty in self.specialties.split()


POOL = (
    "SELECT e.staff, s.name, e.specialties, e.hospital FROM expert e JOIN staff s ON s.id = e.staff "
    "WHERE s.active AND e.region = $1 ORDER BY s.name, e.staff"
)


async def pool(region: str) -> list[Expert]:
    """Return the experts of a city by name."""
    return await fetch_all(Expert, POOL, region)


async def enrol(staff: str, region: str, specialties: str, hospital: str) -> None:
    """Put a member of staff into the pool."""
    await insert(ExpertTable, staff=staff, region=region, specialties=specialties, hospital=hospital)
