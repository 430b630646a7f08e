"""``/staff/assisted``: 代录: fill an application in for somebody at the counter or on the telephone."""

from collections.abc import Sequence
from typing import Any

import msgspec
from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath

from portal.accounts import person as people
from portal.accounts.person import Person
from portal.accounts.staff import Member
from portal.cases.apply import assisted, draft
from portal.cases.apply.assisted import Assisted
from portal.cases.apply.eligibility import insured_of
from portal.cases.apply.ready import (
    SIGNED,
    HeldAlready,
    Incomplete,
    MissingPaper,
    NotInsured,
    OpenStep,
    Stop,
    UnderWay,
    UnsortedFiles,
    steps_at_counter,
    wrong_at_counter,
)
from portal.cases.life.case import Case, answers_of
from portal.cases.life.moves import NotAllowed, State
from portal.cases.papers.taking import limits_of, take_all
from portal.core.tools.errors import Stale, found
from portal.core.tools.i18n import Said
from portal.core.web import uploads
from portal.core.web.forms import Form
from portal.core.web.pages import file_answer, page, see_other
from portal.core.web.sessions import form_of
from portal.documents import keep
from portal.documents.allowed import allowed
from portal.documents.places import BROWSER_WORDS, Place
from portal.letters.application_form import as_pdf, filled
from portal.questions.identity import id_type
from portal.questions.materials import Slot
from portal.questions.rules import mobile, name_error, resident_number_error, tidy_mobile, tidy_name, tidy_number
from portal.regions.load import REGIONS, Region
from portal.staff.shared.mine import member
from portal.staff.shared.nav import Nav, links

CONSENT = "assisted"
IDENTITY = ("name", "id_number", "card_no", "mobile", "channel")
MOBILE = mobile("手机号应该是 11 位，1 开头。没有手机就不填。")
# Why somebody cannot be entered, and at which field.
CANNOT = {
    "mismatch": ("name", "姓名和证件号对不上，请对照证件再看一遍。"),
    "card": ("card_no", "社保卡号和证件号对不上，请对照社保卡再看一遍，或者先不填。"),
    "bound_elsewhere": ("id_number", "这个证件号刚刚被注册过，请再试一次。"),
}
STOPPED = {
    "elsewhere": "本地没有查到这个人的参保信息，不能在这里申请。",
    "suspended": "参保状态是暂停，恢复以后才能申请。",
    "ended": "参保已经终止，不能申请。",
    "arrears": "有欠费，补缴以后才能申请。",
}


class AssistedController(Controller):
    """Whom it is for."""

    path = "/staff/assisted"
    opt = {"who": ("reviewer",), "nav": Nav("代录申请")}
    dependencies = {"me": Provide(member)}

    @get()
    async def new(self, request: Request[Any, Any, Any], me: NamedDependency[Member]) -> Response[bytes]:
        """Ask who it is; offer what was begun."""
        return await identity_page(request, me, {}, {})

    @post()
    async def create(self, request: Request[Any, Any, Any], me: NamedDependency[Member]) -> Response[bytes]:
        """Find or enter the person, and begin."""
        given = identity_in(form_of(request))
        errors = identity_errors(given)
        if errors:
            return await identity_page(request, me, given, errors)
        bound = await people.enter(
            **{name: given[name] for name in ("name", "id_number", "card_no", "mobile")},
            id_type=id_type("resident_id", given["id_number"]),
            consent_version=CONSENT,
        )
        if not bound.person:
            field, said = CANNOT[bound.problem]
            return await identity_page(request, me, given, {field: said})
        case = await assisted.begin(me.id, bound.person, REGIONS[me.region], given["channel"], given["mobile"])
        return see_other(f"/staff/assisted/{case.id}")


def identity_in(form: Form) -> dict[str, str]:
    """Return who it is, tidied."""
    tidy = {"name": tidy_name, "id_number": tidy_number, "card_no": tidy_number, "mobile": tidy_mobile}
    return {name: tidy.get(name, str.strip)(form[name]) for name in IDENTITY}


