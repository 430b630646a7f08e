"""待遇: the benefit of a recognised disease: its first and last day, and its re-reviews (复审)."""

from datetime import date, timedelta

import msgspec

from portal.cases.benefits.tables import Benefit as BenefitTable
from portal.cases.life.case import Actor, Case, case_by_id, happened, move
from portal.cases.life.moves import NotAllowed
from portal.cases.life.words import REREVIEW
from portal.core.store.crypto import token
from portal.core.store.database import execute, fetch_all, fetch_one, insert
from portal.core.store.jobs import every
from portal.core.tools import clock
from portal.core.tools.months import day_after

OVER = frozenset({"expired", "revoked", "terminated"})  # the states of a benefit that has ended for good


class Benefit(msgspec.Struct, frozen=True):
    """A benefit as stored; `ends_on` is its last day, None for 长期."""

    id: str
    case_id: str
    person: str
    region: str
    code: str
    state: str
    starts_on: date
    ends_on: date | None
    rereview_on: date | None = None
    rereview_by: date | None = None

    def state_on(self, day: date) -> str:
        """Return ``pending_effective``, ``active`` or ``expired`` by the calendar, or what was decided.

        After its last day a benefit is ``renewing`` if the city keeps it until a timely renewal is decided.
        """
        if self.state in ("suspended", "revoked", "terminated"):
            return self.state
        if day < self.starts_on:
            return "pending_effective"
        if self.ends_on is None or day <= self.ends_on:
            return "active"
        return "renewing" if self.state == "renewing" else "expired"


def looked_at_again(case: Case, code: str, since: date) -> date | None:
    """Return the day of the next re-review, counted from *since*; None if the disease needs none."""
    months = case.city.diseases[code].rereview_months
    return day_after(since, months) if months else None


async def grant(case: Case, code: str, start: date, end: date | None) -> None:
    """Insert the benefit of a recognised disease; joins the transaction of the decision."""
    await insert(
        BenefitTable,
        id=token(),
        case_id=case.id,
        person=case.person,
        region=case.region,
        code=code,
        state="active" if start <= clock.today() else "pending_effective",
        starts_on=start,
        ends_on=end,
        made_at=clock.now(),
        rereview_on=looked_at_again(case, code, start),
    )


async def confirm(benefit: Benefit, case: Case) -> None:
    """Continue *benefit* after its re-review *case* passed; the next interval counts from today."""
    again = looked_at_again(case, benefit.code, clock.today())
    await execute("UPDATE benefit SET rereview_on = $2, rereview_by = NULL WHERE id = $1", benefit.id, again)


async def terminate(benefit: Benefit, actor: Actor) -> None:
    """End *benefit* today, because its re-review was refused; joins the transaction of the decision."""
    sql = "UPDATE benefit SET state = 'terminated', ends_on = $2 WHERE id = $1 AND state IN ('active', 'renewing')"
    if not await execute(sql, benefit.id, clock.today()):
        return  # it had ended before
    gave = await case_by_id(benefit.case_id)
    assert gave
    await happened(gave, "terminate_benefit", actor)  # the messages are those of the refusal


async def revoke(case: Case, actor: Actor, why: str) -> Case:
    """Revoke the benefits of a case because of *why* (error, fraud, appeal), after hearing the person; return the case.

    Raises:
        NotAllowed: the case gave no benefit, it has ended already, or the actor's role may not revoke.
    """
    given = await of_case(case)
    if all(found.state_on(clock.today()) in OVER for found in given):
        raise NotAllowed("revoke_benefit: nothing to revoke")

    async def together() -> None:
        for found in given:
            await execute("UPDATE benefit SET state = 'revoked' WHERE id = $1", found.id)

    return await move(case, "revoke_benefit", actor, note=why, together=together)


async def of_case(case: Case) -> list[Benefit]:
    """Return the benefits that a case gave or re-reviewed."""
    again = case.parent_benefit if case.kind == REREVIEW else ""
    return await fetch_all(Benefit, "FROM benefit WHERE case_id = $1 OR id = $2 ORDER BY code", case.id, again)


async def benefit(id: str) -> Benefit | None:
    """Return the benefit called *id*."""
    return await fetch_one(Benefit, "FROM benefit WHERE id = $1", id) if id else None


async def held(person: str, code: str, day: date) -> list[Benefit]:
    """Return a person's benefits for disease *code* that are valid on *day* or later."""
    sql = "FROM benefit WHERE person = $1 AND code = $2 AND state <> 'revoked' AND state <> 'terminated'"
    found = await fetch_all(Benefit, sql, person, code)
    return [each for each in found if each.ends_on is None or each.ends_on >= day]


async def benefits_of(person: str, region: str) -> list[Benefit]:
    """Return a person's benefits in a region, latest first."""
    return await fetch_all(
        Benefit, "FROM benefit WHERE person = $1 AND region = $2 ORDER BY starts_on DESC, id", person, region
    )


@every(timedelta(hours=1))
async def turn_over() -> None:
    """Set the state of benefits whose first day has come or whose last day has passed."""
    today = clock.today()
    await execute("UPDATE benefit SET state = 'active' WHERE state = 'pending_effective' AND starts_on <= $1", today)
    await execute("UPDATE benefit SET state = 'expired' WHERE state = 'active' AND ends_on < $1", today)
