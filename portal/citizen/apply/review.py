"""``/{r}/apply/{key}/review`` and ``/signature``: check everything, sign, submit once."""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency, Provide

from portal.accounts.person import Person
from portal.accounts.register import Unreachable
from portal.cases.apply import draft, renewal
from portal.cases.apply.acting import send_for_consent
from portal.cases.apply.eligibility import BLOCKS, standing
from portal.cases.life.case import Case
from portal.cases.life.deadlines import promised
from portal.cases.life.moves import NotAllowed, State
from portal.cases.life.words import KINDS
from portal.citizen.apply.tasks import done_slugs, left_of, ticks
from portal.citizen.shared.mine import CITIZEN, MyDraft, address, begun_named, draft_named
from portal.core.tools import clock
from portal.core.tools.errors import Stale
from portal.core.tools.i18n import Said
from portal.core.web.pages import file_answer, page, see_other
from portal.core.web.sessions import form_of
from portal.documents import keep
from portal.letters.application_form import Form, as_pdf, filled
from portal.questions.catalogue import STEPS, journey
from portal.questions.declaration import SIGNATURE, SIGNING, signed_by
from portal.questions.materials import slots


class ReviewController(Controller):
    """Every answer with a way to change it."""

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
    """Return the application form; what the register says is left out for a proxy who has proved nothing yet."""
    record = draft.insured_of(mine.case) if mine.proven else None
    proxy = (await mine.signer(), mine.delegation.relation) if mine.delegation else None
    kind = KINDS.get(mine.case.kind, "")
    return filled(mine.region, await mine.person(), record, mine.answers, proxy=proxy, kind=kind)


async def review_page(request: Request[Any, Any, Any], mine: MyDraft) -> Response[bytes]:
    """Return the review page."""
    region, case, answers = mine.region, mine.case, mine.answers
    files = await keep.documents(case.id)
    way, step = journey(region, answers), STEPS["review"]
    done = done_slugs(answers, region, files)
    missing = [one for one in way if one.page != "review" and one.slug not in done]
    rows = [(one, one.rows(answers, region)) for one in way if one.page in ("questions", "form")]
    last, provisional = promised(clock.today(), region)
    return page(
        request,
        "citizen/apply/answers/review",
        region=region,
        case=case,
        step=step,
        ticks=ticks(way, step, done),
        missing=missing,
        rows=rows,
        person=await mine.person(),
        signer=await mine.signer(),
        delegation=mine.delegation,
        slots=[(slot, [file for file in files if file.slot == slot.id]) for slot in slots(region, answers)],
        answers=answers,
        last=last,
        provisional=provisional,
        back=f"/{region.id}/apply/{case.id}/{way[-2].slug}",
    )


# D9: the last press stands alone, on a page with what is signed.
class SignatureController(Controller):
    """``/{r}/apply/{key}/signature``: the name typed, and the application goes out."""

    path = "/{r:str}/apply/{key:str}/signature"
    opt = {"who": CITIZEN, "scope": "apply"}
    dependencies = {"mine": Provide(begun_named)}

    @get(dependencies={"mine": Provide(draft_named)})
    async def show(self, request: Request[Any, Any, Any], mine: NamedDependency[MyDraft]) -> Response[bytes]:
        """Ask for the declaration and the signature."""
        if not await complete(mine.case, mine.answers):
            return see_other(f"{mine.home}/review")
        return await signature_page(request, mine, {}, {})

    @post()
    async def submit(self, request: Request[Any, Any, Any], mine: NamedDependency[MyDraft]) -> Response[bytes]:
        """Submit; pressed twice it is still one case, and both presses see its receipt."""
        form, case = form_of(request), mine.case
        if case.at is not State.DRAFT and case.submit_token == form["submit_token"]:
            return see_other(receipt_of(case))
        signed = SIGNING.read(form)
        errors = await signature_errors(signed, mine)
        if errors:
            return await signature_page(request, mine, signed, errors)
        if not await complete(case, mine.answers):
            return see_other(f"{mine.home}/review")
        return await send_in(request, mine, form["submit_token"])


