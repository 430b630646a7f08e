"""``/{r}/cases/{no}/withdrawal``: end the case at the citizen's wish.

A proxy confirms it with a code to their own phone.
"""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromQuery

from portal.accounts import sign_in
from portal.accounts.person import masked_phone, phone_number
from portal.accounts.sign_in import ChallengeRow
from portal.cases.life.case import move
from portal.cases.life.moves import NotAllowed
from portal.citizen.account.sign_in import say
from portal.citizen.shared.mine import CITIZEN, MyCase, case_named, leave_if_stale, moved_on
from portal.core.outside.sms import demo_code
from portal.core.tools.settings import SETTINGS
from portal.core.web.forms import clean
from portal.core.web.pages import page, see_other
from portal.core.web.security import client_address
from portal.core.web.sessions import form_of, visitor_of
from portal.questions.rules import narrow


class WithdrawalController(Controller):
    """What withdrawing means, and the withdrawal."""

    path = "/{r:str}/cases/{no:str}/withdrawal"
    opt = {"who": CITIZEN, "scope": "withdraw"}
    dependencies = {"mine": Provide(case_named)}

    @get()
    async def ask(
        self, request: Request[Any, Any, Any], mine: NamedDependency[MyCase], c: FromQuery[str] = ""
    ) -> Response[bytes]:
        """Say what withdrawing means."""
        if not mine.open_now("withdraw"):
            raise await moved_on(mine.case)
        return await withdrawal_page(request, mine, await _challenge(request, c))

    @post()
    async def withdraw(self, request: Request[Any, Any, Any], mine: NamedDependency[MyCase]) -> Response[bytes]:
        """End the case, or send a proxy the code that is needed for it."""
        await leave_if_stale(request, mine.case)
        form = form_of(request)
        if mine.delegation:
            challenge = await _challenge(request, form["c"])
            if challenge is None:
                return await self._send(request, mine)
            outcome = await sign_in.answer(challenge, narrow(form["code"]).replace(" ", ""))
            if outcome != "good":
                error = say(outcome, challenge, mine.region)
                return await withdrawal_page(request, mine, challenge, error)
        try:
            await move(mine.case, "withdraw", mine.actor)
        except NotAllowed as error:
            raise await moved_on(mine.case) from error
        return see_other(mine.home)

    async def _send(self, request: Request[Any, Any, Any], mine: MyCase) -> Response[bytes]:
        visitor, host = visitor_of(request), request.headers.get("host", "").partition(":")[0]
        number = await phone_number(visitor.via)
        challenge = await sign_in.ask(visitor, mine.region, number, client_address(request.scope), host)
        return see_other(f"{mine.home}/withdrawal?c={challenge}")


async def _challenge(request: Request[Any, Any, Any], id: str) -> ChallengeRow | None:
    return await sign_in.challenge(visitor_of(request), clean(id)) if id else None


async def withdrawal_page(
    request: Request[Any, Any, Any], mine: MyCase, challenge: ChallengeRow | None, error: str = ""
) -> Response[bytes]:
    """Return the page, with a field for the code once a proxy has asked for one."""
    number = challenge.number if challenge else ""
    return page(
        request,
        "citizen/cases/case/withdrawal",
        status=422 if error else 200,
        region=mine.region,
        case=mine.case,
        proxy=mine.delegation is not None,
        challenge=challenge.id if challenge else "",
        phone=masked_phone(number),
        errors={"code": error} if error else {},
        demo_code=await demo_code(number) if SETTINGS.demo and number else "",
    )
