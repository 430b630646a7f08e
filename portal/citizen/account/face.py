"""``/{r}/face``: face comparison, after a separate consent; always a choice beside the code, never the only way."""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, FromQuery

from portal.accounts import checks, devices, face, sign_in
from portal.accounts import person as people
from portal.accounts.face import Begun, Result
from portal.accounts.person import Person
from portal.citizen.shared.mine import region_named
from portal.core.tools.errors import Unavailable, found
from portal.core.web import uploads
from portal.core.web.door import ANYBODY
from portal.core.web.pages import form_page, own_address, see_other, with_next
from portal.core.web.security import client_address
from portal.core.web.sessions import Visitor, form_of, visitor_of
from portal.core.web.uploads import Limits
from portal.questions.rules import name_error, tidy_name, tidy_number
from portal.regions.load import Region

LIMITS = Limits(file=10 << 20, total=21 << 20, count=2)


async def face_in(r: FromPath[str]) -> Region:
    """Return the region in the address; 404 if it does not compare faces."""
    region = await region_named(r)
    return found(region if face.verifier() is not None and "face" in region.rules.identity.login else None)


class FaceController(Controller):
    """Ask for consent, take the picture, sign the person in."""

    path = "/{r:str}/face"
    opt = {"who": ANYBODY}
    dependencies = {"region": Provide(face_in)}

    @get()
    async def ask(
        self,
        request: Request[Any, Any, Any],
        region: NamedDependency[Region],
        check: FromQuery[str] = "",
        next: FromQuery[str] = "",
    ) -> Response[bytes]:
        """Explain how the picture is used and ask for consent; ask for the identity if it is not known yet."""
        return consent_page(request, region, {"check": check, "next": next}, {})

    @post()
    async def agree(self, request: Request[Any, Any, Any], region: NamedDependency[Region]) -> Response[bytes]:
        """Record the consent and begin the check."""
        form = form_of(request)
        visitor = visitor_of(request)
        answers = {name: form[name] for name in ("name", "id_number", "consent", "check", "next")}
        errors = errors_in(answers)
        if errors:
            return consent_page(request, region, answers, errors)
        id = await begin(visitor, answers)
        return see_other(with_next(f"/{region.id}/face/{id}", form["next"]))

    @get("/{check:str}")
    async def show(
        self,
        request: Request[Any, Any, Any],
        region: NamedDependency[Region],
        check: FromPath[str],
        next: FromQuery[str] = "",
    ) -> Response[bytes]:
        """Ask for a picture."""
        found(await face.begun(visitor_of(request), check))
        return picture_page(request, region, check, next, "")

    @post("/{check:str}", streams=True, request_max_body_size=None)
    async def compare(
        self, request: Request[Any, Any, Any], region: NamedDependency[Region], check: FromPath[str]
    ) -> Response[bytes]:
        """Compare the picture with the register; the picture is not kept after the answer."""
        visitor = visitor_of(request)
        async with uploads.received(request, LIMITS) as (form, files):
            begun = found(await face.begun(visitor, check))
            good = [file for file in files if file.size and not file.too_large]
            result = await face.compare(begun, good, client_address(request.scope))
        if result.reason:
            return picture_page(request, region, check, form["next"], face.REASONS[result.reason])
        agent = request.headers.get("user-agent", "")
        await let_in(visitor, begun, result, region, agent)
        return see_other(own_address(form["next"], f"/{region.id}/me"))


async def begin(visitor: Visitor, answers: dict[str, str]) -> str:
    """Begin a face check for its purpose: sign-in, a new phone, or sign-in after a long silence; return its id."""
    if answers["check"]:
        check = found(await checks.check_of_phone(answers["check"], visitor.via))
        person = await people.person(check.person)
        return await face.begin(
            visitor, "rebind", person if person and _named(person, check.claim.name) else None, check.id
        )
    person = await people.known_as(tidy_number(answers["id_number"]))
    person = person if person and _named(person, tidy_name(answers["name"])) else None
    return await face.begin(visitor, "sign_in", person)


def _named(person: Person, name: str) -> bool:
    return person.name.casefold() == name.casefold()


async def let_in(visitor: Visitor, begun: Begun, result: Result, region: Region, agent: str) -> None:
    """Begin a session for the person whose face matched; if the check was for a new phone, add the phone."""
    who = found(await people.person(begun.person))
    phone = ""
    if begun.purpose == "rebind":
        check = found(await checks.check_of_phone(begun.subject, visitor.via))
        if not await checks.settle(check, by=who.id, role="face", region=region):
            raise Unavailable("这次核对已经处理过了。请重新登录看看。")
        phone = check.phone
    elif visitor.via and who.id in {person.id for person in await people.behind(visitor.via)}:
        phone = visitor.via
        await devices.heard_from(who.id, phone)
    await sign_in.enter_as(visitor, who.id, phone, agent, region)


def errors_in(answers: dict[str, str]) -> dict[str, str]:
    """Return ``{field: message}`` for what is missing."""
    messages = {"consent": "" if answers["consent"] else "请先看清楚照片怎么用，同意后打勾。不同意，可以用短信验证码。"}
    if not answers["check"]:
        number = tidy_number(answers["id_number"])
        asked = {"name": name_error(tidy_name(answers["name"])), "id_number": "" if number else "请填写证件号码。"}
        messages = {**asked, **messages}
    return {name: message for name, message in messages.items() if message}


def consent_page(
    request: Request[Any, Any, Any], region: Region, answers: dict[str, str], errors: dict[str, str]
) -> Response[bytes]:
    """Return the page that asks for consent."""
    return form_page(
        request,
        "citizen/account/face/consent",
        errors,
        region=region,
        answers={**answers, "next": own_address(answers["next"], "")},
    )


def picture_page(request: Request[Any, Any, Any], region: Region, id: str, next: str, error: str) -> Response[bytes]:
    """Return the page with the camera."""
    return form_page(
        request,
        "citizen/account/face/picture",
        {"picture": error} if error else {},
        region=region,
        id=id,
        next=own_address(next, ""),
    )
