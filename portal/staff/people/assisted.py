"""``/staff/assisted``: 代录: fill in an application for a person at the counter or on the telephone."""

from collections.abc import Sequence
from datetime import datetime
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
from portal.cases.life.moves import State
from portal.cases.papers.taking import limits_of, take_all
from portal.core.tools.errors import Stale, found
from portal.core.tools.i18n import Said
from portal.core.web import uploads
from portal.core.web.forms import Form
from portal.core.web.pages import file_answer, see_other
from portal.core.web.sessions import form_of
from portal.documents import keep
from portal.documents.accepted import allowed
from portal.documents.keep import Document
from portal.documents.places import BROWSER_WORDS, Place, Words
from portal.letters.application_form import as_pdf, filled
from portal.questions.identity import id_type
from portal.questions.materials import Slot, why_missing
from portal.questions.model import Question
from portal.questions.rules import mobile, name_error, resident_number_error, tidy_mobile, tidy_name, tidy_number
from portal.regions.load import Region
from portal.staff.shared.desk import Asked, Desk, at_desk, member
from portal.staff.shared.nav import Nav

CONSENT = "assisted"
IDENTITY = ("name", "id_number", "card_no", "mobile", "channel")
BLANK = dict.fromkeys(IDENTITY, "")
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


class Begun(msgspec.Struct, frozen=True):
    """A draft that the member has not finished, with its person."""

    case: Case
    person: Person


class AssistedController(Controller):
    """Finds the person and begins the draft."""

    path = "/staff/assisted"
    opt = {"who": ("reviewer",), "nav": Nav("代录申请")}
    dependencies = {"desk": Provide(at_desk)}

    @get()
    async def new(self, desk: NamedDependency[Desk]) -> Response[bytes]:
        """Ask for the person's identity; list the unfinished drafts."""
        return await identity_page(desk, {}, {})

    @post()
    async def create(self, desk: NamedDependency[Desk]) -> Response[bytes]:
        """Find or enter the person, and begin a draft."""
        given = identity_in(desk.form)
        errors = identity_errors(given)
        if errors:
            return await identity_page(desk, given, errors)
        bound = await people.enter(
            **{name: given[name] for name in ("name", "id_number", "card_no", "mobile")},
            id_type=id_type("resident_id", given["id_number"]),
            consent_version=CONSENT,
        )
        if not bound.person:
            field, said = CANNOT[bound.problem]
            return await identity_page(desk, given, {field: said})
        case = await assisted.begin(desk.me.id, bound.person, desk.region, given["channel"], given["mobile"])
        return see_other(f"/staff/assisted/{case.id}")


def identity_in(form: Form) -> dict[str, str]:
    """Return the typed identity, tidied."""
    tidy = {"name": tidy_name, "id_number": tidy_number, "card_no": tidy_number, "mobile": tidy_mobile}
    return {name: tidy.get(name, str.strip)(form[name]) for name in IDENTITY}


def identity_errors(given: dict[str, str]) -> dict[str, str]:
    """Return ``{field: message}`` for a wrong identity."""
    number = given["id_number"]
    errors = {
        "name": name_error(given["name"]),
        "id_number": resident_number_error(number) if number else "请填写身份证号。",
        "mobile": MOBILE.message if given["mobile"] and not MOBILE.holds(given["mobile"]) else "",
        "channel": "" if given["channel"] in assisted.CHANNELS else "请选本人在哪里。",
    }
    return {name: said for name, said in errors.items() if said}


async def identity_page(desk: Desk, given: dict[str, str], errors: dict[str, str]) -> Response[bytes]:
    """Return the page that asks for the person's identity, with the typed input after an error."""
    begun = [Begun(case, found(await people.person(case.person))) for case in await assisted.under_way(desk.me.id)]
    return desk.page(
        "staff/people/assisted/new", errors, begun=begun, channels=assisted.CHANNELS, given={**BLANK, **given}
    )


class AssistedDesk(Desk):
    """The desk of a staff member who fills in an application for *person*."""

    def __init__(self, request: Asked, me: Member, case: Case, entry: Assisted, person: Person) -> None:
        """Work for *me* on *case*."""
        super().__init__(request, me)
        self.case = case
        self.entry = entry
        self.person = person

    @property
    def region(self) -> Region:
        """The city, with the questions that the case began with."""
        return self.case.city

    @property
    def home(self) -> str:
        """Address of the form of the application."""
        return f"/staff/assisted/{self.case.id}"

    @property
    def channel(self) -> str:
        """Whether the person is at the counter or on the telephone, in words."""
        return assisted.CHANNELS.get(self.entry.channel, "")

    @property
    def asked_at(self) -> datetime | None:
        """When the person was asked by message to check and submit; None if not asked."""
        return self.entry.confirmed_at if self.entry.confirmed == assisted.LINK else None


