"""First and last day of a benefit, from the city's rule and the person's earlier benefits."""

from datetime import date, timedelta

from portal.cases.benefits import benefit
from portal.cases.life.case import Case
from portal.cases.life.words import RENEWAL, REREVIEW
from portal.core.tools.months import day_after
from portal.regions.load import Region


class AlreadyHeld(Exception):
    """The person already has a benefit without end for this disease; benefits may not overlap."""


class NotHeld(Exception):
    """The benefit of a re-review has ended and cannot continue."""


async def period(case: Case, code: str, months: int, today: date) -> tuple[date, date | None]:
    """Return first and last day of a benefit granted *today* for *months*; a re-review changes neither.

    Raises:
        AlreadyHeld: the person has a benefit without end for this disease.
        NotHeld: the benefit of a re-review has ended.
    """
    if case.kind == REREVIEW:
        held = await benefit.benefit(case.parent_benefit)
        if held is None or held.state_on(today) != "active":
            raise NotHeld
        return held.starts_on, held.ends_on
    start = await first_day(case, code, today)
    return start, ends_on(start, months)


def starts_on(decided: date, region: Region) -> date:
    """Return the first day of a benefit decided on *decided*."""
    match region.rules.effect.start:
        case "on_approval":
            return decided
        case "next_day":
            return decided + timedelta(days=1)
        case _:
            return (decided.replace(day=1) + timedelta(days=32)).replace(day=1)


async def first_day(case: Case, code: str, decided: date) -> date:
    """Return the first day of a new benefit: the day after an earlier one ends, so that no two overlap.

    A renewal decided while the old benefit is valid leaves no gap either, whatever the city's rule for new ones.

    Raises:
        AlreadyHeld: the earlier benefit has no end.
    """
    start = starts_on(decided, case.city)
    before = await benefit.benefit(case.parent_benefit) if case.kind == RENEWAL else None
    if before and before.ends_on and before.state_on(decided) == "active":
        start = min(start, before.ends_on + timedelta(days=1))
    earlier = await benefit.held(case.person, code, start)
    if any(one.ends_on is None for one in earlier):
        raise AlreadyHeld
    return max([start, *(one.ends_on + timedelta(days=1) for one in earlier if one.ends_on)])


def ends_on(start: date, months: int) -> date | None:
    """Return the last day of a benefit of *months* from *start*; None for 长期 (0 months)."""
    if not months:
        return None
    return day_after(start, months) - timedelta(days=1)
