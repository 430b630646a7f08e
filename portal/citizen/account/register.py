"""``/{r}/register``: the person enters name, document and card once; with ways out if they do not match."""

from datetime import date, timedelta
from typing import Any

import msgspec
from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, FromQuery

from portal.accounts import checks, face, sign_in
from portal.accounts import person as people
from portal.accounts.checks import Check, Kind
from portal.accounts.person import Claim
from portal.citizen.shared.mine import CITIZEN, VERIFIED, Me, me_in, region_named
from portal.core.store import limits
from portal.core.tools import clock
from portal.core.tools.errors import found
from portal.core.tools.i18n import Said
from portal.core.web.forms import Form
from portal.core.web.pages import own_address, page, see_other, with_next
from portal.core.web.sessions import form_of, visitor_of
from portal.questions.identity import DOCUMENTS, asks_birth, id_type, number_error
from portal.questions.model import Choice, Question
from portal.questions.rules import DOT, day, name_error, tidy_name, tidy_number
from portal.regions.load import Region

PRIVACY_VERSION = "2026-11"
TRIES = 20
TOO_MANY = "今天填的次数太多了。为了安全，请明天再试，或者打热线。"
BORN = Question(name="born", label="出生日期", control="date", only_if="（通行证、护照要填）")
SEX = Question(
    name="sex",
    label="性别",
    control="radios",
    choices=lambda _region: [Choice("M", "男性"), Choice("F", "女性")],
    only_if="（通行证、护照要填）",
)


# The second button, by the register's answer: staff check the identity, or move the account to this phone.
BY_STAFF = {
    "mismatch": "填的没有错，请工作人员核对",
    "card": "填的没有错，请工作人员核对",
    "bound_elsewhere": "我换了手机号",
}


class RegisterPage(msgspec.Struct, frozen=True):
    """Content of the page that asks for the person's identity."""

    next: str
    answers: dict[str, str]
    errors: dict[str, str]
    by_staff: str  # label of the button that asks staff; empty if there is no such button
    waiting: Check | None  # the check that staff have not confirmed yet
    documents: tuple[Choice, ...] = DOCUMENTS
    born: Question = BORN
    sex: Question = SEX

    @property
    def birth_open(self) -> bool:
        """Whether the section about birth and sex is unfolded."""
        return any(told.get(name) for told in (self.errors, self.answers) for name in ("born", "sex"))


class RegisterController(Controller):
    """``/{r}/register``: binds the person's identity to the phone."""

    path = "/{r:str}/register"
    opt = {"who": VERIFIED}
    dependencies = {"region": Provide(region_named)}

    @get()
    async def show(
        self,
        request: Request[Any, Any, Any],
        region: NamedDependency[Region],
        next: FromQuery[str] = "",
    ) -> Response[bytes]:
        """Ask for the person's identity."""
        last = await checks.last_of_phone(visitor_of(request).via)
        waiting = last if last and not last.passed else None
        return register_page(request, region, next, {"document": "resident_id"}, {}, waiting=waiting)

    @post()
    async def bind(self, request: Request[Any, Any, Any], region: NamedDependency[Region]) -> Response[bytes]:
        """Bind the identity to the verified phone; if it does not match, show what the person can do."""
        form = form_of(request)
        visitor = visitor_of(request)
        answers = answers_in(form)
        errors = identity_errors(answers)
        if errors:
            return register_page(request, region, form["next"], answers, errors)
        await limits.allow("register", visitor.via, TRIES, timedelta(days=1), TOO_MANY)
        claim = claim_of(answers)
        bound = await people.bind(
            phone_id=visitor.via,
            name=claim.name,
            id_type=claim.id_type,
            id_number=claim.id_number,
            card_no=claim.card_no,
            consent_version=claim.consent_version,
            born=claim.born,
            sex=claim.sex,
        )
        if bound.problem:
            if form["action"] == "check":
                kind: Kind = "rebind" if bound.problem == "bound_elsewhere" else "mismatch"
                check = await checks.begin(kind, region, visitor.via, claim)
                return see_other(with_next(f"/{region.id}/register/checks/{check}", form["next"]))
            errors = problem(bound.problem, region)
            return register_page(request, region, form["next"], answers, errors, problem=bound.problem)
        agent = request.headers.get("user-agent", "")
        await sign_in.enter_as(visitor, bound.person, visitor.via, agent, region)
        onward = own_address(form["next"], f"/{region.id}/me")
        typed = form["name"].strip()
        if worth_saying(typed, claim.name):
            dot = "?dot=changed" if claim.name.count(DOT) > typed.count(DOT) else ""
            return see_other(with_next(f"/{region.id}/registered{dot}", onward))
        return see_other(onward)

    @get("/checks/{id:str}")
    async def check(
        self,
        request: Request[Any, Any, Any],
        region: NamedDependency[Region],
        id: FromPath[str],
        next: FromQuery[str] = "",
    ) -> Response[bytes]:
        """Show what the person can do about an identity that does not match, or the state of staff's check."""
        check = found(await checks.check_of_phone(id, visitor_of(request).via))
        return page(
            request,
            "citizen/account/register/check",
            region=region,
            check=check,
            next=own_address(next, ""),
            face=face.verifier() is not None and check.new_phone,
        )

    @post("/checks/{id:str}")
    async def ask_staff(
        self, request: Request[Any, Any, Any], region: NamedDependency[Region], id: FromPath[str]
    ) -> Response[bytes]:
        """Ask staff to check the identity."""
        check = found(await checks.check_of_phone(id, visitor_of(request).via))
        await checks.ask_staff(check)
        return see_other(with_next(f"/{region.id}/register/checks/{id}", form_of(request)["next"]))


