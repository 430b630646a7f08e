"""纸质原件: a register of paper originals that staff ask for by post. A case does not wait for them.

A case has at most one open packet. Its acts are a table, as those of outgoing mail.
"""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal, NamedTuple

import msgspec

from portal.cases.life.case import Case
from portal.cases.life.told import tell
from portal.cases.mail.tables import Original as OriginalTable
from portal.cases.talk import conversation
from portal.core.store import audit
from portal.core.store.change import change
from portal.core.store.crypto import token
from portal.core.store.database import Taken, fetch_all, fetch_one, insert, transaction
from portal.core.tools import clock
from portal.core.tools.machine import NotAllowed, find_open, rows_open
from portal.regions.load import Region


class Place(StrEnum):
    """The state of a packet; the database stores the values."""

    NOT_NEEDED = "not_needed"  # nobody asked, or no longer
    ASKED = "asked"
    IN_TRANSIT = "in_transit"
    RECEIVED = "received"
    CHECKED = "checked"
    SENT_BACK = "sent_back"


Whose = Literal["office", "citizen", "mail_clerk"]


class Act(NamedTuple):
    """One row of the table."""

    action: str
    before: tuple[Place, ...]
    after: Place
    who: tuple[Whose, ...]
    audit: str  # what the audit log says of it; there is no other history of a packet


P = Place
# fmt: off
ACTS = (
    Act("ask",       (P.NOT_NEEDED, P.SENT_BACK), P.ASKED,      ("office",), "请申请人寄原件"),
    Act("drop",      (P.ASKED,),                  P.NOT_NEEDED, ("office",), "不用寄原件了"),
    Act("send",      (P.ASKED,),                  P.IN_TRANSIT, ("citizen",), "寄出了原件"),
    Act("receive",   (P.ASKED, P.IN_TRANSIT),     P.RECEIVED,   ("mail_clerk",), "收到了原件"),
    Act("check",     (P.RECEIVED,),               P.CHECKED,    ("office",), "核对了原件"),
    Act("send_back", (P.CHECKED,),                P.SENT_BACK,  ("mail_clerk",), "寄回了原件"),
)
# fmt: on
ASKED = "我们想看纸质原件。请打开办理进度里的“纸质原件”，那里写着要寄什么、寄到哪里。不寄也不影响办理。"


class Original(msgspec.Struct, frozen=True):
    """A packet as stored; *materials* are ids of the city's materials, separated by spaces."""

    id: str
    case_id: str
    region: str
    person: str
    materials: str
    state: str
    row_version: int
    waybill: str
    back_waybill: str
    asked_at: datetime
    received_at: datetime | None

    @property
    def at(self) -> Place:
        """The state of the packet."""
        return Place(self.state)

    def open_to(self, who: Whose) -> list[str]:
        """Return the names of the acts open to *who* now."""
        return acts_open(self.at, who)


def acts_open(place: Place, who: Whose) -> list[str]:
    """Return the names of the acts that are open to *who* now, in table order."""
    return [act.action for act in rows_open(ACTS, place, who)]


def kept_on_paper(region: Region) -> dict[str, str]:
    """Return the materials whose originals the city may ask for, by id."""
    return {
        material.id: material.name_zh for material in region.rules.materials if material.paper_original != "not_needed"
    }


def named(original: Original, region: Region) -> list[str]:
    """Return the names of the materials in the packet."""
    names = kept_on_paper(region)
    return [names[id] for id in original.materials.split() if id in names]


async def of(case: Case) -> Original | None:
    """Return the latest packet of a case; None if there is none."""
    return await fetch_one(Original, "FROM original WHERE case_id = $1 ORDER BY asked_at DESC, id LIMIT 1", case.id)


async def original_in(id: str, region: str) -> Original | None:
    """Return the packet *id* of *region*; None if there is none."""
    return await fetch_one(Original, "FROM original WHERE id = $1 AND region = $2", id, region)


async def register(region: str, count: int = 100) -> list[Original]:
    """Return the packets asked for and not sent back yet, oldest first."""
    sql = "FROM original WHERE region = $1 AND state NOT IN ('not_needed', 'sent_back') ORDER BY asked_at, id LIMIT $2"
    return await fetch_all(Original, sql, region, count)


async def ask(case: Case, materials: Iterable[str], by: str) -> None:
    """Ask the citizen for originals, and tell them so.

    Raises:
        NotAllowed: the city asks for none of these originals, the case has ended, or a packet is already open.
    """
    known = await of(case)
    names = kept_on_paper(case.city)
    wanted = [id for id in names if id in set(materials)]
    if case.ended or not wanted or "ask" not in acts_open(known.at if known else Place.NOT_NEEDED, "office"):
        raise NotAllowed("ask")
    id = token()
    try:
        async with transaction():
            await insert(
                OriginalTable,
                id=id,
                case_id=case.id,
                region=case.region,
                person=case.person,
                materials=" ".join(wanted),
                state=Place.ASKED.value,
                row_version=1,
                asked_at=clock.now(),
            )
            await conversation.say(case, by, ASKED, by_staff=True)
            await _noted(id, case.person, "ask", by, "staff")
    except Taken as error:
        raise NotAllowed("ask: somebody was quicker") from error


async def act(original: Original, name: str, who: Whose, by: str, role: str, **changes: Any) -> None:
    """Carry out the act *name* and set the columns in *changes* (the waybills).

    Raises:
        NotAllowed: the table has no such act for *who* now, or the packet had changed meanwhile.
    """
    row = find_open(rows_open(ACTS, original.at, who), name, f"by {who} at {original.state}")
    if name == "receive":
        changes = {**changes, "received_at": clock.now()}
    async with transaction():
        await change("original", original, state=row.after.value, **changes)
        await tell(original.case_id)
        await _noted(original.id, original.person, name, by, role)


async def _noted(id: str, person: str, name: str, by: str, role: str) -> None:
    await audit.note(actor=by, role=role, act=f"original_{name}", thing=f"original:{id}", about=person)