async def entered(key: FromPath[str], request: Asked) -> AssistedDesk:
    """Return the desk with the application in the address if the member entered it, or 404."""
    return await assisted_desk(request, await member(request), key)


async def assisted_desk(request: Asked, me: Member, key: str) -> AssistedDesk:
    """Return the desk with the application called *key* as it is stored now, or raise 404."""
    case, entry = found(await assisted.mine(me.id, key))
    found(case if case.region == me.region else None)
    return AssistedDesk(request, me, case, entry, found(await people.person(case.person)))


class AssistedFormController(Controller):
    """Everything on one page."""

    path = "/staff/assisted/{key:str}"
    opt = {"who": ("reviewer",)}
    dependencies = {"desk": Provide(entered)}

    @get()
    async def show(self, desk: NamedDependency[AssistedDesk]) -> Response[bytes]:
        """Show questions, files and the two ways to finish; once sent, the case."""
        if desk.case.at is not State.DRAFT:
            return see_other(f"/staff/cases/{desk.case.number}")
        return await form_page(desk, {**answers_of(desk.case), **typed(desk)}, {})

    @post()
    async def keep(self, desk: NamedDependency[AssistedDesk]) -> Response[bytes]:
        """Save the typed answers unchecked; show their errors."""
        city = desk.region
        given = typed(desk)
        answers = {**answers_of(desk.case), **given}
        errors = wrong_at_counter(city, answers)
        done = {f"done.{step.slug}": "yes" for step in steps_at_counter(city, answers) if not errors}
        await draft.keep_answers(desk.case, {**given, **done}, seen=desk.form["row_version"])
        if errors:
            renewed = await assisted_desk(desk.request, desk.me, desk.case.id)
            return await form_page(renewed, answers, errors)
        return see_other(desk.home)

    @post("/materials/{slot:str}", streams=True, request_max_body_size=None)
    async def upload(
        self, request: Request[Any, Any, Any], desk: NamedDependency[AssistedDesk], slot: FromPath[str]
    ) -> Response[bytes]:
        """Take the files for a material, or the signed form."""
        answers = answers_of(desk.case)
        row = found({one.id: one for one in assisted.rows(desk.region, answers)}.get(slot))
        takes = allowed(desk.region, row.id)
        async with uploads.sending(request, limits_of(desk.region)) as sending:
            await still_a_draft(desk)
            refused = await take_all(sending, desk.case, row.id, takes)
        if refused:
            return await form_page(desk, answers, {f"pick-{row.id}": refused[0][1]})
        return see_other(f"{desk.home}#slot-{row.id}")

    @get("/paper.pdf")
    async def paper(self, desk: NamedDependency[AssistedDesk]) -> Response[bytes]:
        """Send the form made from the answers, to be printed and signed."""
        case = desk.case
        form = filled(desk.region, desk.person, insured_of(case), answers_of(case))
        return file_answer(await as_pdf(form, case.edited_at), "application/pdf", f"{form.title}.pdf")

    @post("/confirmation")
    async def confirm(self, desk: NamedDependency[AssistedDesk]) -> Response[bytes]:
        """Ask the person by a message to check, sign and send it themselves."""
        form_of(desk.request)
        try:
            await assisted.ask_to_confirm(desk.case, desk.me.id)
        except Incomplete as incomplete:
            errors = said_of(incomplete.stops, desk.case.city, "confirmation")
            return await form_page(desk, answers_of(desk.case), errors)
        except assisted.NoPhone:
            wrong = {"confirmation": "没有手机号码，请用签名的申请表。"}
            return await form_page(desk, answers_of(desk.case), wrong)
        return see_other(desk.home)

    @post("/submission")
    async def submit(self, desk: NamedDependency[AssistedDesk]) -> Response[bytes]:
        """Send it in with the signed form."""
        form_of(desk.request)
        try:
            sent = await assisted.submit(desk.case, desk.me.id)
        except Incomplete as incomplete:
            errors = said_of(incomplete.stops, desk.case.city, "submission")
            return await form_page(desk, answers_of(desk.case), errors)
        return see_other(f"/staff/cases/{sent.number}")


def typed(desk: AssistedDesk) -> dict[str, str]:
    """Return the posted answers and ticks; none when the page is opened."""
    if not desk.form:
        return {}
    city = desk.region
    form = desk.form
    before = answers_of(desk.case)
    given = {name: text for step in steps_at_counter(city, before) for name, text in step.read(form).items()}
    ticks = {f"without.{slot.id}": form[f"without.{slot.id}"] for slot in assisted.rows(city, before)}
    return given | ticks