class RegisteredController(Controller):
    """``/{r}/registered``: tells the person that the typed name was changed."""

    path = "/{r:str}/registered"
    opt = {"who": CITIZEN}
    dependencies = {"mine": Provide(me_in)}

    @get()
    async def show(
        self,
        request: Request[Any, Any, Any],
        mine: NamedDependency[Me],
        next: FromQuery[str] = "",
        dot: FromQuery[str] = "",
    ) -> Response[bytes]:
        """Tell the person that the dot in the name was changed, or that a character may not print everywhere."""
        return page(
            request,
            "citizen/account/register/registered",
            region=mine.region,
            person=mine.person,
            dot=bool(dot) and DOT in mine.person.name,
            rare=has_private(mine.person.name),
            next=own_address(next, f"/{mine.region.id}/me"),
        )


def answers_in(form: Form) -> dict[str, str]:
    """Return the typed answers, tidied."""
    document = form["document"]
    return {
        "name": tidy_name(form["name"]),
        "document": document if document in {choice.value for choice in DOCUMENTS} else "resident_id",
        "id_number": tidy_number(form["id_number"]),
        "born": "-".join(form[f"born-{part}"].strip() for part in ("year", "month", "day")).strip("-"),
        "sex": form["sex"] if form["sex"] in ("M", "F") else "",
        "card_no": tidy_number(form["card_no"]),
        "consent": form["consent"],
    }


def claim_of(answers: dict[str, str]) -> Claim:
    """Return checked *answers* as a claim of identity."""
    asked = asks_birth(answers["document"], answers["id_number"])
    born = day(answers["born"]) if asked else None
    return Claim(
        name=answers["name"],
        id_type=id_type(answers["document"], answers["id_number"]),
        id_number=answers["id_number"],
        card_no=answers["card_no"],
        consent_version=PRIVACY_VERSION,
        born=born.isoformat() if born else "",
        sex=answers["sex"] if asked else "",
    )


def identity_errors(answers: dict[str, str]) -> dict[str, str]:
    """Return ``{field: message}`` for the wrong answers, in page order."""
    asked = asks_birth(answers["document"], answers["id_number"])
    messages = {
        "name": name_error(answers["name"]),
        "id_number": number_error(answers["document"], answers["id_number"]),
        "born": born_error(answers["born"]) if asked else "",
        "sex": "" if answers["sex"] or not asked else "请选一项。这种证件的号码上看不出性别。",
        "card_no": card_error(answers["card_no"]),
        "consent": "" if answers["consent"] else "请先看个人信息处理告知，同意后打勾。",
    }
    return {name: message for name, message in messages.items() if message}


def born_error(text: str) -> str:
    """Return the error message for a day of birth; empty if it is good."""
    if not text:
        return "请填写出生日期。这种证件的号码上看不出来。"
    born = day(text)
    good = born is not None and date(1900, 1, 1) <= born <= clock.today()
    return "" if good else "出生日期不对。请检查年、月、日。"


def card_error(card_no: str) -> str:
    """Return the error message for a social-security card number; empty if it is good."""
    if not card_no:
        return "请填写社保卡号。"
    if card_no.isdigit() and len(card_no) >= 16:
        return "这是银行卡号或身份证号，不用填。请填社保卡正面的社保卡号，一般是 1 个字母加 8 位数字。"
    good = 8 <= len(card_no) <= 9 and card_no.isalnum() and card_no.isascii()
    return "" if good else "社保卡号一般是 1 个字母加 8 位数字。请看社保卡正面，再填一次。"


def worth_saying(typed: str, kept: str) -> bool:
    """Return whether the person must be told that the name was changed or has private-use characters."""
    return typed != kept or has_private(kept)


def has_private(name: str) -> bool:
    """Return whether a name has private-use characters, which other systems may be unable to show."""
    return any("\ue000" <= character <= "\uf8ff" or character >= "\U000f0000" for character in name)


def problem(kind: str, region: Region) -> dict[str, str]:
    """Return the texts of the page for an identity that could not be bound, by the *kind* of failure."""
    field, sentence = PROBLEMS[kind]
    return {field: Said(sentence, hotline=region.phone)}


PROBLEMS = {
    "mismatch": (
        "name",
        "姓名和证件号对不上。请检查有没有错字。填的没有错，请点“填的没有错，请工作人员核对”，或者打 {hotline}。",
    ),
    "card": (
        "card_no",
        "社保卡号和证件号对不上。请对照社保卡再填。填的没有错，请点“填的没有错，请工作人员核对”，或者打 {hotline}。",
    ),
    "bound_elsewhere": (
        "id_number",
        "这个证件号已经用别的手机号注册过。请用原来的手机号登录；换了手机号，请点“我换了手机号”，或者打 {hotline}。",
    ),
}


def register_page(
    request: Request[Any, Any, Any],
    region: Region,
    next: str,
    answers: dict[str, str],
    errors: dict[str, str],
    *,
    problem: str = "",
    waiting: Check | None = None,
) -> Response[bytes]:
    """Return the page that asks for the person's identity; 422 if answers are wrong."""
    shown = RegisterPage(own_address(next, ""), answers, errors, BY_STAFF.get(problem, ""), waiting)
    return page(request, "citizen/account/register/show", status=422 if errors else 200, region=region, view=shown)
