"""``/{r}/cases/{no}/withdrawal``: end the case at the citizen's wish.

A proxy confirms it with a code to their own phone.
"""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromQuery

from portal.accounts.person import phone_number
from portal.accounts.sign_in import ChallengeRow
from portal.cases.life.case import move
from portal.cases.life.moves import NotAllowed
from portal.citizen.shared import sms_code
from portal.citizen.shared.mine import CITIZEN, MyCase, case_named, leave_if_stale, moved_on
from portal.core.web.pages import page, see_other
from portal.core.web.sessions import form_of, visitor_of


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
        return await withdrawal_page(request, mine, await sms_code.challenge_named(request, c))

    @post()
    async def withdraw(self, request: Request[Any, Any, Any], mine: NamedDependency[MyCase]) -> Response[bytes]:
        """End the case, or send a proxy the code that is needed for it."""
        await leave_if_stale(request, mine.case)
        form = form_of(request)
        if mine.delegation:
            challenge = await sms_code.challenge_named(request, form["c"])
            if challenge is None:
                return await self._send(request, mine)
            wrong = await sms_code.error_in(form["code"], challenge, mine.region)
            if wrong:
                return await withdrawal_page(request, mine, challenge, wrong)
        try:
            await move(mine.case, "withdraw", mine.actor)
        except NotAllowed as error:
            raise await moved_on(mine.case) from error
        return see_other(mine.home)

    async def _send(self, request: Request[Any, Any, Any], mine: MyCase) -> Response[bytes]:
        number = await phone_number(visitor_of(request).via)
        challenge = await sms_code.send(request, mine.region, number)
        return see_other(f"{mine.home}/withdrawal?c={challenge}")


async def withdrawal_page(
    request: Request[Any, Any, Any], mine: MyCase, challenge: ChallengeRow | None, error: str = ""
) -> Response[bytes]:
    """Return the page, with a field for the code once a proxy has asked for one."""
    return page(
        request,
        "citizen/cases/withdrawal/show",
        status=422 if error else 200,
        region=mine.region,
        case=mine.case,
        proxy=mine.delegation is not None,
        code=await sms_code.asked(challenge, error) if challenge else None,
    )
