"""``/{r}/delegations``: for whom I act (the roster), who acts for me; a new one, its letter, its end."""

from datetime import timedelta
from typing import Any

import msgspec
from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath

from portal.accounts import delegation as delegations
from portal.accounts.delegation import ROUTES, SCOPES, Delegation, both
from portal.accounts.person import Person, phone_number
from portal.cases.apply import acting
from portal.cases.apply.acting import cases_under, over
from portal.cases.apply.renewal import chance
from portal.cases.benefits.benefit import benefits_of
from portal.cases.life.case import Actor, case_by_id
from portal.cases.life.moves import ENDS, Role, State
from portal.citizen.delegations import mandate
from portal.citizen.delegations.mandate import Written
from portal.citizen.delegations.roster import Client, clients
from portal.citizen.home.home import row
from portal.citizen.shared.mine import CITIZEN, Acting, Asked, Me, address, me_in
from portal.core.store import limits
from portal.core.tools import clock
from portal.core.tools.errors import NotFound, Stale, found
from portal.core.web.pages import file_answer, page, see_other
from portal.core.web.sessions import form_of, visitor_of
from portal.letters import mandate as letter
from portal.questions.delegation import ABOUT, may_offer
from portal.regions.load import Region

LOOK_UPS = 20  # names and numbers of others that one person may try in a day
TOO_MANY = "今天填的人太多了。为了安全，请明天再试，或者打热线请工作人员帮您。"


class MyDelegation(msgspec.Struct, frozen=True):
    """A delegation in which the person who is signed in is one of the two."""

    region: Region
    delegation: Delegation
    principal: Person
    proxy: Person
    as_proxy: bool

    @property
    def home(self) -> str:
        """Where it lives."""
        return f"/{self.region.id}/delegations/{self.delegation.id}"


async def delegation_named(r: FromPath[str], id: FromPath[str], request: Asked) -> MyDelegation:
    """Return the delegation in the address, or 404 when it is between others."""
    me = await me_in(r, request)
    known = await delegations.delegation(id)
    mine = known is not None and known.region == r and me.person.id in (known.principal, known.proxy)
    known = found(known if mine else None)
    principal, proxy = await both(known)
    as_proxy = me.person.id == known.proxy
    found(known if known.told or not as_proxy else None)
    if as_proxy and known.state != "offered":
        request.scope["state"]["acting"] = Acting(principal.masked_name, known)
    return MyDelegation(me.region, known, principal, proxy, as_proxy)


