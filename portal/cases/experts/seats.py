"""A seat on the panel of a case: the invited expert, the deadline and the state of the opinion."""

from collections.abc import Sequence
from datetime import date, datetime

import msgspec

from portal.core.store.crypto import opened
from portal.core.store.database import fetch_all, fetch_one
from portal.core.tools import clock

SEATED = ("invited", "given")
RELATION = "relation"
# Why an expert steps back; the codes are kept, the words are for the reviewer.
RECUSALS = {RELATION: "和申请人有亲属或其他关系", "treated": "给申请人看过病", "other": "其他原因，不能公正鉴定"}

OFF = "off"
WHY = {**RECUSALS, OFF: "账号停用了"}


class Seat(msgspec.Struct, frozen=True):
    """A seat on the panel. States: invited, given, recused, revoked, replaced."""

    id: str
    case_id: str
    expert: str
    state: str
    invited_by: str
    invited_at: datetime
    due_on: date
    reminded_on: date | None
    ended_at: datetime | None
    why: bytes | None
    verdict: str
    opinion: bytes | None

    @property
    def open(self) -> bool:
        """Whether an opinion is awaited."""
        return self.state == "invited"

    @property
    def late(self) -> bool:
        """Whether the opinion is overdue."""
        return self.open and clock.today() > self.due_on

    @property
    def reason(self) -> str:
        """Why the seat was given up, in words."""
        return WHY.get(self.why_code, "")

    @property
    def why_code(self) -> str:
        """The code of the reason why the seat was given up."""
        return opened(self.why, f"appraisal.why:{self.id}") if self.why else ""


async def seats(case_id: str) -> list[Seat]:
    """Return all seats of a case, also former ones, in order of invitation."""
    return await fetch_all(Seat, "FROM appraisal WHERE case_id = $1 ORDER BY invited_at, id", case_id)


async def seat(id: str) -> Seat | None:
    """Return the seat *id*; None if there is none."""
    return await fetch_one(Seat, "FROM appraisal WHERE id = $1", id)


async def seats_of(staff: str, *states: str) -> list[Seat]:
    """Return an expert's seats in one of *states* (invited or given), most urgent first."""
    first, second = (*states, states[0])[:2]
    return await fetch_all(
        Seat, "FROM appraisal WHERE expert = $1 AND state IN ($2, $3) ORDER BY due_on, id", staff, first, second
    )


def seated(panel: Sequence[Seat]) -> list[Seat]:
    """Return the seats of *panel* that are occupied now."""
    return [seat for seat in panel if seat.state in SEATED]


def given(panel: Sequence[Seat]) -> list[Seat]:
    """Return the seats of *panel* whose opinion counts."""
    return [seat for seat in panel if seat.state == "given"]
