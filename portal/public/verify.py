"""``/v/{code}``: whether a letter is genuine and still valid, for anybody who scans its code; names are masked."""

from datetime import timedelta
from typing import Any

import msgspec
from litestar import Controller, Request, Response, get
from litestar.params import FromPath, FromQuery

from portal.accounts.person import person
from portal.cases.life.case import case_by_id
from portal.core.store import limits
from portal.core.web.door import ANYBODY
from portal.core.web.pages import page, see_other
from portal.core.web.security import client_address
from portal.letters import verify
from portal.letters.issue import texts
from portal.letters.kinds import GRANTING

PER_HOUR = 60


class Standing(msgspec.Struct, frozen=True):
    """Whether a letter is valid, in words and as an icon."""

    words: str
    drawing: str = "wrong"


class Problem(msgspec.Struct, frozen=True):
    """What is wrong with the code that somebody sent, and what to do."""

    heading: str
    advice: str


NOT_TYPED = Problem("还没有输入核验码", "请输入核验码。它在文书的二维码旁边，12 个字母和数字。")
NOT_FOUND = Problem("没有查到这个核验码", "请对照文书再输一次。12 个字母和数字，可以不写横线。")

STANDINGS = {
    "active": Standing("真实有效", "done"),
    "renewing": Standing("真实有效", "done"),
    "pending_effective": Standing("真实，还没到生效日期", "clock"),
    "suspended": Standing("真实，待遇已经暂停"),
    "expired": Standing("真实，已经过期"),
    "revoked": Standing("真实，已被撤销"),
    "terminated": Standing("真实，已经终止"),
    "void": Standing("已经作废"),
}


class VerifyController(Controller):
    """``/v`` asks for a code; ``/v/{code}`` shows the letter's validity."""

    path = "/v"
    opt = {"who": ANYBODY}

    @get()
    async def form(self, request: Request[Any, Any, Any], code: FromQuery[str | None] = None) -> Response[bytes]:
        """Ask for a code, or redirect to the page of the code in *code*; None before anything was sent."""
        good = verify.read_code(code or "")
        if good:
            return see_other(f"/v/{good}")
        return asked_again(request, code)

    @get("/{code:str}")
    async def show(self, request: Request[Any, Any, Any], code: FromPath[str]) -> Response[bytes]:
        """Show whether the letter with this code is genuine and valid."""
        await limits.allow("verify", client_address(request.scope), PER_HOUR, timedelta(hours=1))
        letter = await verify.letter_with(verify.read_code(code))
        if letter is None:
            return asked_again(request, code, status=404)
        benefit = await verify.benefit_of(letter.case_id)
        who = await person(letter.person)
        case = await case_by_id(letter.case_id)
        assert who and case
        return page(
            request,
            "public/verify/show",
            region=case.city,
            letter=letter,
            title=texts()[letter.kind].title,
            name=who.masked_name,
            benefit=benefit if letter.kind in GRANTING else None,
            standing=STANDINGS[verify.standing(letter, benefit)],
        )


def asked_again(request: Request[Any, Any, Any], code: str | None, *, status: int = 200) -> Response[bytes]:
    """Return the page that asks for a code, with what is wrong with *code* unless it is None."""
    problem = None if code is None else NOT_FOUND if code.strip() else NOT_TYPED
    return page(request, "public/verify/ask", status=status, region=None, code=(code or "")[:40], problem=problem)
