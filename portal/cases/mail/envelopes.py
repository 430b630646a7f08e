"""Envelopes as stored, and the lists of the desk that sends them."""

from datetime import date, datetime

import msgspec

from portal.cases.life.case import Case
from portal.cases.mail.acts import TO_PRINT, Hand, Stand, acts_open
from portal.core.store.crypto import opened_json
from portal.core.store.database import fetch_all, fetch_one

ROWS = 50  # of a view of the desk
VIEWS: dict[str, tuple[Stand, ...]] = {
    "print": TO_PRINT,
    "post": (Stand.PRINTED,),
    "way": (Stand.POSTED,),
    "returned": (Stand.RETURNED,),
    "over": (Stand.DELIVERED, Stand.CANCELLED),
}


class Address(msgspec.Struct, frozen=True):
    """The address of an envelope."""

    recipient: str
    recipient_mobile: str
    postal_address: str


class Delivery(msgspec.Struct, frozen=True):
    """An envelope as stored."""

    id: str
    case_id: str
    region: str
    person: str
    state: str
    row_version: int
    address: bytes
    batch: str
    courier: str
    waybill: str
    made_at: datetime
    waits_since: datetime
    posted_at: datetime | None
    delivered_on: date | None
    missed_at: datetime | None

    @property
    def at(self) -> Stand:
        """The state of the envelope."""
        return Stand(self.state)

    @property
    def missed(self) -> bool:
        """Whether the citizen reported that it has not arrived."""
        return self.missed_at is not None

    @property
    def where(self) -> Address:
        """The address, decrypted."""
        return msgspec.convert(opened_json(self.address, f"delivery.address:{self.id}"), Address)

    def open_to(self, hand: Hand) -> list[str]:
        """Return the names of the acts open to *hand* now."""
        return [act.action for act in acts_open(self.at, hand, missed=self.missed)]


async def of_case(case: Case) -> list[Delivery]:
    """Return all envelopes ordered for a case, latest first."""
    return await fetch_all(Delivery, "FROM delivery WHERE case_id = $1 ORDER BY made_at DESC, id", case.id)


async def latest(case: Case) -> Delivery | None:
    """Return the latest envelope of a case; None if none was ordered."""
    return await fetch_one(Delivery, "FROM delivery WHERE case_id = $1 ORDER BY made_at DESC, id LIMIT 1", case.id)


async def delivery_in(id: str, region: str) -> Delivery | None:
    """Return the envelope *id* of *region*; None if there is none."""
    return await fetch_one(Delivery, "FROM delivery WHERE id = $1 AND region = $2", id, region)


async def view(region: str, name: str) -> list[Delivery]:
    """Return one list of the desk plus one row: waiting envelopes oldest first, finished ones latest first."""
    states = ", ".join(f"'{stand.value}'" for stand in VIEWS[name])
    order = "waits_since DESC" if name == "over" else "waits_since"
    sql = f"FROM delivery WHERE region = $1 AND state IN ({states}) ORDER BY {order}, id LIMIT {ROWS + 1}"
    return await fetch_all(Delivery, sql, region)


async def batch(region: str, name: str) -> list[Delivery]:
    """Return the envelopes of a batch that are not posted yet, in the order of the pages."""
    sql = "FROM delivery WHERE region = $1 AND batch = $2 AND state = 'printed' ORDER BY waits_since, id"
    return await fetch_all(Delivery, sql, region, name) if name else []


async def with_waybill(region: str, waybill: str) -> Delivery | None:
    """Return the envelope with this waybill number; None if there is none."""
    return (
        await fetch_one(Delivery, "FROM delivery WHERE region = $1 AND waybill = $2", region, waybill)
        if waybill
        else None
    )
