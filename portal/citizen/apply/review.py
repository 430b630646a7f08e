"""``/{r}/apply/{key}/review`` and ``/signature``: check everything, sign, submit once."""

from collections.abc import Sequence
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency, Provide

from portal.cases.apply import draft, renewal
from portal.cases.apply.acting import send_for_consent
from portal.cases.apply.eligibility import insured_of
from portal.cases.apply.ready import HeldAlready, Incomplete, NotInsured, Stop, UnderWay, done_slugs, gaps, has_gaps
from portal.cases.benefits.benefit import Benefit
from portal.cases.life.case import Case
from portal.cases.life.deadlines import promised
from portal.cases.life.moves import NotAllowed, State
from portal.cases.life.words import KINDS
from portal.citizen.apply.tasks import ticks
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
    record = insured_of(mine.case) if mine.proven else None
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
        if gaps(mine.case, await keep.documents(mine.case.id)):
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


async def send_in(request: Request[Any, Any, Any], mine: MyDraft, submit_token: str) -> Response[bytes]:
    """Submit, and lead to the receipt; or say why it cannot be."""
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


async def stopped_page(request: Request[Any, Any, Any], mine: MyDraft, found: Sequence[Stop]) -> Response[bytes]:
    """Return the page that says what stops the submission; what is missing is said on the review page."""
    if has_gaps(found):
        return see_other(f"{mine.home}/review")
    context: dict[str, Any] = {"region": mine.region, "case": mine.case}
    match found[0]:
        case HeldAlready(benefit):
            return await held_page(request, mine, benefit)
        case NotInsured(reason):
            return page(request, "citizen/apply/answers/stopped", status=422, stop=reason, **context)
        case UnderWay(number):
            proxy = mine.delegation is not None  # who is told neither what else the person applied for, nor where
            shown = "" if proxy else number
            return page(request, "citizen/apply/answers/doubled", status=409, number=shown, proxy=proxy, **context)
    raise AssertionError(found)


async def held_page(request: Request[Any, Any, Any], mine: MyDraft, benefit: Benefit) -> Response[bytes]:
    """Return the page that says the person has this benefit already and leads to its renewal."""
    context: dict[str, Any] = {"region": mine.region, "case": mine.case}
    chance = await renewal.chance(benefit)
    return page(request, "citizen/apply/answers/held", status=409, benefit=benefit, chance=chance, **context)


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