class DelegationsController(Controller):
    """The list, and a new one."""

    path = "/{r:str}/delegations"
    opt = {"who": CITIZEN}
    dependencies = {"mine": Provide(me_in)}

    @get()
    async def index(self, request: Request[Any, Any, Any], mine: NamedDependency[Me]) -> Response[bytes]:
        """Show for whom I act, with what to do next, and who acts for me."""
        return await list_page(request, mine, "")

    @post()
    async def search(self, request: Request[Any, Any, Any], mine: NamedDependency[Me]) -> Response[bytes]:
        """Show those whose name or number contains what was typed; it is posted so that no address holds a name."""
        return await list_page(request, mine, form_of(request)["q"].strip()[:50])

    @get("/new")
    async def new(self, request: Request[Any, Any, Any], mine: NamedDependency[Me]) -> Response[bytes]:
        """Ask for whom, by which proof, in what and until when."""
        today = clock.today()
        half_a_year = mandate.later(today, mine.region.rules.proxy.letter_max_months // 2)
        begun = {"starts_on": today.isoformat(), "ends_on": half_a_year.isoformat()}
        scopes = tuple(mine.region.rules.proxy.scopes)
        return form_page(request, mine, Written(begun, scopes, same_phone=False, consent=False), {})

    @post("/new")
    async def create(self, request: Request[Any, Any, Any], mine: NamedDependency[Me]) -> Response[bytes]:
        """Write the delegation down; it proves nothing yet."""
        if not mine.region.rules.proxy.allowed:
            raise NotFound
        written = mandate.read(form_of(request), mine.region)
        my_phone = await phone_number(visitor_of(request).via)
        errors = mandate.errors_in(written, mine.region, mine.person, my_phone)
        if errors:
            return form_page(request, mine, written, errors)
        await limits.allow("delegation: look-up", mine.person.id, LOOK_UPS, timedelta(days=1), TOO_MANY)
        principal, phone, errors = await mandate.named(written, mine.region, my_phone)
        if errors or principal is None:
            return form_page(request, mine, written, errors)
        wanted = mandate.wanted(written, mine.region, mine.person, principal, (phone, my_phone))
        made = await delegations.propose(wanted, at_most=mine.region.rules.proxy.principals_before_review)
        return see_other(f"/{mine.region.id}/delegations/{made.id}")


async def list_page(request: Request[Any, Any, Any], mine: Me, q: str) -> Response[bytes]:
    """Return the page with both lists; only the roster is searched."""
    roster: list[Client] = await clients(mine.person.id, mine.region)
    given = await delegations.of_principal(mine.person.id, mine.region.id)
    return page(
        request,
        "citizen/delegations/delegations/index",
        region=mine.region,
        roster=[one for one in roster if one.fits(q)],
        all=len(roster),
        q=q,
        given=[(one, (await both(one))[1], one.state_on(clock.today())) for one in given],
        states=delegations.STATES,
        routes=ROUTES,
        may_offer=may_offer(mine.region),
    )


def form_page(request: Request[Any, Any, Any], mine: Me, written: Written, errors: dict[str, str]) -> Response[bytes]:
    """Return the form; 422 with what is wrong."""
    return page(
        request,
        "citizen/delegations/delegations/new",
        status=422 if errors else 200,
        region=mine.region,
        step=ABOUT,
        written=written,
        scopes=[(name, SCOPES[name]) for name in mine.region.rules.proxy.scopes],
        errors=errors,
    )


class DelegationController(Controller):
    """One delegation, as principal or as proxy."""

    path = "/{r:str}/delegations/{id:str}"
    opt = {"who": CITIZEN}
    dependencies = {"mine": Provide(delegation_named)}

    @get()
    async def show(self, request: Request[Any, Any, Any], mine: NamedDependency[MyDelegation]) -> Response[bytes]:
        """Show who, what for, until when, by which proof; and what can be done now."""
        known, today = mine.delegation, clock.today()
        may_look = not mine.as_proxy or known.allows("view", today)
        cases = await cases_under(known) if may_look else []
        return page(
            request,
            "citizen/delegations/delegations/show",
            region=mine.region,
            mine=mine,
            d=known,
            state=known.state_on(today),
            states=delegations.STATES,
            routes=ROUTES,
            scopes=SCOPES,
            rows=[row(case) for case in cases],
            may_begin=mine.as_proxy and known.allows("apply", today) and known.state != "asked",
            may_end=may_end(known),
            may_switch=mine.as_proxy and may_switch(known),
            ask=not mine.as_proxy and delegations.link_holds(known, mine.region.rules.proxy.consent_days),
            may_confirm=may_confirm(mine),
            may_accept=may_accept(mine),
            renewals=await renewals(mine),
            draft=any(case.at is State.DRAFT for case in cases),
            ended=[case.id for case in cases if case.at in ENDS],
        )

    @post("/applications")
    async def apply(self, request: Request[Any, Any, Any], mine: NamedDependency[MyDelegation]) -> Response[bytes]:
        """Begin an application for the principal, or go on with the open one."""
        known = mine.delegation
        if not mine.as_proxy or not known.allows("apply", clock.today()) or known.state == "asked":
            raise NotFound
        case = await acting.begin(known, await phone_number(visitor_of(request).via))
        return see_other(address(case))

    @post("/revocation")
    async def end(self, mine: NamedDependency[MyDelegation]) -> Response[bytes]:
        """End it at once: the principal takes it back, or the proxy gives it up."""
        role, id = (Role.PROXY, mine.proxy.id) if mine.as_proxy else (Role.INSURED_PERSON, mine.principal.id)
        if not may_end(mine.delegation):
            raise Stale
        behalf = mine.principal.id if mine.as_proxy else ""
        await acting.end(mine.delegation, Actor(id, role, behalf))
        return see_other(f"/{mine.region.id}/delegations")

    @post("/letter")
    async def switch(self, mine: NamedDependency[MyDelegation]) -> Response[bytes]:
        """Take the way with the letter when the principal has not agreed by SMS."""
        if not mine.as_proxy or not may_switch(mine.delegation):
            raise NotFound
        await acting.switch_to_letter(mine.delegation)
        return see_other(mine.home)

    @get("/letter")
    async def letter(self, request: Request[Any, Any, Any], mine: NamedDependency[MyDelegation]) -> Response[bytes]:
        """Show the letter filled in, to be printed and signed."""
        content = letter_of(mine)
        return page(request, "citizen/delegations/delegations/letter", region=mine.region, mine=mine, letter=content)

    @get("/letter.pdf")
    async def letter_pdf(self, mine: NamedDependency[MyDelegation]) -> Response[bytes]:
        """Send the letter as PDF."""
        content = letter_of(mine)
        made = await letter.as_pdf(content, mine.delegation.made_at)
        return file_answer(made, "application/pdf", f"{content.title}.pdf", download=True)


async def renewals(mine: MyDelegation) -> list[tuple[str, str]]:
    """Return disease and page of each benefit of the principal that the proxy may have renewed or re-reviewed now."""
    found = []
    for held in await benefits_of(mine.principal.id, mine.region.id) if mine.as_proxy else []:
        gave = await case_by_id(held.case_id)
        if gave and await over(held, mine.proxy.id, "apply") and (await chance(held)).begins:
            page_of = f"/{held.region}/benefits/{held.id}/renewals/new"
            found.append((gave.city.diseases[held.code].name_zh, page_of))
    return found


def letter_of(mine: MyDelegation) -> letter.Letter:
    """Return the letter of a delegation by letter; 404 for other routes."""
    known = mine.delegation
    if known.route != "letter" or not (known.open_on(clock.today()) or known.state == "held"):
        raise NotFound
    return letter.written(mine.region, known, mine.principal, mine.proxy)


def may_end(known: Delegation) -> bool:
    """Return whether there is still something to end."""
    return known.state in (*delegations.OPEN, "held", "offered") and clock.today() <= known.ends_on


def may_switch(known: Delegation) -> bool:
    """Return whether a proxy may go on with a letter: the principal was asked by SMS and has not said yes."""
    asked = known.route == "online" and known.asked_at is not None and not known.reported
    return asked and known.state in ("proposed", "refused") and clock.today() <= known.ends_on


def may_confirm(mine: MyDelegation) -> bool:
    """Return whether it waits for the code of the principal who began it."""
    known = mine.delegation
    return not mine.as_proxy and known.route == "offer" and known.state_on(clock.today()) == "asked"


def may_accept(mine: MyDelegation) -> bool:
    """Return whether it waits for the word of the proxy whom the principal asks."""
    return mine.as_proxy and mine.delegation.state_on(clock.today()) == "offered"
