"""The pages that say why an application cannot be submitted now."""

from collections.abc import Sequence
from typing import Any

from litestar import Request, Response

from portal.cases.apply.ready import HeldAlready, NotInsured, Stop, UnderWay, has_gaps
from portal.cases.apply.renewal import Chance, chance
from portal.cases.benefits.benefit import Benefit
from portal.citizen.shared.mine import MyDraft
from portal.core.tools.i18n import Said
from portal.core.web.pages import page, see_other
from portal.regions.load import Region

NOT_INSURED = {
    "elsewhere": "没有查到您在{region}参加医保。请到您参保的地方申请。不清楚在哪里参保，请打 {hotline}。",
    "suspended": "您的医保现在是暂停状态。恢复后就可以提交。怎样恢复，请打 {hotline}。",
    "ended": "您在这里的医保已经终止，现在不能申请。有疑问请打 {hotline}。",
    "arrears": "您的医保费还没有交齐。请先补交，再来提交。",
}
HELD_FOR_GOOD = "这个病种您已经通过了，长期有效，不用再申请。"
HELD = {
    "early": "这个病种您已经通过了，有效期到 {date}。现在不用再申请。{date_open} 以后可以申请续期。",
    "open": "这个病种您已经通过了，有效期到 {date}。现在可以申请续期，填过的不用再填。",
}
HELD_OTHERWISE = "这个病种您已经通过了，有效期到 {date}。现在不用再申请。"


async def stopped_page(request: Request[Any, Any, Any], mine: MyDraft, stops: Sequence[Stop]) -> Response[bytes]:
    """Return the page that says what stops the submission; for missing answers or files, the review page."""
    if has_gaps(stops):
        return see_other(f"{mine.home}/review")
    context: dict[str, Any] = {"region": mine.region, "case": mine.case}
    match stops[0]:
        case HeldAlready(benefit):
            return await held_page(request, mine, benefit)
        case NotInsured(reason):
            why = why_not_insured(reason, mine.region)
            return page(request, "citizen/apply/answers/stopped", status=422, why=why, **context)
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


def why_not_insured(reason: str, region: Region) -> str:
    """Return the sentence for a *reason* of `NotInsured`."""
    return Said(NOT_INSURED[reason], region=region.short, hotline=region.phone)


def _why_held(benefit: Benefit, renewable: Chance) -> str:
    if benefit.ends_on is None:
        return HELD_FOR_GOOD
    sentence = HELD.get(renewable.word, HELD_OTHERWISE)
    return Said(sentence, date=benefit.ends_on, date_open=renewable.opens_on)
