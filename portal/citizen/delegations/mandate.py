"""The two forms about acting for another, a proxy's and a principal's: shown, read, checked, written down."""

from collections.abc import Mapping
from datetime import date, timedelta

import msgspec
from litestar import Response

from portal.accounts import principal
from portal.accounts.delegation import SCOPES, Route, Wanted
from portal.accounts.person import Person
from portal.citizen.shared.mine import Asked
from portal.core.store import limits
from portal.core.tools import clock
from portal.core.tools.i18n import Said
from portal.core.tools.months import last_day_after
from portal.core.web.forms import Form
from portal.core.web.pages import form_page
from portal.questions.delegation import ABOUT, NO_PRIVATE, OFFER, scopes
from portal.questions.identity import id_type
from portal.questions.model import Question, Step
from portal.questions.rules import birth_in, day
from portal.regions.load import Region

SAME_TYPED = "对方的手机号和您的一样。对方没有自己的手机，请打勾确认；填错了，请改成对方的号码。"
SAME_ON_RECORD = "对方在我们这里留的手机号和您的一样。短信只会到您这里，请打勾确认。"
MISMATCH = "姓名和身份证号对不上。请对照对方的身份证，检查有没有错字。"
NO_PHONE = "我们没有对方自己的手机号，不能用短信确认。请改选“上传授权委托书”。"
LOOK_UPS = 20  # names and numbers of others that one person may try in a day
TOO_MANY = "今天填的人太多了。为了安全，请明天再试，或者打热线请工作人员帮您。"
TEMPLATES = {
    ABOUT.slug: "citizen/delegations/delegations/new",
    OFFER.slug: "citizen/delegations/delegations/offer",
}
NECESSARY = ("apply", "view")  # ticked beforehand: without them nobody can act for another


class Written(msgspec.Struct, frozen=True):
    """What was sent, tidied."""

    answers: dict[str, str]
    scopes: tuple[str, ...]
    same_phone: bool  # the box says that both use one phone
    consent: bool  # a guardian agrees that a small child's data are used


class Tick(msgspec.Struct, frozen=True):
    """A box below a question, which need not be ticked."""

    name: str
    label: str
    error: str
    ticked: bool


class Line(msgspec.Struct, frozen=True):
    """One question of the form with what was written, and the box that belongs to it."""

    question: Question
    answer: str
    error: str
    tick: Tick | None


class MandateForm(msgspec.Struct, frozen=True):
    """The form as its page shows it."""

    title: str
    lines: list[Line]
    scopes: list[tuple[str, str]]  # (name, words) of what the city lets a delegation cover
    chosen: tuple[str, ...]


def begun(answers: dict[str, str], region: Region) -> Written:
    """Return the form before anybody has written in it: a few *answers*, and no more delegated than is necessary."""
    necessary = tuple(scope for scope in scopes(region) if scope in NECESSARY)
    return Written(answers, necessary, same_phone=False, consent=False)


