"""``/{r}/delegations``: the people I act for and those who act for me; a new delegation, its letter, its end."""

from datetime import date
from typing import Any

import msgspec
from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency, Provide

from portal.accounts import delegation as delegations
from portal.accounts.delegation import ROUTES, both
from portal.accounts.delegation_states import STATES
from portal.accounts.person import phone_number
from portal.cases.apply import acting
from portal.cases.life.case import Actor
from portal.cases.life.moves import Role
from portal.citizen.delegations import mandate
from portal.citizen.delegations.delegation_view import delegation_view
from portal.citizen.delegations.my_delegation import MyDelegation, delegation_named
from portal.citizen.shared.mine import CITIZEN, Me, address, me_in
from portal.citizen.shared.roster import clients
from portal.core.tools import clock
from portal.core.tools.errors import NotFound, Stale
from portal.core.web.autosave import keeps_typed, shows_typed
from portal.core.web.pages import file_answer, page, see_other
from portal.core.web.sessions import form_of, visitor_of
from portal.letters import mandate as letters
from portal.questions.delegation import ABOUT, may_offer

STATUS = {"asked": "yours", "active": "now"}  # the kind of the status of one that I gave; in any other state, wait


class GivenRow(msgspec.Struct, frozen=True):
    """One line of the list of those who act for me."""

    address: str
    proxy: str
    relation: str
    status: str
    words: str
    proof: str
    ends_on: date


class DelegationsController(Controller):
    """The list, and a new one."""

    path = "/{r:str}/delegations"
    opt = {"who": CITIZEN}
    dependencies = {"mine": Provide(me_in)}

    @get()
    async def index(self, request: Request[Any, Any, Any], mine: NamedDependency[Me]) -> Response[bytes]:
        """Show for whom I act, with what to do next, and who acts for me."""
        return await _list_page(request, mine, "")

    @post()
    async def search(self, request: Request[Any, Any, Any], mine: NamedDependency[Me]) -> Response[bytes]:
        """Show those whose name or number contains what was typed; it is posted so that no address holds a name."""
        return await _list_page(request, mine, form_of(request)["q"].strip()[:50])

    @get("/new")
    @shows_typed
    async def new(self, request: Request[Any, Any, Any], mine: NamedDependency[Me]) -> Response[bytes]:
        """Ask for whom, by which proof, in what and until when."""
        begun = {"starts_on": clock.today().isoformat(), "ends_on": mandate.half_the_longest(mine.region).isoformat()}
        written = mandate.read_over(mandate.begun(begun, mine.region), form_of(request), mine.region, ABOUT)
        return mandate.mandate_page(request, ABOUT, written, mine.region)

    @post("/new")
    @keeps_typed
    async def create(self, request: Request[Any, Any, Any], mine: NamedDependency[Me]) -> Response[bytes]:
        """Keep the delegation; nothing is proved yet."""
        if not mine.region.rules.proxy.allowed:
            raise NotFound
        written = mandate.read(form_of(request), mine.region, ABOUT)
        my_phone = await phone_number(visitor_of(request).via)
        errors = mandate.errors_in(written, mine.region, mine.person, my_phone)
        if errors:
            return mandate.mandate_page(request, ABOUT, written, mine.region, errors)
        await mandate.allow_look_up(mine.person)
        principal, phone, errors = await mandate.named(written, mine.region, my_phone)
        if errors or principal is None:
            return mandate.mandate_page(request, ABOUT, written, mine.region, errors)
        wanted = mandate.wanted(written, mine.region, mine.person, principal, (phone, my_phone))
        made = await delegations.propose(wanted, at_most=mine.region.rules.proxy.principals_before_review)
        return see_other(f"/{mine.region.id}/delegations/{made.id}")


async def _list_page(request: Request[Any, Any, Any], mine: Me, q: str) -> Response[bytes]:
    """Return the page with both lists; only the roster is searched."""
    roster = await clients(mine.person.id, mine.region)
    given = await delegations.of_principal(mine.person.id, mine.region.id)
    return page(
        request,
        "citizen/delegations/delegations/index",
        region=mine.region,
        roster=[client for client in roster if client.fits(q)],
        all=len(roster),
        q=q,
        given=[await _given(delegation) for delegation in given],
        may_offer=may_offer(mine.region),
    )


async def _given(delegation: delegations.Delegation) -> GivenRow:
    _, proxy = await both(delegation)
    state = delegation.state_on(clock.today())
    return GivenRow(
        address=f"/{delegation.region}/delegations/{delegation.id}",
        proxy=proxy.masked_name,
        relation=delegation.relation,
        status=STATUS.get(state, "wait"),
        words=STATES[state],
        proof=ROUTES[delegation.route],
        ends_on=delegation.ends_on,
    )


class DelegationController(Controller):
    """One delegation, as principal or as proxy."""

    path = "/{r:str}/delegations/{id:str}"
    opt = {"who": CITIZEN}
    dependencies = {"mine": Provide(delegation_named)}

    @get()
    async def show(self, request: Request[Any, Any, Any], mine: NamedDependency[MyDelegation]) -> Response[bytes]:
        """Show who, what for, until when, by which proof; and what can be done now."""
        view = await delegation_view(mine)
        return page(request, "citizen/delegations/delegations/show", region=mine.region, mine=mine, view=view)

    @post("/applications")
    async def apply(self, request: Request[Any, Any, Any], mine: NamedDependency[MyDelegation]) -> Response[bytes]:
        """Begin an application for the principal, or go on with the open one."""
        if not mine.may_begin:
            raise NotFound
        case = await acting.begin(mine.delegation, await phone_number(visitor_of(request).via))
        return see_other(address(case))

    @post("/revocation")
    async def end(self, mine: NamedDependency[MyDelegation]) -> Response[bytes]:
        """End it at once: the principal takes it back, or the proxy gives it up."""
        if not mine.may_end:
            raise Stale
        if mine.as_proxy:
            by = Actor(mine.proxy.id, Role.PROXY, on_behalf_of=mine.principal.id)
        else:
            by = Actor(mine.principal.id, Role.INSURED_PERSON)
        await acting.end(mine.delegation, by)
        return see_other(f"/{mine.region.id}/delegations")

    @post("/letter")
    async def switch(self, mine: NamedDependency[MyDelegation]) -> Response[bytes]:
        """Go on with a signed letter when the principal has not agreed by SMS."""
        if not mine.may_switch:
            raise NotFound
        await acting.switch_to_letter(mine.delegation)
        return see_other(mine.home)

    @get("/letter")
    async def letter(self, request: Request[Any, Any, Any], mine: NamedDependency[MyDelegation]) -> Response[bytes]:
        """Show the letter filled in, to be printed and signed."""
        return page(
            request, "citizen/delegations/delegations/letter", region=mine.region, mine=mine, letter=_letter_of(mine)
        )

    @get("/letter.pdf")
    async def letter_pdf(self, mine: NamedDependency[MyDelegation]) -> Response[bytes]:
        """Send the letter as PDF."""
        letter = _letter_of(mine)
        made = await letters.as_pdf(letter, mine.delegation.made_at)
        return file_answer(made, "application/pdf", f"{letter.title}.pdf", download=True)


def _letter_of(mine: MyDelegation) -> letters.Letter:
    """Return the letter of a delegation by letter; leave with 404 for other proofs."""
    if not mine.has_letter:
        raise NotFound
    return letters.written(mine.region, mine.delegation, mine.principal, mine.proxy)
