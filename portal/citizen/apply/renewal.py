"""``/{r}/benefits/{id}/renewals/new``: what a renewal or a re-review asks, what happens meanwhile; begin it."""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency, Provide

from portal.accounts.person import phone_number
from portal.cases.apply import renewal
from portal.cases.life.case import case_by_id
from portal.citizen.shared.mine import CITIZEN, MyBenefit, address, benefit_named
from portal.core.store import audit
from portal.core.tools.errors import Stale, found
from portal.core.web.pages import page, see_other
from portal.core.web.sessions import form_of, visitor_of


class RenewalController(Controller):
    """A renewal, or what the office asks when a benefit is looked at again."""

    path = "/{r:str}/benefits/{id:str}/renewals/new"
    opt = {"who": CITIZEN, "scope": "apply"}
    dependencies = {"mine": Provide(benefit_named)}

    @get()
    async def new(self, request: Request[Any, Any, Any], mine: NamedDependency[MyBenefit]) -> Response[bytes]:
        """Say which benefit it is, until when, and what can be done about it."""
        held, gave = mine.benefit, found(await case_by_id(mine.benefit.case_id))
        if mine.delegation:
            proxy, thing = mine.delegation.proxy, f"benefit:{held.id}"
            await audit.note(actor=proxy, role="proxy", act="proxy_read", thing=thing, about=held.person)
        chance = await renewal.chance(held)
        own = chance.case and (mine.delegation is None or chance.case.delegation == mine.delegation.id)
        return page(
            request,
            "citizen/apply/renewal/new",
            region=mine.region,
            mine=mine,
            benefit=held,
            disease=gave.city.diseases[held.code].name_zh,
            chance=chance,
            case_address=address(chance.case) if chance.case and own else "",
            grace=mine.region.rules.renewal.grace_until_decision,
        )

    @post()
    async def create(self, request: Request[Any, Any, Any], mine: NamedDependency[MyBenefit]) -> Response[bytes]:
        """Begin it with what is known already, or go on with the open draft."""
        form_of(request)
        mobile = await phone_number(visitor_of(request).via)
        try:
            case = await renewal.begin(mine.benefit, mine.delegation, mobile)
        except renewal.NotOpen as error:
            raise Stale from error
        return see_other(address(case))
