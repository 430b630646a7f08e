"""Messages to staff members, shown in the portal only.

For example an expert is told of an invitation, a reviewer of a supplement. Like messages to citizens, each is
written in the transaction of its event.
"""

from collections.abc import Iterable
from typing import Any

from portal.accounts.staff import members
from portal.cases.benefits.benefit import Benefit
from portal.cases.experts.seats import Seat, seats_of
from portal.cases.life.case import Case, Event, case_by_id
from portal.cases.life.deadlines import DEEMS
from portal.cases.life.moves import Move
from portal.cases.papers.supplement import sent_with
from portal.cases.result.decision import diseases
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


async def sent_back(case: Case, event: Event, move: Move) -> None:
    """Tell who drafted the decision, and whoever has the case, that the approver sent it back (N42)."""
    if move.action == "send_back":
        drafters = {disease.drafted_by for disease in await diseases(case)}
        hears = sorted({*drafters, case.assigned_to} - {""}) or await members_in(case.region, "supervisor")
        await tell_staff(case, hears, "N42", str(event.id))


async def unreviewed(benefit: Benefit) -> None:
    """Tell the supervisors that a benefit was not re-reviewed by its day (N43), once for each day that was set."""
    gave = await case_by_id(benefit.case_id)
    assert gave
    occasion = f"{benefit.code}-{benefit.rereview_by}"
    hears = await members_in(benefit.region, "supervisor")
    await tell_staff(gave, hears, "N43", occasion, date=benefit.rereview_by)


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