def identity_errors(given: dict[str, str]) -> dict[str, str]:
    """Return what is wrong with who it is, by field."""
    number = given["id_number"]
    errors = {
        "name": name_error(given["name"]),
        "id_number": resident_number_error(number) if number else "请填写身份证号。",
        "mobile": MOBILE.message if given["mobile"] and not MOBILE.holds(given["mobile"]) else "",
        "channel": "" if given["channel"] in assisted.CHANNELS else "请选本人在哪里。",
    }
    return {name: said for name, said in errors.items() if said}


async def identity_page(
    request: Request[Any, Any, Any], me: Member, given: dict[str, str], errors: dict[str, str]
) -> Response[bytes]:
    """Return the page that asks who it is."""
    begun = [(case, found(await people.person(case.person))) for case in await assisted.under_way(me.id)]
    return page(
        request,
        "staff/people/assisted/new",
        status=422 if errors else 200,
        region=REGIONS[me.region],
        me=me,
        links=links(request, me),
        begun=begun,
        channels=assisted.CHANNELS,
        given=given,
        errors=errors,
    )


class Mine(msgspec.Struct, frozen=True):
    """An application that the member enters for somebody."""

    me: Member
    case: Case
    row: Assisted
    who: Person

    @property
    def home(self) -> str:
        """Where it is filled in."""
        return f"/staff/assisted/{self.case.id}"


async def entered(key: FromPath[str], request: Request[Any, Any, Any]) -> Mine:
    """Return the application in the address if the member entered it, or 404."""
    me = await member(request)
    case, row = found(await assisted.mine(me.id, key))
    found(case if case.region == me.region else None)
    return Mine(me, case, row, found(await people.person(case.person)))


class AssistedFormController(Controller):
    """Everything on one page."""

    path = "/staff/assisted/{key:str}"
    opt = {"who": ("reviewer",)}
    dependencies = {"mine": Provide(entered)}

    @get()
    async def show(self, request: Request[Any, Any, Any], mine: NamedDependency[Mine]) -> Response[bytes]:
        """Show questions, files and the two ways to finish; once sent, the case."""
        if mine.case.at is not State.DRAFT:
            return see_other(f"/staff/cases/{mine.case.number}")
        return await form_page(request, mine, answers_of(mine.case), {})

    @post()
    async def keep(self, request: Request[Any, Any, Any], mine: NamedDependency[Mine]) -> Response[bytes]:
        """Keep what was typed as it is; say what is still wrong."""
        form, region = form_of(request), mine.case.city
        before = answers_of(mine.case)
        given = {name: text for step in steps_at_counter(region, before) for name, text in step.read(form).items()}
        ticks = {f"without.{slot.id}": form[f"without.{slot.id}"] for slot in assisted.rows(region, before)}
        answers = {**before, **given, **ticks}
        errors = wrong_at_counter(region, answers)
        done = {f"done.{step.slug}": "yes" for step in steps_at_counter(region, answers) if not errors}
        await draft.keep_answers(mine.case, {**given, **ticks, **done}, seen=form["row_version"])
        if errors:
            renewed, row = found(await assisted.mine(mine.me.id, mine.case.id))
            return await form_page(request, Mine(mine.me, renewed, row, mine.who), answers, errors)
        return see_other(mine.home)

    @post("/materials/{slot:str}", streams=True, request_max_body_size=None)
    async def upload(
        self, request: Request[Any, Any, Any], mine: NamedDependency[Mine], slot: FromPath[str]
    ) -> Response[bytes]:
        """Take the files for a material, or the signed form."""
        answers = answers_of(mine.case)
        row = found({one.id: one for one in assisted.rows(mine.case.city, answers)}.get(slot))
        takes = allowed(mine.case.city, row.id)
        async with uploads.sending(request, limits_of(mine.case.city)) as sending:
            await still_a_draft(mine)
            refused = await take_all(sending, mine.case, row.id, takes)
        if refused:
            return await form_page(request, mine, answers, {f"pick-{row.id}": refused[0][1]})
        return see_other(f"{mine.home}#slot-{row.id}")

    @get("/paper.pdf")
    async def paper(self, mine: NamedDependency[Mine]) -> Response[bytes]:
        """Send the form made from the answers, to be printed and signed."""
        form = filled(mine.case.city, mine.who, insured_of(mine.case), answers_of(mine.case))
        return file_answer(await as_pdf(form, mine.case.edited_at), "application/pdf", f"{form.title}.pdf")

    @post("/confirmation")
    async def confirm(self, request: Request[Any, Any, Any], mine: NamedDependency[Mine]) -> Response[bytes]:
        """Send the person the way to check, sign and send it themselves."""
        form_of(request)
        answers = answers_of(mine.case)
        try:
            await assisted.ask_to_confirm(mine.case, mine.me.id)
        except Incomplete as incomplete:
            return await form_page(request, mine, answers, said_of(incomplete.stops, "confirmation"))
        except assisted.NoPhone:
            return await form_page(request, mine, answers, {"confirmation": "没有手机号码，请用签名的申请表。"})
        return see_other(mine.home)

    @post("/submission")
    async def submit(self, request: Request[Any, Any, Any], mine: NamedDependency[Mine]) -> Response[bytes]:
        """Send it in with the signed form."""
        form_of(request)
        answers = answers_of(mine.case)
        try:
            sent = await assisted.submit(mine.case, mine.me.id)
        except Incomplete as incomplete:
            return await form_page(request, mine, answers, said_of(incomplete.stops, "submission"))
        except NotAllowed as error:
            raise Stale from error
        return see_other(f"/staff/cases/{sent.number}")


