"""The code with which a principal confirms a delegation: the one they are asked for, or the one they offer."""

from typing import Protocol

from litestar import Response

from portal.accounts.delegation import Delegation
from portal.accounts.sign_in import ChallengeRow
from portal.citizen.shared import sms_code
from portal.citizen.shared.mine import Asked
from portal.core.web.pages import page, see_other
from portal.core.web.sessions import form_of
from portal.regions.load import Region


class Confirming(Protocol):
    """What a principal confirms with a code: a page with a home of its own, about one delegation."""

    @property
    def region(self) -> Region:
        """The city."""

    @property
    def delegation(self) -> Delegation:
        """What it is about."""

    @property
    def home(self) -> str:
        """Where it is asked."""


async def send_code(request: Asked, asked: Confirming) -> Response[bytes]:
    """Send a code to the principal's phone, and lead to where it is typed."""
    challenge = await sms_code.send(request, asked.region, asked.delegation.principal_phone)
    return see_other(f"{asked.home}/code?c={challenge}")


async def challenge_of(request: Asked, asked: Confirming, id: str) -> ChallengeRow | None:
    """Return the open challenge of this browser, if it went to the principal's phone."""
    challenge = await sms_code.challenge_named(request, id)
    return challenge if challenge and challenge.number == asked.delegation.principal_phone else None


async def answered(request: Asked, asked: Confirming) -> ChallengeRow | Response[bytes]:
    """Return the challenge whose code was typed, or the page to go on with: the question, or what is wrong."""
    form = form_of(request)
    challenge = await challenge_of(request, asked, form["c"])
    if challenge is None:
        return see_other(asked.home)
    error = await sms_code.error_in(form["code"], challenge, asked.region)
    return await code_page(request, asked, challenge, error) if error else challenge


async def code_page(request: Asked, asked: Confirming, challenge: ChallengeRow, error: str = "") -> Response[bytes]:
    """Return the page that asks for the code; 422 when what was typed is wrong."""
    return page(
        request,
        "citizen/delegations/consent/code",
        status=422 if error else 200,
        region=asked.region,
        home=asked.home,
        code=await sms_code.asked(challenge, error),
    )
