"""``/{r}/me``: what waits for you first, then your cases and benefits. ``/s/{link}``: from an SMS."""

from datetime import timedelta
from typing import Any

import msgspec
from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath

from portal.accounts.delegation import Delegation, of_principal, of_proxy
from portal.accounts.delegation import delegation as delegation_by_id
from portal.accounts.person import Person
from portal.cases.benefits.benefit import benefit as benefit_by_id
from portal.cases.benefits.benefit import benefits_of
from portal.cases.benefits.standing import standing_among
from portal.cases.life.case import case_by_id, cases_of
from portal.citizen.home.held import HeldBenefit, held
from portal.citizen.shared.case_row import CaseRow, case_row
from portal.citizen.shared.mine import CITIZEN, Me, address, me_in
from portal.core.tools import clock
from portal.core.tools.errors import NotFound, found
from portal.core.web.pages import page, see_other
from portal.notices import inbox

LINK_LIFE = timedelta(days=7)


class Home(msgspec.Struct, frozen=True):
    """What waits for a person in a city, and what they have there."""

    person: Person
    cases: list[CaseRow]
    benefits: list[HeldBenefit]
    asked: list[Delegation]  # somebody asks to act for the person
    offered: list[Delegation]  # somebody asks the person to act for them
    unread: int  # messages


class HomeController(Controller):
    """``/{r}/me``: my cases."""

    path = "/{r:str}/me"
    opt = {"who": CITIZEN}
    dependencies = {"mine": Provide(me_in)}

    @get()
    async def show(self, request: Request[Any, Any, Any], mine: NamedDependency[Me]) -> Response[bytes]:
        """Show the person's cases in this city, what waits for them first."""
        person = mine.person
        city = mine.region
        cases = await cases_of(person.id, city.id)
        benefits = await benefits_of(person.id, city.id)
        diseases = {case.id: case.city.diseases for case in cases}  # a disease may have left the catalogue since
        home = Home(
            person=person,
            cases=sorted(
                (case_row(case, standing_among(case, benefits)) for case in cases),
                key=lambda row: not row.waits_for_the_citizen,
            ),
            benefits=[await held(diseases[benefit.case_id][benefit.code].name_zh, benefit) for benefit in benefits],
            asked=[each for each in await of_principal(person.id, city.id) if each.asks_the_principal],
            offered=[each for each in await of_proxy(person.id, city.id) if each.state_on(clock.today()) == "offered"],
            unread=await inbox.unread(person.id),
        )
        return page(request, "citizen/home/home/show", region=city, home=home)


class LinkController(Controller):
    """``/s/{link}``: the short address in a message; it asks for a sign-in like any page."""

    path = "/s/{link:str}"
    opt = {"who": ("anyone",)}

    @get()
    async def follow(self, link: FromPath[str]) -> Response[bytes]:
        """Lead to the case the message was about."""
        linked = found(await inbox.linked(link))
        if clock.now() - linked.made_at > LINK_LIFE:
            raise NotFound
        case = await case_by_id(linked.case_id)
        if case:
            return see_other(address(case))
        benefit = await benefit_by_id(linked.case_id)
        if benefit:
            return see_other(f"/{benefit.region}/benefits/{benefit.id}/renewals/new")
        delegation = found(await delegation_by_id(linked.case_id))
        return see_other(f"/{delegation.region}/delegations/{delegation.id}")
