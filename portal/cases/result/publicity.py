"""公示, an optional stage: a proposal is published masked for some working days; anybody may object."""

from datetime import date, datetime

import msgspec

from portal.cases.life.case import SYSTEM, Actor, Case, history, move
from portal.cases.life.moves import NotAllowed, State
from portal.cases.result import decision
from portal.cases.result.tables import Objection as ObjectionTable
from portal.core.store.crypto import opened, seal, token
from portal.core.store.database import fetch_all, insert
from portal.core.tools import clock


class ObjectionRow(msgspec.Struct, frozen=True):
    """An objection as stored."""

    id: str
    words: bytes
    made_at: datetime


class Objection(msgspec.Struct, frozen=True):
    """An objection to a proposal, decrypted."""

    words: str
    at: datetime


def last_day(published: date, case: Case) -> date:
    """Return the last day of the publicity stage that began on *published*."""
    return case.city.calendar.add(published, case.city.rules.publicity.workdays)


async def ends_on(case: Case) -> date | None:
    """Return the last day of the case's publicity; None if it is not in this stage."""
    if case.at is not State.PUBLICITY:
        return None
    begun = [event.at for event in await history(case) if event.action == "publish"]
    return last_day(clock.day_of(begun[-1]), case)


async def publish(case: Case, actor: Actor) -> Case:
    """Begin the stage with the proposal as it stands; return the case.

    Raises:
        SamePerson, ReasonsNeeded, AppealNeeded: as for a decision.
        NotAllowed: the city has no such stage, or the case had moved on.
    """
    await decision.decidable(case, actor)
    return await move(case, "publish", actor)


async def object(case: Case, actor: Actor, words: str) -> None:
    """Store an objection that somebody brought to the office.

    Raises:
        NotAllowed: the case is not in this stage.
    """
    if case.at is not State.PUBLICITY:
        raise NotAllowed("object: no publicity now")
    id = token()
    await insert(
        ObjectionTable,
        id=id,
        case_id=case.id,
        made_by=actor.id,
        words=seal(words, f"objection.words:{id}"),
        made_at=clock.now(),
    )


async def objections(case: Case) -> list[Objection]:
    """Return the objections to a case, oldest first."""
    rows = await fetch_all(ObjectionRow, "FROM objection WHERE case_id = $1 ORDER BY made_at, id", case.id)
    return [Objection(opened(row.words, f"objection.words:{row.id}"), row.made_at) for row in rows]


async def uphold(case: Case, actor: Actor, why: str) -> Case:
    """Send the case back to the approver, because an objection is right; return the case.

    Raises:
        NotAllowed: no objection is on file, or the case had moved on.
    """
    if not await objections(case):
        raise NotAllowed("uphold_objection: no objection is on file")
    return await move(case, "uphold_objection", actor, note=why)


async def close(case: Case) -> Case:
    """Make the proposal final and return the case; the caller has checked that the last day is over."""
    return await decision.decide(case, SYSTEM)
