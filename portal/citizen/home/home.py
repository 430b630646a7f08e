"""``/{r}/me``: what waits for you first, then your cases and benefits. ``/s/{link}``: from an SMS."""

from datetime import timedelta
from typing import Any

import msgspec
from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath

from portal.accounts.delegation import Delegation, delegation, of_principal, of_proxy
from portal.cases.apply.renewal import Chance, chance
from portal.cases.benefits.benefit import Benefit, benefit, benefits_of
from portal.cases.life.case import Case, answers_of, case_by_id, cases_of
from portal.cases.life.moves import State, turn
from portal.cases.life.words import KINDS
from portal.citizen.shared.mine import CITIZEN, Me, address, me_in
from portal.core.tools import clock
from portal.core.tools.errors import NotFound, found
from portal.core.web.pages import page, see_other
from portal.notices import inbox

LINK_LIFE = timedelta(days=7)


class HomeController(Controller):
    """``/{r}/me``: my cases."""

    path = "/{r:str}/me"
    opt = {"who": CITIZEN}
    dependencies = {"mine": Provide(me_in)}

    @get()
    async def show(self, request: Request[Any, Any, Any], mine: NamedDependency[Me]) -> Response[bytes]:
        """Show the person's cases in this city, what waits for them first."""
        cases = await cases_of(mine.person.id, mine.region.id)
        rows = [row(case) for case in cases]
        known = {case.id: case.city.diseases for case in cases}  # a disease may have left the catalogue since
        benefits = [
            await held(known[one.case_id][one.code].name_zh, one)
            for one in await benefits_of(mine.person.id, mine.region.id)
        ]
        return page(
            request,
            "citizen/home/home/show",
            region=mine.region,
            person=mine.person,
            rows=sorted(rows, key=lambda one: one["turn"] != "citizen"),
            benefits=benefits,
            asked=[one for one in await of_principal(mine.person.id, mine.region.id) if asks(one)],
            offered=[
                one
                for one in await of_proxy(mine.person.id, mine.region.id)
                if one.state_on(clock.today()) == "offered"
            ],
            unread=await inbox.unread(mine.person.id),
        )


def asks(known: Delegation) -> bool:
    """Return whether somebody asks the person to let them act."""
    return known.state == "asked" and known.route != "offer"


class Held(msgspec.Struct, frozen=True):
    """A benefit as its person sees it; `waits` when it has ended and a renewal sent in time is not decided."""

    disease: str
    benefit: Benefit
    state: str
    chance: Chance
    waits: bool

    @property
    def address(self) -> str:
        """Where it is renewed."""
        return f"/{self.benefit.region}/benefits/{self.benefit.id}/renewals/new"


async def held(disease: str, one: Benefit) -> Held:
    """Return a benefit with what can be done about it."""
    state, found = one.state_on(clock.today()), await chance(one)
    sent = found.case.submitted_at if found.case and found.case.parent_benefit == one.id else None
    in_time = bool(sent and one.ends_on and clock.day_of(sent) <= one.ends_on)
    return Held(disease, one, state, found, waits=state == "expired" and in_time)


def row(case: Case) -> dict[str, Any]:
    """Return what the list shows of a case."""
    disease = case.city.diseases.get(answers_of(case).get("disease", ""))
    return {
        "case": case,
        "address": address(case),
        "disease": disease.name_zh if disease else "",
        "label": case.city.label(case.state),
        "turn": turn(case.at),
        "draft": case.at is State.DRAFT,
        "kind": KINDS.get(case.kind, ""),
        "provisional": bool(case.due_on and not case.city.calendar.published(case.due_on)),
    }


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
        held = await benefit(linked.case_id)
        if held:
            return see_other(f"/{held.region}/benefits/{held.id}/renewals/new")
        known = found(await delegation(linked.case_id))
        return see_other(f"/{known.region}/delegations/{known.id}")
