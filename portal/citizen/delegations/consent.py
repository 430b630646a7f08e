"""``/d/{link}``: the principal is asked by SMS whether somebody may act for them.

The link only finds the page. Who opens it first proves with a code to the phone on record that they
hold that phone; then they see who, what for and until when, and say yes, no, or that they do not know
the person. The proxy themself can never answer, whatever phone they hold.
"""

from typing import Any

import msgspec
from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, FromQuery

from portal.accounts import delegation as delegations
from portal.accounts import sign_in
from portal.accounts.delegation import SCOPES, Delegation, both
from portal.accounts.person import Person, masked_phone, phone_number
from portal.accounts.sign_in import ChallengeRow
from portal.cases.apply import acting
from portal.cases.apply.ready import Incomplete, NotInsured
from portal.cases.life.case import answers_of
from portal.citizen.apply.insured import why_not_insured
from portal.citizen.delegations.confirming import answered, challenge_of, code_page, send_code
from portal.citizen.shared.mine import Asked
from portal.core.tools.errors import Forbidden, found
from portal.core.web.door import ANYBODY
from portal.core.web.pages import page, see_other
from portal.core.web.sessions import form_of, visitor_of
from portal.regions.load import REGIONS, Region


class Question(msgspec.Struct, frozen=True):
    """What the principal is asked, as far as this browser may know it."""

    region: Region
    delegation: Delegation
    principal: Person
    proxy: Person

    @property
    def home(self) -> str:
        """Where it is asked."""
        return f"/d/{self.delegation.link}"


async def question_named(link: FromPath[str], request: Asked) -> Question:
    """Return what is asked under the link; 404 when it is over, or when the proxy opens it."""
    delegation = found(await delegations.with_link(link))
    region = REGIONS[delegation.region]
    open_ = delegations.link_holds(delegation, region.rules.proxy.consent_days)
    own = visitor_of(request).subject == delegation.proxy
    delegation = found(delegation if open_ and not own and not delegation.one_phone else None)
    principal, proxy = await both(delegation)
    return Question(region, delegation, principal, proxy)


async def answered_named(link: FromPath[str], request: Asked) -> Question:
    """Return what was answered under the link, for who is at the phone; 404 for everybody else."""
    delegation = found(await delegations.with_link(link))
    principal, proxy = await both(delegation)
    asked = Question(REGIONS[delegation.region], delegation, principal, proxy)
    own = visitor_of(request).subject == delegation.proxy
    return found(asked if not own and delegation.state != "asked" and await holds_the_phone(request, asked) else None)


async def holds_the_phone(request: Asked, asked: Question) -> bool:
    """Return whether this browser has proved with a code that it is at the principal's own phone."""
    via = visitor_of(request).via
    return bool(via) and await phone_number(via) == asked.delegation.principal_phone


class ConsentController(Controller):
    """The question, the code before it, and the answer."""

    path = "/d/{link:str}"
    opt = {"who": ANYBODY}
    dependencies = {"mine": Provide(question_named)}

    @get()
    async def show(self, request: Request[Any, Any, Any], mine: NamedDependency[Question]) -> Response[bytes]:
        """Ask for a code to the phone on record; then show who, what for, until when."""
        if not await holds_the_phone(request, mine):
            return page(
                request,
                "citizen/delegations/consent/phone",
                region=mine.region,
                mine=mine,
                phone=masked_phone(mine.delegation.principal_phone),
            )
        return await question_page(request, mine)

    @post("/code")
    async def send(self, request: Request[Any, Any, Any], mine: NamedDependency[Question]) -> Response[bytes]:
        """Send a code to the phone on record."""
        return await send_code(request, mine)

    @get("/code")
    async def code(
        self, request: Request[Any, Any, Any], mine: NamedDependency[Question], c: FromQuery[str] = ""
    ) -> Response[bytes]:
        """Ask for the code."""
        challenge = await challenge_of(request, mine, c)
        return await code_page(request, mine, challenge) if challenge else see_other(mine.home)

    @post("/phone")
    async def check(self, request: Request[Any, Any, Any], mine: NamedDependency[Question]) -> Response[bytes]:
        """Let on who knows the code."""
        challenge = await answered(request, mine)
        if not isinstance(challenge, ChallengeRow):
            return challenge
        await sign_in.enter(visitor_of(request), challenge.number, request.headers.get("user-agent", ""), mine.region)
        return see_other(mine.home)

    @post()
    async def answer(self, request: Request[Any, Any, Any], mine: NamedDependency[Question]) -> Response[bytes]:
        """Take the principal's word: 同意, 不同意, 不认识此人."""
        word = form_of(request)["action"]
        if not await holds_the_phone(request, mine):
            raise Forbidden
        if word == "agree":
            return await agree(request, mine)
        if word not in ("refuse", "stranger"):
            return await question_page(request, mine)
        await acting.refuse(mine.delegation, reported=word == "stranger")
        return see_other(f"{mine.home}/done")

    @get("/done", dependencies={"mine": Provide(answered_named)})
    async def done(self, request: Request[Any, Any, Any], mine: NamedDependency[Question]) -> Response[bytes]:
        """Say what became of it."""
        number = next((case.number for case in await acting.cases_under(mine.delegation)), "")
        return page(
            request, "citizen/delegations/consent/done", region=mine.region, d=mine.delegation, mine=mine, number=number
        )


async def agree(request: Asked, asked: Question) -> Response[bytes]:
    """Submit what waited for the principal's word, or tell them why that cannot be."""
    found(await acting.waiting(asked.delegation))
    try:
        await acting.consent(asked.delegation)
    except Incomplete as incomplete:
        stop = next((stop for stop in incomplete.stops if isinstance(stop, NotInsured)), None)
        why = why_not_insured(stop, asked.region) if stop else "您已经交过一次申请，正在办，不用再交。"
        status = 422 if stop else 409
        return page(
            request, "citizen/delegations/consent/stopped", status=status, region=asked.region, mine=asked, why=why
        )
    return see_other(f"{asked.home}/done")


async def question_page(request: Asked, asked: Question) -> Response[bytes]:
    """Return the page with who, what for, until when."""
    case = await acting.waiting(asked.delegation)
    disease = case.city.diseases.get(answers_of(case).get("disease", "")) if case else None
    return page(
        request,
        "citizen/delegations/consent/show",
        region=asked.region,
        mine=asked,
        d=asked.delegation,
        disease=disease.name_zh if disease else "",
        scopes=[SCOPES[scope] for scope in asked.delegation.scopes],
    )
