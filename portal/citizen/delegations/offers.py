"""``/{r}/delegations/offer``: a principal asks somebody to act for them; the proxy accepts, or does not want to.

The principal signs in, reads what they wrote, and confirms it with a code to their own phone. Only
then is the proxy told, and only when they accept may they act. Every answer is the same whether or not
the person who was named has an account.
"""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, FromQuery

from portal.accounts import offer
from portal.accounts.person import phone_number
from portal.accounts.principal import phone_on_record
from portal.accounts.sign_in import ChallengeRow
from portal.cases.apply import acting
from portal.citizen.delegations import mandate
from portal.citizen.delegations.confirming import answered, challenge_of, code_page, send_code
from portal.citizen.delegations.my_delegation import MyDelegation, delegation_named
from portal.citizen.shared.mine import CITIZEN, Asked, Me, me_in
from portal.core.tools.errors import Stale, found
from portal.core.web.pages import see_other
from portal.core.web.sessions import form_of, visitor_of
from portal.questions.delegation import OFFER, may_offer


async def may_begin(r: FromPath[str], request: Asked) -> Me:
    """Return the signed-in person; 404 if the city does not let principals begin a delegation."""
    me = await me_in(r, request)
    return found(me if may_offer(me.region) else None)


class OfferController(Controller):
    """The form in which a principal names a proxy."""

    path = "/{r:str}/delegations/offer"
    opt = {"who": CITIZEN}
    dependencies = {"mine": Provide(may_begin)}

    @get()
    async def new(self, request: Request[Any, Any, Any], mine: NamedDependency[Me]) -> Response[bytes]:
        """Ask who is to act, in what and until when."""
        written = mandate.begun({"until": mandate.half_the_longest(mine.region).isoformat()}, mine.region)
        return mandate.mandate_page(request, OFFER, written, mine.region)

    @post()
    async def create(self, request: Request[Any, Any, Any], mine: NamedDependency[Me]) -> Response[bytes]:
        """Keep the offer; nobody is told before the principal has confirmed it."""
        written = mandate.read(form_of(request), mine.region, OFFER)
        my_phone = await phone_number(visitor_of(request).via) or await phone_on_record(mine.person)
        errors = mandate.errors_in_offer(written, mine.region, mine.person, my_phone)
        if errors:
            return mandate.mandate_page(request, OFFER, written, mine.region, errors)
        await mandate.allow_look_up(mine.person)
        proxy, phone, errors = await mandate.named_in_offer(written, my_phone)
        if errors or proxy is None:
            return mandate.mandate_page(request, OFFER, written, mine.region, errors)
        made = await offer.offer(mandate.offered(written, mine.region, mine.person, proxy, (my_phone, phone)))
        return see_other(f"/{mine.region.id}/delegations/{made.id}")


class OfferedController(Controller):
    """The code of the principal and the answer of the proxy; if neither is awaited, the page of the delegation."""

    path = "/{r:str}/delegations/{id:str}"
    opt = {"who": CITIZEN}
    dependencies = {"mine": Provide(delegation_named)}

    @post("/code")
    async def send(self, request: Request[Any, Any, Any], mine: NamedDependency[MyDelegation]) -> Response[bytes]:
        """Send a code to the principal's own phone."""
        return await send_code(request, mine) if mine.may_confirm else see_other(mine.home)

    @get("/code")
    async def code(
        self, request: Request[Any, Any, Any], mine: NamedDependency[MyDelegation], c: FromQuery[str] = ""
    ) -> Response[bytes]:
        """Ask for the code."""
        challenge = await challenge_of(request, mine, c) if mine.may_confirm else None
        return await code_page(request, mine, challenge) if challenge else see_other(mine.home)

    @post("/phone")
    async def confirm(self, request: Request[Any, Any, Any], mine: NamedDependency[MyDelegation]) -> Response[bytes]:
        """Take the principal's word when the code is right; the proxy hears of it."""
        if not mine.may_confirm:
            return see_other(mine.home)
        challenge = await answered(request, mine)
        if not isinstance(challenge, ChallengeRow):
            return challenge
        at_most = mine.region.rules.proxy.principals_before_review
        if await offer.confirm(mine.delegation, at_most=at_most) is None:
            raise Stale
        return see_other(mine.home)

    @post("/acceptance")
    async def accept(self, request: Request[Any, Any, Any], mine: NamedDependency[MyDelegation]) -> Response[bytes]:
        """Take the proxy's word: 同意, 不愿意."""
        word = form_of(request)["action"]
        if mine.may_accept and word in ("agree", "decline"):
            await acting.accept(mine.delegation, agreed=word == "agree")
        return see_other(mine.home)
