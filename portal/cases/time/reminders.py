"""Scheduled work on benefits: remind people before one ends, and ask them for a re-review when it is due."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from itertools import pairwise

from portal.accounts import person as people
from portal.accounts.delegation import Delegation, delegation
from portal.accounts.principal import phone_on_record
from portal.cases.apply import renewal
from portal.cases.apply.acting import may_see
from portal.cases.benefits.benefit import Benefit
from portal.cases.life.case import case_by_id
from portal.cases.life.words import REREVIEW
from portal.cases.time.rounds import HOURLY, each
from portal.core.store.database import execute, fetch_all
from portal.core.store.jobs import every
from portal.core.tools import clock
from portal.core.tools.signals import Signal
from portal.regions.load import REGIONS, Region

# Benefits whose last reminder was earlier than so many days before their end, which is now that near.
DUE = "FROM benefit WHERE state = 'active' AND region = $1 AND ends_on >= $2 AND ends_on <= $3 AND reminded > $4"
AGAIN = "FROM benefit WHERE state = 'active' AND rereview_by IS NULL AND rereview_on <= $1"

PASSED = "FROM benefit WHERE state = 'active' AND rereview_by < $1"

# The day of a re-review has passed, and nothing was sent.
NOT_REVIEWED = Signal[[Benefit], None]()
# A scheduled message is due: the benefit, the N number, the occasion (written once for each), and the day it names.
MESSAGE_DUE = Signal[[Benefit, str, str, date], None]()


@every(HOURLY)
async def remind() -> int:
    """Remind people of benefits that end, at each of the city's days before; return how many.

    If several reminder days were missed, only the latest is sent.
    """
    done = 0
    for region in REGIONS.values():
        for nearest, days in pairwise([-1, *sorted(region.rules.renewal.remind_days_before)]):
            done += await each(await _ending(region, nearest + 1, days), _remind_of(days))
    return done


async def _ending(region: Region, soonest: int, latest: int) -> list[Benefit]:
    today = clock.today()
    first = today + timedelta(days=soonest)
    last = today + timedelta(days=latest)
    return await fetch_all(Benefit, DUE, region.id, first, last, latest)


def _remind_of(days: int) -> Callable[[Benefit], Awaitable[bool]]:
    async def remind_of(benefit: Benefit) -> bool:
        changed = await execute("UPDATE benefit SET reminded = $2 WHERE id = $1 AND reminded > $2", benefit.id, days)
        assert benefit.ends_on
        if not changed or (await renewal.chance(benefit)).word not in ("open", "early", "asked"):
            return False
        await MESSAGE_DUE.send(benefit, "N25", str(days), benefit.ends_on)
        return True

    return remind_of


@every(HOURLY)
async def ask_again() -> int:
    """Ask for a re-review of each benefit for which it is due, with a last day; return how many."""
    return await each(await fetch_all(Benefit, AGAIN, clock.today()), _ask_again)


async def _ask_again(benefit: Benefit) -> bool:
    """Ask for the re-review, unless a case about the benefit is under way or its renewal is open."""
    if (await renewal.chance(benefit)).word not in ("early", "permanent"):
        return False
    day = renewal.rereview_due(REGIONS[benefit.region])
    sql = "UPDATE benefit SET rereview_by = $2 WHERE id = $1 AND rereview_by IS NULL"
    if not await execute(sql, benefit.id, day):
        return False
    known = await _proxy_of(benefit)
    await renewal.draft_about(benefit, REREVIEW, known, known.proxy_phone if known else await _phone_of(benefit))
    await MESSAGE_DUE.send(benefit, "N25r", f"{benefit.rereview_on}", day)
    return True


@every(HOURLY)
async def tell_unreviewed() -> int:
    """Tell the supervisors of each benefit whose re-review was not sent by its day; return how many there are."""
    return await each(await fetch_all(Benefit, PASSED, clock.today()), _tell_unreviewed)


async def _tell_unreviewed(benefit: Benefit) -> bool:
    if (await renewal.chance(benefit)).case:  # what is under way has a clock of its own
        return False
    await NOT_REVIEWED.send(benefit)
    return True


async def _proxy_of(benefit: Benefit) -> Delegation | None:
    """Return the delegation under which the benefit was applied for, if it still covers applying; else None."""
    gave = await case_by_id(benefit.case_id)
    known = await delegation(gave.delegation) if gave else None
    may = known and known.verified and known.allows("apply", clock.today()) and may_see(known, benefit.code)
    return known if may else None


async def _phone_of(benefit: Benefit) -> str:
    who = await people.person(benefit.person)
    return await phone_on_record(who) if who else ""
