"""``/{r}/login``: sign in by a code; choose among people with one phone; prove more after a long silence."""

from datetime import timedelta
from typing import Any

import msgspec
from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromQuery

from portal.accounts import face, proof, sign_in
from portal.accounts.person import masked_phone
from portal.accounts.sign_in import ChallengeRow, Entered
from portal.citizen.shared import sms_code
from portal.citizen.shared.mine import VERIFIED, region_named
from portal.core.store import limits
from portal.core.tools.errors import found
from portal.core.tools.i18n import Said
from portal.core.tools.settings import SETTINGS
from portal.core.web.door import ANYBODY
from portal.core.web.forms import Form
from portal.core.web.pages import form_page, own_address, page, see_other, with_next
from portal.core.web.security import client_address
from portal.core.web.sessions import form_of, visitor_of
from portal.questions.insured_person import MOBILE
from portal.questions.model import Question
from portal.questions.rules import tidy_mobile, tidy_number
from portal.regions.load import Region

IDENTITY_TRIES = 5
SENT = {"again": "验证码已经重新发送。", "voice": "我们正在给您打电话，请接听。"}
TOO_MANY = "试的次数太多了。为了安全，请过一小时再试，或者打热线。"


class PhonePage(msgspec.Struct, frozen=True):
    """Content of the page that asks for the phone number."""

    next: str
    mobile: str
    error: str
    expired: bool  # the previous session has expired
    kept: bool  # a form sent after the session expired is waiting to be sent again
    speaks: bool  # the code can also be read out in a call
    face: bool
    question: Question = MOBILE

    @property
    def errors(self) -> dict[str, str]:
        """The error of the phone number, for the summary at the top of the page."""
        return {"mobile": self.error} if self.error else {}


class ProofPage(msgspec.Struct, frozen=True):
    """Content of the page with the proof of work that the browser does, or the wait, before another code is sent."""

    action: str
    fields: dict[str, str]
    phone: str  # masked
    puzzle: str
    ticket: str
    wait: int  # seconds
    early: bool


class SignInController(Controller):
    """``/{r}/login`` asks for the phone number; ``/{r}/login/code`` asks for the code."""

    path = "/{r:str}/login"
    opt = {"who": ANYBODY}
    dependencies = {"region": Provide(region_named)}

    @get()
    async def ask(
        self,
        request: Request[Any, Any, Any],
        region: NamedDependency[Region],
        next: FromQuery[str] = "",
    ) -> Response[bytes]:
        """Ask for the phone number."""
        visitor = visitor_of(request)
        if "citizen" in visitor.roles:
            return see_other(own_address(next, f"/{region.id}/me"))
        if "phone" in visitor.roles and own_address(next, ""):  # the phone is verified, only the identity is missing
            return see_other(after(region, await sign_in.who_is_behind(visitor.via), next))
        visitor.choose(region.id)
        return phone_page(request, region, next, "", "", expired=visitor.expired)

    @post()
    async def send(self, request: Request[Any, Any, Any], region: NamedDependency[Region]) -> Response[bytes]:
        """Send a code to the number by SMS, or call it."""
        form = form_of(request)
        number = tidy_mobile(form["mobile"])
        error = MOBILE.error(number, region)
        if error:
            return phone_page(request, region, form["next"], form["mobile"], error)
        fields = {"mobile": number, "next": form["next"], "action": form["action"]}
        unproved = await must_wait(request, region, number, f"/{region.id}/login", fields)
        if unproved:
            return unproved
        challenge = await sms_code.send(request, region, number, voice=form["action"] == "voice")
        return see_other(with_next(f"/{region.id}/login/code?c={challenge}", form["next"]))

    @get("/code")
    async def code(
        self,
        request: Request[Any, Any, Any],
        region: NamedDependency[Region],
        c: FromQuery[str] = "",
        next: FromQuery[str] = "",
        sent: FromQuery[str] = "",
    ) -> Response[bytes]:
        """Ask for the code."""
        challenge = await sms_code.challenge_named(request, c)
        if challenge is None:
            return see_other(f"/{region.id}/login")
        return await code_page(request, region, challenge, next, told=SENT.get(sent, ""))

    @post("/code")
    async def answer(self, request: Request[Any, Any, Any], region: NamedDependency[Region]) -> Response[bytes]:
        """Sign in the person whose code is right, or send another code if that was asked for."""
        form = form_of(request)
        visitor = visitor_of(request)
        challenge = await sms_code.challenge_named(request, form["c"])
        if challenge is None:
            return see_other(f"/{region.id}/login")
        if form["action"] in ("again", "voice"):
            return await _again(request, region, challenge, form)
        error = await sms_code.error_in(form["code"], challenge, region)
        if error:
            return await code_page(request, region, challenge, form["next"], error=error)
        agent = request.headers.get("user-agent", "")
        return see_other(after(region, await sign_in.enter(visitor, challenge.number, agent, region), form["next"]))


