"""Messages to members of staff, shown in the portal only.

An expert hears of an invitation, a reviewer of a supplement. Each message is written in the transaction of what it
tells, as those to citizens are.
"""

from typing import Any

from portal.accounts.staff import members
from portal.cases.experts.panel import on_invitation, on_loss
from portal.cases.experts.seats import Seat, seats_of
from portal.cases.life.case import Case, Event, on_event
from portal.cases.life.moves import Move
from portal.cases.papers.supplement import sent_with
from portal.cases.time.rounds import on_time
from portal.core.store.crypto import seal_json, token
from portal.core.store.database import fetch_value, insert
from portal.core.tools import clock
from portal.notices.tables import Notice as Table


async def tell_staff(case: Case, staff: str, code: str, key: str, **variables: Any) -> None:
    """Write one message to one member of staff; the same *key* is never told twice."""
    whole = f"{key}:{code}:{staff}"
    if await fetch_value("SELECT 1 FROM notice WHERE key = $1", whole):
        return
    id = token()
    await insert(
        Table,
        id=id,
        key=whole,
        case_id=case.id,
        event_id=0,
        person=staff,
        code=code,
        channel="in_app",
        state="delivered",
        variables=seal_json({"tail": case.number[-4:], **variables}, f"notice.variables:{id}"),
        tries=0,
        made_at=clock.now(),
        sent_at=clock.now(),
    )


@on_invitation
async def invited(case: Case, seat: Seat) -> None:
    """Tell an expert how many opinions are awaited, and by when the most urgent one; at most once a day."""
    waiting = await seats_of(seat.expert, "invited")
    await tell_staff(
        case, seat.expert, "N13x", f"{seat.id}:{clock.today()}", n=len(waiting), date=waiting[0].due_on, tail=""
    )


@on_loss
async def lost(case: Case, seat: Seat) -> None:
    """Tell the reviewer of the case, or the supervisors if it has none, that another expert must be asked."""
    supervisors = [] if case.assigned_to else [member.id for member in await members(case.region, "supervisor")]
    for staff in supervisors or [case.assigned_to]:
        await tell_staff(case, staff, "N13r", seat.id)


@on_time
async def alarm(case: Case, code: str, key: str) -> None:
    """Tell the supervisors of the city and the reviewer of the case that its time is over."""
    if code != "N27":
        return
    supervisors = {member.id for member in await members(case.region, "supervisor")}
    for staff in supervisors | {case.assigned_to} - {""}:
        await tell_staff(case, staff, code, f"{case.id}:{key}")


@on_event
async def written(case: Case, event: Event, move: Move) -> None:
    """Tell the reviewer of the case that the citizen added something or answered."""
    if not case.assigned_to:
        return
    if move.action == "supplement":
        await tell_staff(case, case.assigned_to, "N12", str(event.id), n=len(await sent_with(case, event)))
    if move.action == "answer_correction":
        due, known = case.due_on or "", case.due_on is None or case.city.calendar.published(case.due_on)
        await tell_staff(case, case.assigned_to, "N08", str(event.id), date=due, provisional=not known)