def said_of(found: Sequence[Stop], button: str) -> dict[str, str]:
    """Return what to say about *found*, by the id of its place; what nobody can fill in is said at *button*."""
    errors: dict[str, str] = {}
    for stop in found:
        match stop:
            case OpenStep(_, wrong):
                errors |= wrong
            case MissingPaper(slot) if slot.id == SIGNED.id:
                errors[f"slot-{slot.id}"] = "请打印申请表，请本人签名，再传签好的扫描件或照片。"
            case MissingPaper(slot):
                errors[f"slot-{slot.id}"] = Said("请传{name}，或者勾“暂时没有”。", name=slot.name)
            case NotInsured(reason):
                errors[button] = STOPPED[reason]
            case HeldAlready():
                errors.setdefault(button, "申请人已经有这个病种的待遇，不用再申请。快到期时由本人申请续期。")
            case UnderWay(number):
                errors.setdefault(button, Said("这个人的这个病种已经在办，编号 {no}。", no=number))
            case UnsortedFiles():
                pass  # there is no pile at the counter
    return errors


async def still_a_draft(mine: Mine) -> None:
    """Leave with the 409 page when it was sent meanwhile.

    Raises:
        Stale: it was.
    """
    if mine.case.at is not State.DRAFT:
        raise Stale


async def form_page(
    request: Request[Any, Any, Any], mine: Mine, answers: dict[str, str], errors: dict[str, str]
) -> Response[bytes]:
    """Return the page on which everything is filled in."""
    region, files = mine.case.city, await keep.documents(mine.case.id)
    return page(
        request,
        "staff/people/assisted/show",
        status=422 if errors else 200,
        region=region,
        me=mine.me,
        links=links(request, mine.me),
        case=mine.case,
        who=mine.who,
        row=mine.row,
        channel=assisted.CHANNELS.get(mine.row.channel, ""),
        home=mine.home,
        steps=steps_at_counter(region, answers),
        slots=[(slot, [file for file in files if file.slot == slot.id]) for slot in assisted.rows(region, answers)],
        places={slot.id: _place(slot, region, errors) for slot in assisted.rows(region, answers)},
        words=BROWSER_WORDS,
        signed=SIGNED,
        answers=answers,
        errors=errors,
    )


def _place(slot: Slot, region: Region, errors: dict[str, str]) -> Place:
    error = errors.get(f"pick-{slot.id}", "")
    return Place(slot.id, slot.name, f"/materials/{slot.id}", allowed(region, slot.id), [], error=error)
