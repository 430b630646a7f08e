"""``/{r}/apply/{key}/review`` and ``/signature``: check all answers, sign, submit once."""

from collections.abc import Mapping
from typing import Any

import msgspec
from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency, Provide

from portal.accounts.delegation import Delegation
from portal.accounts.person import Person
from portal.cases.apply import draft
from portal.cases.apply.acting import send_for_consent
from portal.cases.apply.eligibility import insured_of
from portal.cases.apply.ready import Incomplete, done_slugs, gaps, known_stops
from portal.cases.life.case import Case
from portal.cases.life.deadlines import acceptance_days, promised
from portal.cases.life.moves import NotAllowed, State
from portal.cases.life.words import KINDS
from portal.citizen.apply.stopped import Block, blocks, looked_up, stopped_page
from portal.citizen.apply.wizard import wizard
from portal.citizen.shared.last_days import Deadline, sentences
from portal.citizen.shared.mine import CITIZEN, MyDraft, address, begun_named, draft_named, is_stale
from portal.core.tools import clock
from portal.core.tools.errors import Stale
from portal.core.tools.i18n import Said
from portal.core.web.pages import file_answer, page, see_other
from portal.core.web.sessions import form_of
from portal.documents import keep
from portal.documents.keep import Document
from portal.letters.application_form import Form, as_pdf, filled
from portal.questions.catalogue import REVIEW, journey
from portal.questions.declaration import SIGNING, signed_by
from portal.questions.hospital import doubt
from portal.questions.materials import Slot, slots
from portal.questions.model import Question, Step


class ReviewController(Controller):
    """All answers, each with a link to change it."""

    path = "/{r:str}/apply/{key:str}"
    opt = {"who": CITIZEN, "scope": "apply"}
    dependencies = {"mine": Provide(draft_named)}

    @get("/review")
    async def show(self, request: Request[Any, Any, Any], mine: NamedDependency[MyDraft]) -> Response[bytes]:
        """Show all answers and files, and what happens after submitting."""
        return await review_page(request, mine)

    @get("/paper")
    async def form(self, request: Request[Any, Any, Any], mine: NamedDependency[MyDraft]) -> Response[bytes]:
        """Show the application form made from the answers."""
        form = await _form(mine)
        return page(request, "citizen/apply/answers/preview", region=mine.region, case=mine.case, form=form)

    @get("/paper.pdf")
    async def form_pdf(self, mine: NamedDependency[MyDraft]) -> Response[bytes]:
        """Send the application form as PDF."""
        form = await _form(mine)
        return file_answer(
            await as_pdf(form, mine.case.edited_at), "application/pdf", f"{form.title}.pdf", download=True
        )


async def _form(mine: MyDraft) -> Form:
    """Return the application form; without the register's data for a proxy whose proof is not verified."""
    record = insured_of(mine.case) if mine.proven else None
    proxy = (await mine.signer(), mine.delegation.relation) if mine.delegation else None
    kind = KINDS.get(mine.case.kind, "")
    return filled(mine.region, await mine.person(), record, mine.answers, proxy=proxy, kind=kind)


class FileRow(msgspec.Struct, frozen=True):
    """A material with its files; *words* say why it has no file."""

    name: str
    files: list[Document]
    words: str


class ReviewPage(msgspec.Struct, frozen=True):
    """Content of the review page."""

    home: str
    missing: list[Step]
    blocks: list[Block]  # what stops it although nothing is missing
    doubt: str  # why papers of the hospital may not do; empty if they may
    rows: list[tuple[Step, list[tuple[str, str, str]]]]
    files: list[FileRow]
    person: Person
    signer: Person
    delegation: Delegation | None
    notify: str  # the phone that is told the result
    taken: str  # when the office accepts, and how long it may take
    last_days: list[Deadline]

    @property
    def can_be_signed(self) -> bool:
        """Whether nothing that is known stands between here and the signature."""
        return not self.missing and not self.blocks


async def review_page(request: Request[Any, Any, Any], mine: MyDraft) -> Response[bytes]:
    """Return the review page; it says all that stops the application, so an old record of the register is renewed."""
    mine, _ = await looked_up(mine)
    files = await keep.documents(mine.case.id)
    return page(
        request,
        "citizen/apply/answers/review",
        region=mine.region,
        wizard=wizard(request, mine, REVIEW, mine.answers, files),
        view=await _reviewed(mine, files),
    )


async def _reviewed(mine: MyDraft, files: list[Document]) -> ReviewPage:
    region = mine.region
    answers = mine.answers
    *steps, _ = journey(region, answers)
    done = done_slugs(answers, region, files)
    proxys = mine.delegation is not None and mine.delegation.route != "online" and not mine.delegation.verified
    return ReviewPage(
        home=mine.home,
        missing=[step for step in steps if step.slug not in done],
        blocks=await blocks(mine),
        doubt=doubt(region, answers.get("hospital", "")),
        rows=[(step, step.rows(answers, region)) for step in steps if step.page in ("questions", "form")],
        files=[_file_row(slot, answers, files) for slot in slots(region, answers)],
        person=await mine.person(),
        signer=await mine.signer(),
        delegation=mine.delegation,
        notify=answers.get("notify_mobile", ""),
        taken=_taken(mine, unverified=proxys),
        last_days=sentences(promised(clock.today(), region, unverified=proxys)),
    )