async def _again(
    request: Request[Any, Any, Any], region: Region, challenge: ChallengeRow, form: Form
) -> Response[bytes]:
    address = f"/{region.id}/login/code"
    wait = sign_in.seconds_to_wait(challenge)
    if not wait:
        fields = {"c": challenge.id, "next": form["next"], "action": form["action"]}
        unproved = await must_wait(request, region, challenge.number, address, fields)
        if unproved:
            return unproved
        wait = await sms_code.send_again(request, region, challenge, voice=form["action"] == "voice")
    if wait:
        told = Said("{s} 秒后可以再发一次。", s=wait)
        return await code_page(request, region, challenge, form["next"], told=told)
    return see_other(with_next(f"{address}?c={challenge.id}&sent={form['action']}", form["next"]))


async def must_wait(
    request: Request[Any, Any, Any], region: Region, number: str, action: str, fields: dict[str, str]
) -> Response[bytes] | None:
    """Return the page of the proof of work; None if none is due or the form contains it."""
    form = form_of(request)
    visitor = visitor_of(request)
    if not await sign_in.must_prove(visitor, number, client_address(request.scope)):
        return None
    if await proof.proved(visitor, form["proof"], form["ticket"]):
        return None
    left = proof.seconds_left(visitor, form["ticket"])
    waiting = ProofPage(
        action=action,
        fields={name: text for name, text in fields.items() if text},
        phone=masked_phone(number),
        puzzle=msgspec.json.encode(proof.puzzle(visitor)).decode(),
        ticket=form["ticket"] if left > 0 else proof.ticket(visitor),
        wait=left if left > 0 else SETTINGS.proof_wait,
        early=left > 0,
    )
    return page(request, "citizen/account/sign_in/proof", status=422, region=region, view=waiting)


def after(region: Region, entered: Entered, next: str) -> str:
    """Return the address after a code was right: *next*, the choice of a person, the identity, or registering."""
    if len(entered.people) == 1 and not entered.silent:
        return own_address(next, f"/{region.id}/me")
    where = "login/person" if entered.people else "login/identity" if entered.silent else "register"
    return with_next(f"/{region.id}/{where}", next)


def phone_page(
    request: Request[Any, Any, Any], region: Region, next: str, mobile: str, error: str, *, expired: bool = False
) -> Response[bytes]:
    """Return the page that asks for the phone number."""
    asked = PhonePage(
        next=own_address(next, ""),
        mobile=mobile,
        error=error,
        expired=expired,
        kept="/session/resumption/" in next,
        speaks=sign_in.speaks(),
        face=face.verifier() is not None and "face" in region.rules.identity.login,
    )
    return page(request, "citizen/account/sign_in/phone", status=422 if error else 200, region=region, view=asked)