async def signature_errors(signed: dict[str, str], mine: MyDraft) -> dict[str, str]:
    """Return what is wrong with declaration and signature: who acts signs, nobody in another's name."""
    errors = SIGNING.errors(signed, mine.region)
    signer = await mine.signer()
    own = signed_by(signer.name)
    if "signature" not in errors and not own.holds(signed["signature"]):
        other = mine.delegation and signed["signature"] == (await mine.person()).name
        errors["signature"] = Said("您是代办人，请签您自己的姓名：{name}。", name=signer.name) if other else own.message
    return errors


def receipt_of(case: Case) -> str:
    """Return where the receipt is, or where one waits for the principal."""
    return address(case) if case.at is State.AWAITING_PRINCIPAL else f"/{case.region}/cases/{case.number}/receipt"


async def complete(case: Case, answers: dict[str, str]) -> bool:
    """Return whether every step is done and no required material is missing."""
    files = await keep.documents(case.id)
    way = [step for step in journey(case.city, answers) if step.page != "review"]
    blocking, open_ = left_of(answers, case.city, files)
    return not blocking and not open_ and done_slugs(answers, case.city, files) == {step.slug for step in way}


async def send_in(request: Request[Any, Any, Any], mine: MyDraft, submit_token: str) -> Response[bytes]:
    """Ask the register once more, submit, and lead to the receipt; or say why it cannot be.

    A proxy who has proved nothing yet is not told what the register says: the office will see it.
    """
    case = mine.case
    held = await held_page(request, mine, mine.answers["disease"])
    if held:
        return held
    stop = await eligibility(case, await mine.person())
    if stop and mine.proven:
        return page(request, "citizen/apply/answers/stopped", status=422, region=case.city, case=case, stop=stop)
    try:
        if mine.delegation and mine.delegation.route == "online":
            submitted = await send_for_consent(case, mine.delegation, submit_token)
        else:
            submitted = await draft.submit(case, mine.actor, submit_token)
    except draft.Doubled as doubled:
        proxy = mine.delegation is not None  # who is told neither what else the person applied for, nor where
        context: dict[str, Any] = {
            "region": mine.region,
            "case": case,
            "number": "" if proxy else str(doubled),
            "proxy": proxy,
        }
        return page(request, "citizen/apply/answers/doubled", status=409, **context)
    except NotAllowed as error:
        raise Stale from error
    return see_other(receipt_of(submitted))


async def held_page(request: Request[Any, Any, Any], mine: MyDraft, code: str) -> Response[bytes] | None:
    """Return the page that says the person has this benefit already and leads to its renewal, or nothing.

    A proxy who has proved nothing yet is not told; the office will see it.
    """
    held = await renewal.held_already(mine.case, code) if mine.proven else None
    if held is None:
        return None
    chance = await renewal.chance(held)
    context: dict[str, Any] = {"region": mine.region, "case": mine.case, "benefit": held, "chance": chance}
    return page(request, "citizen/apply/answers/held", status=409, **context)


async def eligibility(case: Case, person: Person) -> str:
    """Return why the application cannot be submitted now, or an empty text; keep what the register says."""
    try:
        record = await draft.look_up(person.id_number)
    except Unreachable:
        return ""  # taken and flagged: staff check by hand
    await draft.keep_record(case, record)
    found = standing(record, case.city, reachable=True)
    return found if found in BLOCKS else ""


async def signature_page(
    request: Request[Any, Any, Any], mine: MyDraft, signed: dict[str, str], errors: dict[str, str]
) -> Response[bytes]:
    """Return the page that asks for the signature."""
    return page(
        request,
        "citizen/apply/answers/signature",
        status=422 if errors else 200,
        region=mine.region,
        case=mine.case,
        signer=await mine.signer(),
        delegation=mine.delegation,
        principal=await mine.person(),
        questions=SIGNING.questions,
        signature=SIGNATURE,
        answers=signed,
        errors=errors,
    )