def _taken(mine: MyDraft, *, unverified: bool) -> str:
    """Return when the office accepts what is submitted today, and how long it may take."""
    rules = mine.region.rules
    if mine.delegation and mine.delegation.route == "online":
        return "签名以后，本人同意了才算提交。本人今天就同意的话："
    if rules.acceptance.automatic and not unverified:
        return "今天提交，马上受理。"
    n, m = acceptance_days(mine.region, unverified=unverified), rules.clock.limit_workdays
    if unverified:
        return Said("今天提交，先核验委托，{n} 个工作日内受理，受理后 {m} 个工作日内出结果。", n=n, m=m)
    return Said("今天提交，{n} 个工作日内受理，受理后 {m} 个工作日内出结果。", n=n, m=m)


def _file_row(slot: Slot, answers: Mapping[str, str], files: list[Document]) -> FileRow:
    words = "还没有传"
    if answers.get(f"within.{slot.id}") == "yes":
        words = "在别的文件里"
    elif answers.get(f"without.{slot.id}") == "yes":
        words = "暂时没有，可能要补正"
    return FileRow(slot.name, [file for file in files if file.slot == slot.id], words)


# D9: submitting has a page of its own, with the text that is signed.
class SignatureController(Controller):
    """``/{r}/apply/{key}/signature``: the person types their name and submits."""

    path = "/{r:str}/apply/{key:str}/signature"
    opt = {"who": CITIZEN, "scope": "apply"}
    dependencies = {"mine": Provide(begun_named)}

    @get(dependencies={"mine": Provide(draft_named)})
    async def show(self, request: Request[Any, Any, Any], mine: NamedDependency[MyDraft]) -> Response[bytes]:
        """Ask for the declaration and the signature."""
        if gaps(mine.case, await keep.documents(mine.case.id)) or await known_stops(mine.case, mine.actor):
            return see_other(f"{mine.home}/review")
        return await signature_page(request, mine, {}, {})

    @post()
    async def submit(self, request: Request[Any, Any, Any], mine: NamedDependency[MyDraft]) -> Response[bytes]:
        """Submit; if pressed twice, one case is submitted and both presses lead to its receipt."""
        form = form_of(request)
        case = mine.case
        if case.at is not State.DRAFT and case.submit_token == form["submit_token"]:
            return see_other(receipt_of(case))
        if is_stale(request, case):  # what is signed is what the page before showed
            raise Stale
        signed = SIGNING.read(form)
        errors = await signature_errors(signed, mine)
        if errors:
            return await signature_page(request, mine, signed, errors)
        return await send_in(request, mine, form["submit_token"])


async def signature_errors(signed: dict[str, str], mine: MyDraft) -> dict[str, str]:
    """Return ``{field: message}`` for declaration and signature; a proxy must type the proxy's own name."""
    errors = SIGNING.errors(signed, mine.region)
    signer = await mine.signer()
    own = signed_by(signer.name)
    if "signature" not in errors and not own.holds(signed["signature"]):
        other = mine.delegation and signed["signature"] == (await mine.person()).name
        errors["signature"] = Said("您是代办人，请签您自己的姓名：{name}。", name=signer.name) if other else own.message
    return errors


def receipt_of(case: Case) -> str:
    """Return the address of the receipt, or of the page that waits for the principal's confirmation."""
    return address(case) if case.at is State.AWAITING_PRINCIPAL else f"/{case.region}/cases/{case.number}/receipt"


async def send_in(request: Request[Any, Any, Any], mine: MyDraft, submit_token: str) -> Response[bytes]:
    """Submit and redirect to the receipt, or return the page that says what stops the submission."""
    try:
        if mine.delegation and mine.delegation.route == "online":
            submitted = await send_for_consent(mine.case, mine.delegation, submit_token)
        else:
            submitted = await draft.submit(mine.case, mine.actor, submit_token)
    except Incomplete as incomplete:
        return await stopped_page(request, mine, incomplete.stops)
    except NotAllowed as error:
        raise Stale from error
    return see_other(receipt_of(submitted))


class SignaturePage(msgspec.Struct, frozen=True):
    """Content of the signature page."""

    home: str
    lead: str  # says whose name must be typed
    then: str  # what happens after a proxy signs; empty for the insured person
    submit_token: str
    answers: dict[str, str]
    errors: dict[str, str]
    questions: tuple[Question, ...] = SIGNING.questions


async def signature_page(
    request: Request[Any, Any, Any], mine: MyDraft, signed: dict[str, str], errors: dict[str, str]
) -> Response[bytes]:
    """Return the signature page; 422 if there are errors."""
    lead, then = await _signature_words(mine)
    shown = SignaturePage(mine.home, lead, then, mine.case.submit_token, signed, errors)
    status = 422 if errors else 200
    return page(
        request, "citizen/apply/answers/signature", status=status, region=mine.region, case=mine.case, view=shown
    )


async def _signature_words(mine: MyDraft) -> tuple[str, str]:
    """Return the texts that say whose name must be typed, and what happens after a proxy signs."""
    name = (await mine.signer()).name
    if mine.delegation is None:
        return Said("请在下面输入您的姓名“{name}”，作为签名。", name=name), ""
    whom = (await mine.person()).name
    lead = Said("您代 {whom} 办理，签您自己的姓名：{name}", whom=whom, name=name)
    if mine.delegation.route == "online":
        return lead, "签名以后，我们给本人发短信。本人同意，才算提交。"
    return lead, Said("提交以后，办理消息会发给您，也会告诉 {whom}。", whom=whom)
