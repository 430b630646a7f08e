"""``/{r}/benefits/{id}/renewals/new``: explain a renewal or re-review, then begin its draft."""

from datetime import date
from typing import Any

import msgspec
from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency, Provide

from portal.accounts.person import phone_number
from portal.cases.apply import renewal
from portal.cases.apply.renewal import Chance
from portal.cases.life.case import case_by_id
from portal.citizen.shared.mine import CITIZEN, MyBenefit, address, benefit_named
from portal.core.store import audit
from portal.core.tools.errors import Stale, found
from portal.core.tools.i18n import Said
from portal.core.web.pages import page, see_other
from portal.core.web.sessions import form_of, visitor_of
from portal.regions.load import Region

# Why no renewal can be begun, by the word of the benefit's `Chance`.
NOT_NOW = {
    "under_way": "这个病种有一件正在办，不用再交。",
    "early": "{opens_on} 起可以申请续期。到时候我们会提醒您。",
    "renewed": "已经续好了，新的待遇从 {follows_on} 起。",
    "permanent": "这项待遇长期有效，不用续期。",
    "unlisted": "现在的目录里没有这个病种，网上不能续期。请打 {hotline} 问一问。",
    "over": "这项待遇已经结束，不能续期。需要的话，可以重新申请。",
}


class RenewalPage(msgspec.Struct, frozen=True):
    """Content of the page about a benefit and the renewal or re-review that can be begun for it."""

    home: str
    disease: str
    ends_on: date | None  # None: it never ends
    rereview_by: date | None
    begins: bool
    again: bool  # a re-review, asked for by the office
    grace: bool  # a renewal sent in time keeps the benefit until it is decided
    not_now: str  # why no renewal can be begun; empty if one can
    case_address: str  # of the case under way; empty if the visitor may not see it
    own: bool  # the visitor is the insured person
    over: bool


class RenewalController(Controller):
    """Begins a renewal, or a re-review that the office asked for."""

    path = "/{r:str}/benefits/{id:str}/renewals/new"
    opt = {"who": CITIZEN, "scope": "apply"}
    dependencies = {"mine": Provide(benefit_named)}

    @get()
    async def new(self, request: Request[Any, Any, Any], mine: NamedDependency[MyBenefit]) -> Response[bytes]:
        """Show the benefit, its end, and the renewal or re-review that can be begun."""
        benefit = mine.benefit
        case = found(await case_by_id(mine.benefit.case_id))
        if mine.delegation:
            proxy = mine.delegation.proxy
            thing = f"benefit:{benefit.id}"
            await audit.note(actor=proxy, role="proxy", act="proxy_read", thing=thing, about=benefit.person)
        chance = await renewal.chance(benefit)
        return page(
            request,
            "citizen/apply/renewal/new",
            region=mine.region,
            view=_shown(mine, case.city.diseases[benefit.code].name_zh, chance),
        )

    @post()
    async def create(self, request: Request[Any, Any, Any], mine: NamedDependency[MyBenefit]) -> Response[bytes]:
        """Begin the draft with the answers already known, or open the existing draft."""
        form_of(request)
        mobile = await phone_number(visitor_of(request).via)
        try:
            case = await renewal.begin(mine.benefit, mine.delegation, mobile)
        except renewal.NotOpen as error:
            raise Stale from error
        return see_other(address(case))


def _shown(mine: MyBenefit, disease: str, chance: Chance) -> RenewalPage:
    benefit = mine.benefit
    delegation = mine.delegation
    under_way = chance.case
    may_see = under_way is not None and (delegation is None or under_way.delegation == delegation.id)
    return RenewalPage(
        home=mine.home,
        disease=disease,
        ends_on=benefit.ends_on,
        rereview_by=benefit.rereview_by,
        begins=chance.begins,
        again=chance.word == "asked",
        grace=mine.region.rules.renewal.grace_until_decision,
        not_now="" if chance.begins else _why_not(chance, mine.region),
        case_address=address(under_way) if under_way and may_see else "",
        own=delegation is None,
        over=chance.word == "over",
    )


def _why_not(chance: Chance, region: Region) -> str:
    return Said(
        NOT_NOW[chance.word],
        opens_on=chance.opens_on,
        follows_on=chance.follows.starts_on if chance.follows else None,
        hotline=region.phone,
    )
