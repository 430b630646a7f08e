"""The code by SMS that proves possession of a phone: send it, find its challenge, check the typed code.

Four pages ask for a code: signing in, a principal's consent, a principal's own offer, a proxy's withdrawal.
"""

from typing import Any

import msgspec
from litestar import Request

from portal.accounts import sign_in
from portal.accounts.person import masked_phone
from portal.accounts.sign_in import ChallengeRow
from portal.core.tools.i18n import Said
from portal.core.tools.settings import SETTINGS
from portal.core.web.forms import clean
from portal.core.web.security import client_address
from portal.core.web.sessions import visitor_of
from portal.questions.rules import narrow
from portal.regions.load import Region


class CodeAsked(msgspec.Struct, frozen=True):
    """Content of the field for a code."""

    challenge: str
    phone: str  # masked
    error: str
    demo: str  # the code itself in the demonstration, else empty

    @property
    def errors(self) -> dict[str, str]:
        """The error of the code, for the summary at the top of the page."""
        return {"code": self.error} if self.error else {}


async def send(request: Request[Any, Any, Any], region: Region, number: str, *, voice: bool = False) -> str:
    """Send a code to *number* by SMS (or by a call if *voice*); return the id of the challenge."""
    address = client_address(request.scope)
    host = _host(request)
    return await sign_in.ask(visitor_of(request), region, number, address, host, voice=voice)


async def send_again(
    request: Request[Any, Any, Any], region: Region, challenge: ChallengeRow, *, voice: bool = False
) -> int:
    """Send another code and return 0, or return the seconds to wait before one can be sent."""
    return await sign_in.ask_again(challenge, region, client_address(request.scope), _host(request), voice=voice)


async def challenge_named(request: Request[Any, Any, Any], id: str) -> ChallengeRow | None:
    """Return this browser's open challenge *id*; None if there is none."""
    return await sign_in.challenge(visitor_of(request), clean(id)) if id else None


async def error_in(typed: str, challenge: ChallengeRow, region: Region) -> str:
    """Return the error message for the typed code; empty if it is right."""
    outcome = await sign_in.answer(challenge, narrow(typed).replace(" ", ""))
    left = max(0, sign_in.TRIES - challenge.tries - 1)  # challenge was read before this try was counted
    return {
        "good": "",
        "wrong": Said("验证码不对，请再看一下短信。您还可以试 {n} 次。", n=left),
        "expired": "验证码过期了。请点“重新发送”，用新的验证码。",
        "locked": Said("试的次数太多了。为了安全，请回上一步重新要验证码。着急请打 {hotline}。", hotline=region.phone),
    }[outcome]


async def asked(challenge: ChallengeRow, error: str = "") -> CodeAsked:
    """Return the field for the code of *challenge*."""
    number = challenge.number
    shown = await sign_in.demo_code(number) if SETTINGS.demo else ""
    return CodeAsked(challenge.id, masked_phone(number), error, shown)


def _host(request: Request[Any, Any, Any]) -> str:
    """Return our host name; the SMS contains it so that the phone fills in the code only on this site."""
    return request.headers.get("host", "").partition(":")[0]
