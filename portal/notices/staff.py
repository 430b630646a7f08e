"""Messages to staff members, shown in the portal only.

For example an expert is told of an invitation, a reviewer of a supplement. Like messages to citizens, each is
written in the transaction of its event.
"""

from collections.abc import Iterable
from typing import Any

from portal.accounts.staff import members
from portal.cases.experts.seats import Seat, seats_of
from portal.cases.life.case import Case, Event
from portal.cases.life.deadlines import DEEMS
from portal.cases.life.moves import Move
from portal.cases.papers.supplement import sent_with
from portal.core.tools import clock
from portal.notices.write import OFFICE_ONLY, Reader, tell

ALARMS = {"N27", *OFFICE_ONLY}  # the office's time is over


async def tell_staff(case: Case, staff: Iterable[str], code: str, occasion: str, **variables: Any) -> None:
    """Write the message *code* about *case* to the members *staff*, once for each *occasion*."""
    await tell(code, [Reader(id) for id in staff], case, occasion, **{"tail": case.number[-4:], **variables})


async def members_in(region: str, *roles: str) -> list[str]:
    """Return the ids of a city's staff members with one of *roles*, without duplicates."""
    found = [member.id for role in roles for member in await members(region, role)]
    return list(dict.fromkeys(found))


async def invited(case: Case, seat: Seat) -> None:
    """Tell an expert that opinions are due, with the earliest deadline; at most once a day."""
    waiting = await seats_of(seat.expert, "invited")
    occasion = f"{seat.id}:{clock.today()}"
    await tell_staff(case, [seat.expert], "N13x", occasion, n=len(waiting), date=waiting[0].due_on, tail="")


async def lost(case: Case, seat: Seat) -> None:
    """Tell the case's reviewer (the supervisors if it has none) that another expert must be asked."""
    hears = [case.assigned_to] if case.assigned_to else await members_in(case.region, "supervisor")
    await tell_staff(case, hears, "N13r", seat.id)


async def alarm(case: Case, code: str, occasion: str) -> None:
    """Tell the city's supervisors and the case's reviewer that a time limit of the case has passed."""
    if code not in ALARMS:
        return
    hears = {*await members_in(case.region, "supervisor"), case.assigned_to} - {""}
    await tell_staff(case, hears, code, occasion, date=case.due_on or "")


async def written(case: Case, event: Event, move: Move) -> None:
    """Tell the case's reviewer that the citizen added materials or answered, and supervisors of a deemed acceptance."""
    if move.action == DEEMS:
        answerable = {*await members_in(case.region, "supervisor"), case.assigned_to} - {""}
        await tell_staff(case, answerable, "N05x", str(event.id))
    if not case.assigned_to:
        return
    hears = [case.assigned_to]
    if move.action == "supplement":
        await tell_staff(case, hears, "N12", str(event.id), n=len(await sent_with(case, event)))
    if move.action == "answer_correction":
        published = case.due_on is None or case.city.calendar.published(case.due_on)
        await tell_staff(case, hears, "N08", str(event.id), date=case.due_on or "", provisional=not published)