def said_of(found: Sequence[Stop], region: Region, button: str) -> dict[str, str]:
    """Return ``{id of the field: message}`` for the stops *found*; stops without a field go to *button*."""
    errors: dict[str, str] = {}
    for stop in found:
        match stop:
            case OpenStep(_, wrong):
                errors |= wrong
            case MissingPaper(slot) if slot.id == SIGNED.id:
                errors[f"slot-{slot.id}"] = "请打印申请表，请本人签名，再传签好的扫描件或照片。"
            case MissingPaper(slot, blocks):
                errors[f"slot-{slot.id}"] = why_missing(slot, region, blocks=blocks)
            case NotInsured(reason=reason):
                errors[button] = STOPPED[reason]
            case HeldAlready():
                errors.setdefault(button, "申请人已经有这个病种的待遇，不用再申请。快到期时由本人申请续期。")
            case UnderWay(number):
                errors.setdefault(button, Said("这个人的这个病种已经在办，编号 {no}。", no=number))
            case UnsortedFiles():
                pass  # there is no pile at the counter
    return errors


async def still_a_draft(desk: AssistedDesk) -> None:
    """Check that the application has not been submitted meanwhile.

    Raises:
        Stale: the application has been submitted (409 page).
    """
    if desk.case.at is not State.DRAFT:
        raise Stale


class Field(msgspec.Struct, frozen=True):
    """A question with its answer; *only_if* says when it must be answered, if that depends on other answers."""

    question: Question
    answer: str
    error: str
    only_if: str


class SlotView(msgspec.Struct, frozen=True):
    """A material with the files that were taken for it."""

    slot: Slot
    files: list[Document]
    place: Place
    is_left_out: bool
    error: str

    @property
    def can_be_left_out(self) -> bool:
        """Whether the clerk may say that the person does not have it yet."""
        return not self.slot.required and not self.files

    @property
    def status_kind(self) -> str:
        """The shape and colour of its status."""
        if self.files:
            return "done"
        return "half" if self.is_left_out else "todo"

    @property
    def status_words(self) -> str:
        """The state of the material, in words."""
        if self.files:
            return Said("已传 {n} 份", n=len(self.files))
        return "暂时没有" if self.is_left_out else "还没有传"


class FormView(msgspec.Struct, frozen=True):
    """What the page of an application shows."""

    fields: list[Field]
    slots: list[SlotView]
    signed: SlotView

    @property
    def can_be_left_out(self) -> list[SlotView]:
        """The materials that may be missing for now."""
        return [slot for slot in self.slots if slot.can_be_left_out]

    @property
    def words(self) -> Words:
        """What the browser says of files before they are sent."""
        return BROWSER_WORDS


async def form_page(desk: AssistedDesk, answers: dict[str, str], errors: dict[str, str]) -> Response[bytes]:
    """Return the page on which everything is filled in, with what is wrong."""
    files = await keep.documents(desk.case.id)
    *slots, signed = (slot_view(slot, desk, answers, files, errors) for slot in assisted.rows(desk.region, answers))
    view = FormView(fields_of(desk.region, answers, errors), slots, signed)
    return desk.page("staff/people/assisted/show", errors, desk=desk, view=view)


def fields_of(city: Region, answers: dict[str, str], errors: dict[str, str]) -> list[Field]:
    """Return the questions asked now, and those that depend on other answers."""
    found: list[Field] = []
    for step in steps_at_counter(city, answers):
        for question in step.questions:
            answer = answers.get(question.name, "")
            if question.asked_if(city, answers):
                found.append(Field(question, answer, errors.get(question.name, ""), ""))
            elif question.only_if and question.offered(city):
                found.append(Field(question, answer, "", question.only_if))
    return found


def slot_view(
    slot: Slot, desk: AssistedDesk, answers: dict[str, str], files: Sequence[Document], errors: dict[str, str]
) -> SlotView:
    """Return a material as the page shows it."""
    action = f"{desk.home}/materials/{slot.id}"
    error = errors.get(f"pick-{slot.id}", "")
    return SlotView(
        slot=slot,
        files=[file for file in files if file.slot == slot.id],
        place=Place(slot.id, slot.name, action, allowed(desk.region, slot.id), [], error=error),
        is_left_out=answers.get(f"without.{slot.id}") == "yes",
        error=errors.get(f"slot-{slot.id}", ""),
    )
