"""What stops an application that nobody can mend in the form: said on every page that knows it, and the pages for it.

The first page that knows it says it. To go on filling in all the same is a choice (先准备材料), kept with the answers.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
from litestar import Request, Response
from msgspec import structs

from portal.cases.apply.eligibility import with_recent_record
from portal.cases.apply.ready import (
    HeldAlready,
    NotInsured,
    Stop,
    UnderWay,
    disease_stops,
    has_gaps,
    insurance_stop,
    known_stops,
)
from portal.cases.apply.renewal import Chance, chance
from portal.cases.benefits.benefit import Benefit
from portal.citizen.apply.insured import city_of, why_not_insured
from portal.citizen.shared.mine import MyDraft
from portal.core.tools.i18n import Said
from portal.core.web.pages import page, see_other

PREPARE = "prepare"  # the answer that keeps the choice: which reason the person knew when they went on
HELD_FOR_GOOD = "这个病种您已经通过了，长期有效，不用再申请。"
HELD = {
    "early": "这个病种您已经通过了，有效期到 {date}。现在不用再申请。{date_open} 以后可以申请续期。",
    "open": "这个病种您已经通过了，有效期到 {date}。现在可以申请续期，填过的不用再填。",
}
HELD_OTHERWISE = "这个病种您已经通过了，有效期到 {date}。现在不用再申请。"
UNDER_WAY = "这个病种您已经交过一次申请，正在办，不用再交。"
UNDER_WAY_FOR_PROXY = "这个病种现在还不能提交。请先问一问本人，或者打 {hotline}，工作人员帮您查。"


class Block(msgspec.Struct, frozen=True):
    """Why an application cannot be submitted today and what to do; *address* is the page that helps, if any."""

    word: str
    sentence: str
    address: str = ""
    link: str = ""


async def blocks(mine: MyDraft) -> list[Block]:
    """Return all that is known to stop the draft, for the pages that go on saying it."""
    return [await _block(mine, stop) for stop in await known_stops(mine.case, mine.actor)]


def insurance_block(mine: MyDraft) -> Block | None:
    """Return why the insurance stops the draft, as kept with it; None if it does not, or must not be told."""
    stop = insurance_stop(mine.case) if mine.proven else None
    return _of_insurance(mine, stop) if stop else None


def must_choose(mine: MyDraft) -> bool:
    """Return whether the insurance stops the draft and the person has not chosen yet to go on all the same."""
    stop = insurance_stop(mine.case) if mine.proven else None
    return stop is not None and mine.answers.get(PREPARE) != stop.reason


async def looked_up(mine: MyDraft) -> tuple[MyDraft, bool]:
    """Return the draft with a recent record of the register, and whether there is one that may be shown."""
    if not mine.proven:
        return mine, False
    case, reachable = await with_recent_record(mine.case, (await mine.person()).id_number)
    return structs.replace(mine, case=case), reachable


async def disease_page(request: Request[Any, Any, Any], mine: MyDraft, code: str) -> Response[bytes] | None:
    """Return the page that says what stops an application for disease *code*; None if nothing is known to."""
    stops = await disease_stops(mine.case, code) if mine.proven else []
    return await stopped_page(request, mine, stops) if stops else None


async def stopped_page(request: Request[Any, Any, Any], mine: MyDraft, stops: Sequence[Stop]) -> Response[bytes]:
    """Return the page that says what stops the submission; for missing answers or files, the review page."""
    if has_gaps(stops):
        return see_other(f"{mine.home}/review")
    context: dict[str, Any] = {"region": mine.region, "case": mine.case}
    match stops[0]:
        case HeldAlready(benefit):
            return await held_page(request, mine, benefit)
        case NotInsured() as stop:
            block = _of_insurance(mine, stop)
            return page(request, "citizen/apply/answers/stopped", status=422, block=block, **context)
        case UnderWay(number):
            proxy = mine.delegation is not None  # a proxy is not told which other cases the person has
            shown = "" if proxy else number
            return page(request, "citizen/apply/answers/doubled", status=409, number=shown, proxy=proxy, **context)
    raise AssertionError(stops)


async def held_page(request: Request[Any, Any, Any], mine: MyDraft, benefit: Benefit) -> Response[bytes]:
    """Return the page that says the person has this benefit already and leads to its renewal."""
    renewable = await chance(benefit)
    return page(
        request,
        "citizen/apply/answers/held",
        status=409,
        region=mine.region,
        case=mine.case,
        benefit=benefit,
        said=_why_held(benefit, renewable),
        renewable=renewable.word == "open",
    )


async def _block(mine: MyDraft, stop: Stop) -> Block:
    match stop:
        case NotInsured():
            return _of_insurance(mine, stop)
        case HeldAlready(benefit):
            renewable = await chance(benefit)
            address = f"/{mine.region.id}/benefits/{benefit.id}/renewals/new" if benefit.ends_on else ""
            link = "申请续期" if renewable.word == "open" else "看这项待遇"
            return Block("held", _why_held(benefit, renewable), address, link)
        case UnderWay(number) if mine.delegation is None:
            return Block("under_way", UNDER_WAY, f"/{mine.region.id}/cases/{number}", "看办理进度")
        case UnderWay():
            return Block("under_way", Said(UNDER_WAY_FOR_PROXY, hotline=mine.region.phone))
    raise AssertionError(stop)


def _of_insurance(mine: MyDraft, stop: NotInsured) -> Block:
    sentence = why_not_insured(stop, mine.region, proxy=mine.delegation is not None)
    city = city_of(stop)
    if city is None:
        return Block(stop.reason, sentence)
    return Block(stop.reason, sentence, f"/{city.id}/apply/new", Said("去{city}申请", city=city.short))


def _why_held(benefit: Benefit, renewable: Chance) -> str:
    if benefit.ends_on is None:
        return HELD_FOR_GOOD
    sentence = HELD.get(renewable.word, HELD_OTHERWISE)
    return Said(sentence, date=benefit.ends_on, date_open=renewable.opens_on)
