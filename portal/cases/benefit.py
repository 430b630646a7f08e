"""待遇: what a passed disease gives, from when, until when."""

from datetime import date, timedelta

import msgspec

from portal.cases.case import Actor, Case, move
from portal.cases.moves import NotAllowed
from portal.cases.tables import Benefit as Table
from portal.core import clock
from portal.core.crypto import token
from portal.core.database import insert, many, run
from portal.core.jobs import every


class Benefit(msgspec.Struct, frozen=True):
    """A benefit; `ends_on` is its last day, nothing for 长期."""

    id: str
    case_id: str
    person: str
    region: str
    code: str
    state: str
    starts_on: date
    ends_on: date | None

    def state_on(self, day: date) -> str:
        """Return ``pending_effective``, ``active`` or ``expired`` by the calendar, or what was decided."""
        if self.state in ("suspended", "revoked", "terminated"):
            return self.state
        if day < self.starts_on:
            return "pending_effective"
        return "expired" if self.ends_on and day > self.ends_on else "active"


async def grant(case: Case, code: str, start: date, end: date | None) -> None:
    """Write the benefit that a passed disease gives; joins the transaction of the decision."""
    await insert(
        Table,
        id=token(),
        case_id=case.id,
        person=case.person,
        region=case.region,
        code=code,
        state="active" if start <= clock.today() else "pending_effective",
        starts_on=start,
        ends_on=end,
        made_at=clock.now(),
    )


async def revoke(case: Case, actor: Actor, why: str) -> Case:
    """Revoke what a case gave because of *why* (an error, fraud, an appeal), after hearing the person; return the case.

    Raises:
        NotAllowed: it gave nothing, it is revoked already, or the role may not.
    """
    if not any(one.state != "revoked" for one in await of_case(case)):
        raise NotAllowed("revoke_benefit: nothing to revoke")

    async def together() -> None:
        await run("UPDATE benefit SET state = 'revoked' WHERE case_id = $1", case.id)

    return await move(case, "revoke_benefit", actor, note=why, together=together)


async def of_case(case: Case) -> list[Benefit]:
    """Return what a case gave."""
    return await many(Benefit, "FROM benefit WHERE case_id = $1 ORDER BY code", case.id)


async def held(person: str, code: str, day: date) -> list[Benefit]:
    """Return a person's benefits for a disease that hold on *day* or later."""
    sql = "FROM benefit WHERE person = $1 AND code = $2 AND state <> 'revoked' AND state <> 'terminated'"
    found = await many(Benefit, sql, person, code)
    return [one for one in found if one.ends_on is None or one.ends_on >= day]


async def benefits_of(person: str, region: str) -> list[Benefit]:
    """Return a person's benefits in a region, the latest first."""
    return await many(
        Benefit, "FROM benefit WHERE person = $1 AND region = $2 ORDER BY starts_on DESC, id", person, region
    )


@every(timedelta(hours=1))
async def turn_over() -> None:
    """Let benefits begin and end with their days."""
    today = clock.today()
    await run("UPDATE benefit SET state = 'active' WHERE state = 'pending_effective' AND starts_on <= $1", today)
    await run("UPDATE benefit SET state = 'expired' WHERE state = 'active' AND ends_on < $1", today)