def half_the_longest(region: Region) -> date:
    """Return the last day that the form proposes: half as far away as the city allows."""
    return last_day_after(clock.today(), region.rules.proxy.letter_max_months // 2)


def mandate_page(
    request: Asked, step: Step, written: Written, region: Region, errors: dict[str, str] | None = None
) -> Response[bytes]:
    """Return the page with the form of *step*; 422 if there are errors."""
    return form_page(
        request,
        TEMPLATES[step.slug],
        errors or {},
        region=region,
        form=shown(step, written, errors or {}, region),
    )


def shown(step: Step, written: Written, errors: Mapping[str, str], region: Region) -> MandateForm:
    """Return the form of *step* with what was *written* and what is wrong with it."""
    return MandateForm(
        title=step.title,
        lines=[
            Line(
                question=question,
                answer=written.answers.get(question.name, ""),
                error=errors.get(question.name, ""),
                tick=_tick_below(question, written, errors, region),
            )
            for question in step.asked(region, written.answers)
        ],
        scopes=[(name, SCOPES[name]) for name in scopes(region)],
        chosen=written.scopes,
    )


def _tick_below(question: Question, written: Written, errors: Mapping[str, str], region: Region) -> Tick | None:
    if question.name in ("principal_mobile", "proxy_mobile"):
        label = "对方没有自己的手机，和我用同一个号码"
        return Tick("same_phone", label, errors.get("same_phone", ""), written.same_phone)
    if question.name == "route":
        label = Said(
            "孩子不满 {n} 岁：我是监护人，同意为办这件事处理孩子的个人信息",
            n=region.rules.proxy.guardian_consent_below_years,
        )
        return Tick("guardian_consent", label, errors.get("guardian_consent", ""), written.consent)
    return None


async def allow_look_up(person: Person) -> None:
    """Count that *person* has named somebody, or leave with the 429 page after too many in a day."""
    await limits.allow("delegation: look-up", person.id, LOOK_UPS, timedelta(days=1), TOO_MANY)


def read(form: Form, region: Region, step: Step) -> Written:
    """Return what was written; parts of a mandate that the city does not know are dropped."""
    chosen = form.all("scope")
    return Written(
        answers=step.read(form),
        scopes=tuple(scope for scope in scopes(region) if scope in chosen),
        same_phone=form["same_phone"] == "yes",
        consent=form["guardian_consent"] == "yes",
    )


def read_over(written: Written, form: Form, region: Region, step: Step) -> Written:
    """Return *written* with what *form*, which may lack fields, has in its place."""
    typed = read(form, region, step)
    return Written(
        answers={**written.answers, **step.read_over(written.answers, form)},
        scopes=typed.scopes if "scope" in form else written.scopes,
        same_phone=typed.same_phone if "same_phone" in form else written.same_phone,
        consent=typed.consent if "guardian_consent" in form else written.consent,
    )


def errors_in(written: Written, region: Region, me: Person, my_phone: str) -> dict[str, str]:
    """Return what is wrong, by field in page order, before the person who is named is looked up."""
    answers = written.answers
    errors = ABOUT.errors(answers, region)
    if "principal_number" not in errors and answers["principal_number"] == me.id_number:
        errors["principal_number"] = "这是您自己的身份证号。给自己办，请回上一步选“自己”。"
    errors |= {name: message for name, message in _days(answers, region).items() if name not in errors}
    if "principal_number" not in errors:
        errors |= _ages(written, region, me)
    if "apply" not in written.scopes:
        errors["scope"] = "请至少选“填写和提交申请”。委托书里没有写到的事，代办人不能办。"
    if answers["principal_mobile"] and answers["principal_mobile"] == my_phone and not written.same_phone:
        errors["same_phone"] = SAME_TYPED
    return errors


def _days(answers: Mapping[str, str], region: Region) -> dict[str, str]:
    first = day(answers["starts_on"])
    last = day(answers["ends_on"])
    if first is None or last is None:
        return {}
    if last < first:
        return {"ends_on": "到期的日期不能早于开始的日期。请检查两个日期。"}
    return _too_long("ends_on", first, last, region)


def _too_long(name: str, first: date, last: date, region: Region) -> dict[str, str]:
    months = region.rules.proxy.letter_max_months
    return (
        {name: Said("委托最长 {n} 个月。请写早一点的日期。", n=months)} if last > last_day_after(first, months) else {}
    )


def _ages(written: Written, region: Region, me: Person) -> dict[str, str]:
    rules = region.rules.proxy
    today = clock.today()
    my_birth = birth_in(me.id_number)
    their_birth = birth_in(written.answers["principal_number"])
    guardian = written.answers["route"] == "guardian"
    errors: dict[str, str] = {}
    if my_birth and years(my_birth, today) < rules.adult_years:
        errors["principal_name"] = Said("不满 {n} 岁的人不能替别人办。请让大人来办。", n=rules.adult_years)
    if their_birth and years(their_birth, today) < rules.adult_years and not guardian:
        errors["route"] = Said("对方不满 {n} 岁，要由监护人办。请选“我是监护人”。", n=rules.adult_years)
    small = their_birth is not None and years(their_birth, today) < rules.guardian_consent_below_years
    if small and guardian and not written.consent:
        errors["guardian_consent"] = Said(
            "孩子不满 {n} 岁，要监护人同意处理孩子的个人信息。请看一看，同意后打勾。",
            n=rules.guardian_consent_below_years,
        )
    return errors


async def named(written: Written, region: Region, my_phone: str) -> tuple[Person | None, str, dict[str, str]]:
    """Return the principal who is named, the phone to reach them by, and what is wrong, by field."""
    answers = written.answers
    number = answers["principal_number"]
    who = await principal.named_by_a_proxy(answers["principal_name"], id_type("resident_id", number), number)
    if who is None:
        return None, "", {"principal_name": MISMATCH}
    phone = await principal.phone_on_record(who)
    if answers["route"] == "online" and phone in ("", my_phone):
        return who, phone, {"route": NO_PHONE}
    if phone == my_phone and not written.same_phone:
        return who, phone, {"same_phone": SAME_ON_RECORD}
    return who, phone or answers["principal_mobile"], {}


def wanted(written: Written, region: Region, me: Person, principal: Person, phones: tuple[str, str]) -> Wanted:
    """Return the delegation to propose, from a form without errors; *phones* are the principal's and the proxy's."""
    answers = written.answers
    first = day(answers["starts_on"])
    last = day(answers["ends_on"])
    assert first and last
    route: Route = msgspec.convert(answers["route"], Route)
    return Wanted(
        region=region.id,
        principal=principal.id,
        proxy=me.id,
        route=route,
        relation=answers["relation"],
        scopes=written.scopes,
        disease=_named_disease(answers["private_disease"]),
        starts_on=first,
        ends_on=last,
        principal_phone=phones[0],
        proxy_phone=phones[1],
    )


def _named_disease(answer: str) -> str:
    """Return the strictly private disease that the delegation names; empty if it names none."""
    return "" if answer == NO_PRIVATE else answer


def errors_in_offer(written: Written, region: Region, me: Person, my_phone: str) -> dict[str, str]:
    """Return what is wrong with a principal's form, by field, before the proxy is looked up."""
    answers = written.answers
    rules = region.rules.proxy
    today = clock.today()
    errors = OFFER.errors(answers, region)
    my_birth = birth_in(me.id_number)
    their_birth = birth_in(answers["proxy_number"])
    last = day(answers["until"])
    if my_birth and years(my_birth, today) < rules.adult_years:
        errors["proxy_name"] = Said("您不满 {n} 岁，要由监护人替您办。请监护人用自己的账号办。", n=rules.adult_years)
    if answers["proxy_number"] == me.id_number:
        errors["proxy_number"] = "这是您自己的身份证号。请填替您办的那个人的。"
    elif "proxy_number" not in errors and their_birth and years(their_birth, today) < rules.adult_years:
        errors["proxy_number"] = Said("不满 {n} 岁的人不能替别人办。请换一位大人。", n=rules.adult_years)
    if "until" not in errors and last:
        errors |= _too_long("until", today, last, region)
    if "apply" not in written.scopes:
        errors["scope"] = "请至少选“填写和提交申请”。没有选的事，代办人不能办。"
    if answers["proxy_mobile"] and answers["proxy_mobile"] == my_phone and not written.same_phone:
        errors["same_phone"] = SAME_TYPED
    return errors


async def named_in_offer(written: Written, my_phone: str) -> tuple[Person | None, str, dict[str, str]]:
    """Return the proxy who is named, the phone to reach them by, and what is wrong, by field.

    It makes no difference whether they have an account.
    """
    answers = written.answers
    number = answers["proxy_number"]
    who = await principal.named_by_a_proxy(answers["proxy_name"], id_type("resident_id", number), number)
    if who is None:
        return None, "", {"proxy_name": MISMATCH}
    phone = await principal.phone_on_record(who) or answers["proxy_mobile"]
    if phone and phone == my_phone and not written.same_phone:
        return who, phone, {"same_phone": SAME_ON_RECORD}
    return who, phone, {}


def offered(written: Written, region: Region, me: Person, proxy: Person, phones: tuple[str, str]) -> Wanted:
    """Return the delegation to offer, from a form without errors; *phones* are the principal's and the proxy's."""
    answers = written.answers
    last = day(answers["until"])
    assert last
    return Wanted(
        region=region.id,
        principal=me.id,
        proxy=proxy.id,
        route="offer",
        relation=answers["proxy_relation"],
        scopes=written.scopes,
        disease=_named_disease(answers["offered_private"]),
        starts_on=clock.today(),
        ends_on=last,
        principal_phone=phones[0],
        proxy_phone=phones[1],
    )


def years(born: date, today: date) -> int:
    """Return how old somebody is."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))
