"""``/{r}/me``: what waits for you first, then your cases and benefits. ``/s/{link}``: from an SMS."""

from datetime import timedelta
from typing import Any

import msgspec
from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath

from portal.accounts.delegation import Delegation, of_principal
from portal.accounts.person import Person
from portal.cases.benefits.benefit import benefits_of
from portal.cases.benefits.standing import standing_among
from portal.cases.life.case import cases_of
from portal.citizen.home.held import HeldBenefit, held
from portal.citizen.home.leading import leads_to
from portal.citizen.shared.case_row import CaseRow, case_row
from portal.citizen.shared.mine import CITIZEN, Me, me_in
from portal.citizen.shared.roster import Client, clients
from portal.core.tools import clock
from portal.core.tools.errors import found
from portal.core.web.pages import page, see_other
from portal.notices import inbox

LINK_LIFE = timedelta(days=7)
SHOWN = 5  # of those whom a proxy acts for; the list has all of them


class Home(msgspec.Struct, frozen=True):
    """What waits for a person in a city, and what they have there."""

    person: Person
    cases: list[CaseRow]
    benefits: list[HeldBenefit]
    asked: list[Delegation]  # somebody asks to act for the person
    clients: list[Client]  # whom the person acts for, or is asked to
    unread: int  # messages

    @property
    def offered(self) -> list[Client]:
        """Those who ask the person to act for them."""
        return [client for client in self.clients if client.offered]

    @property
    def acts_for(self) -> list[Client]:
        """Those whom the person acts for: the first ones, by what is to be done."""
        return [client for client in self.clients if not client.offered][:SHOWN]

    @property
    def has_nothing(self) -> bool:
        """Whether there is neither a case of the person's own nor anybody they act for."""
        return not self.cases and not self.acts_for


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
            clients=[client for client in await clients(person.id, city) if client.lasts],
            unread=await inbox.unread(person.id),
        )
        return page(request, "citizen/home/home/show", region=city, home=home)


class LinkController(Controller):
    """``/s/{link}``: the short address in a message; it asks for a sign-in like any page."""

    path = "/s/{link:str}"
    opt = {"who": ("anyone",)}

    @get()
    async def follow(self, link: FromPath[str]) -> Response[bytes]:
        """Lead whom the message was sent to where it leads now; an old link leads to the list of their messages."""
        linked = found(await inbox.linked(link))
        there = found(await leads_to(linked.code, linked.case_id, linked.person) or None)
        if clock.now() - linked.made_at > LINK_LIFE:
            return see_other(f"/{there.split('/')[1]}/notices")
        return see_other(there)
