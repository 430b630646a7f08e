"""Messages to members of staff, shown in the portal only.

An expert hears of an invitation, a reviewer of a supplement. Each message is written in the transaction of what it
tells, as those to citizens are.
"""

from collections.abc import Iterable
from typing import Any

from portal.accounts.staff import members
from portal.cases.experts.panel import on_invitation, on_loss
from portal.cases.experts.seats import Seat, seats_of
from portal.cases.life.case import Case, Event
from portal.cases.life.moves import Move
from portal.cases.papers.supplement import sent_with
from portal.cases.time.rounds import on_time
from portal.core.tools import clock
from portal.notices.write import Reader, tell


async def tell_staff(case: Case, staff: Iterable[str], code: str, occasion: str, **variables: Any) -> None:
    """Write one message about *case* to members of staff; on the same *occasion* it is told once."""
    await tell(code, [Reader(id) for id in staff], case, occasion, **{"tail": case.number[-4:], **variables})


async def members_in(region: str, *roles: str) -> list[str]:
    """Return the ids of the members of a city's staff who have one of *roles*, each once."""
    found = [member.id for role in roles for member in await members(region, role)]
    return list(dict.fromkeys(found))


@on_invitation
async def invited(case: Case, seat: Seat) -> None:
    """Tell an expert that opinions are awaited, and until when the most urgent; once a day at most."""
    waiting = await seats_of(seat.expert, "invited")
    occasion = f"{seat.id}:{clock.today()}"
    await tell_staff(case, [seat.expert], "N13x", occasion, n=len(waiting), date=waiting[0].due_on, tail="")


@on_loss
async def lost(case: Case, seat: Seat) -> None:
    """Tell whoever has the case, else the supervisors, that another expert must be asked."""
    hears = [case.assigned_to] if case.assigned_to else await members_in(case.region, "supervisor")
    await tell_staff(case, hears, "N13r", seat.id)


@on_time
async def alarm(case: Case, code: str, occasion: str) -> None:
    """Tell the supervisors of the city, and whoever has the case, that its time is over."""
    if code != "N27":
        return
    hears = {*await members_in(case.region, "supervisor"), case.assigned_to} - {""}
    await tell_staff(case, hears, code, occasion)


async def written(case: Case, event: Event, move: Move) -> None:
    """Tell whoever has the case that the citizen added something or answered."""
    if not case.assigned_to:
        return
    hears = [case.assigned_to]
    if move.action == "supplement":
        await tell_staff(case, hears, "N12", str(event.id), n=len(await sent_with(case, event)))
    if move.action == "answer_correction":
        published = case.due_on is None or case.city.calendar.published(case.due_on)
        await tell_staff(case, hears, "N08", str(event.id), date=case.due_on or "", provisional=not published)