async def code_page(
    request: Request[Any, Any, Any],
    region: Region,
    challenge: ChallengeRow,
    next: str,
    *,
    error: str = "",
    told: str = "",
) -> Response[bytes]:
    """Return the page that asks for the code; 422 if there is an *error*."""
    return page(
        request,
        "citizen/account/sign_in/code",
        status=422 if error else 200,
        region=region,
        next=own_address(next, ""),
        code=await sms_code.asked(challenge, error),
        told=told,
        wait=sign_in.seconds_to_wait(challenge),
        speaks=sign_in.speaks(),
    )


class PersonController(Controller):
    """``/{r}/login/person``: people with one phone; ``/{r}/login/identity``: proof after a long silence."""

    path = "/{r:str}/login"
    opt = {"who": VERIFIED}
    dependencies = {"region": Provide(region_named)}

    @get("/person")
    async def show(
        self,
        request: Request[Any, Any, Any],
        region: NamedDependency[Region],
        next: FromQuery[str] = "",
    ) -> Response[bytes]:
        """Show the masked names of the people with this phone; people long inactive are not shown."""
        behind = await sign_in.who_is_behind(visitor_of(request).via)
        return page(
            request,
            "citizen/account/sign_in/person",
            region=region,
            people=behind.people,
            silent=bool(behind.silent),
            next=own_address(next, ""),
        )

    @post("/person")
    async def choose(self, request: Request[Any, Any, Any], region: NamedDependency[Region]) -> Response[bytes]:
        """Sign in the person who was chosen."""
        form = form_of(request)
        visitor = visitor_of(request)
        people = {person.id: person for person in (await sign_in.who_is_behind(visitor.via)).people}
        chosen = found(people.get(form["person"]))
        await sign_in.enter_as(visitor, chosen.id, visitor.via, request.headers.get("user-agent", ""), region)
        return see_other(own_address(form["next"], f"/{region.id}/me"))

    @get("/identity")
    async def identity(
        self,
        request: Request[Any, Any, Any],
        region: NamedDependency[Region],
        next: FromQuery[str] = "",
    ) -> Response[bytes]:
        """Ask for two numbers besides the phone: it was unused so long that somebody else may have it now."""
        return identity_page(request, region, next, {}, {})

    @post("/identity")
    async def prove(self, request: Request[Any, Any, Any], region: NamedDependency[Region]) -> Response[bytes]:
        """Sign in the person with this phone whose document number and card number were both entered."""
        form = form_of(request)
        visitor = visitor_of(request)
        typed = {name: tidy_number(form[name]) for name in ("id_number", "card_no")}
        missing = {"id_number": "请填写证件号码。", "card_no": "请填写社保卡号。"}
        errors = {name: message for name, message in missing.items() if not typed[name]}
        if errors:
            return identity_page(request, region, form["next"], typed, errors)
        await limits.allow("identity", visitor.via, IDENTITY_TRIES, timedelta(hours=1), TOO_MANY)
        behind = await sign_in.who_is_behind(visitor.via)
        for person in (*behind.people, *behind.silent):
            if (person.id_number, person.card_no) == (typed["id_number"], typed["card_no"]):
                agent = request.headers.get("user-agent", "")
                await sign_in.enter_as(visitor, person.id, visitor.via, agent, region)
                return see_other(own_address(form["next"], f"/{region.id}/me"))
        wrong = Said("两个号码和登记的对不上。请对照证件和社保卡再填一次，或者打 {hotline}。", hotline=region.phone)
        return identity_page(request, region, form["next"], typed, {"id_number": wrong})


def identity_page(
    request: Request[Any, Any, Any], region: Region, next: str, answers: dict[str, str], errors: dict[str, str]
) -> Response[bytes]:
    """Return the page that asks for the document number and the card number."""
    return form_page(
        request,
        "citizen/account/sign_in/identity",
        errors,
        region=region,
        next=own_address(next, ""),
        answers=answers,
        face=face.verifier() is not None,
    )
