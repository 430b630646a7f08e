"""``/{r}/apply/{key}/{slug}``: show a step and save its answers.

Only 下一步 checks the answers; 存起来 and 返回 save them unchecked. If the person came from the review
page, good answers lead back to it. A person whose insurance stops the application goes on only by choice.
"""

from collections.abc import Mapping
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath
from msgspec import structs

from portal.cases.apply import draft
from portal.cases.apply.acting import may_see
from portal.cases.apply.eligibility import finding_of, forget_record
from portal.cases.life.case import Case
from portal.cases.life.words import NEW
from portal.citizen.apply.insured import UNPROVEN, notice
from portal.citizen.apply.stopped import PREPARE, disease_page, insurance_block, looked_up, must_choose
from portal.citizen.apply.wizard import wizard
from portal.citizen.shared.mine import CITIZEN, MyDraft, draft_named, is_stale
from portal.core.tools.errors import Stale
from portal.core.tools.i18n import Said
from portal.core.web.autosave import keeps_typed, shows_typed
from portal.core.web.frames import framed, mark
from portal.core.web.pages import page, see_other
from portal.core.web.sessions import form_of
from portal.documents import keep
from portal.questions import hospital
from portal.questions.catalogue import after, before, journey
from portal.questions.delivery import RECEIVING
from portal.questions.diagnosis import DIAGNOSIS
from portal.questions.insurance import INSURANCE, SEEN
from portal.questions.insured_person import PERSON
from portal.questions.model import Step


class AnswersController(Controller):
    """One step of the wizard."""

    path = "/{r:str}/apply/{key:str}/{slug:str}"
    opt = {"who": CITIZEN, "scope": "apply"}
    dependencies = {"mine": Provide(draft_named)}

    @get()
    @shows_typed
    async def show(
        self, request: Request[Any, Any, Any], mine: NamedDependency[MyDraft], slug: FromPath[str]
    ) -> Response[bytes]:
        """Show the step with what the person answered before, and over it what they typed and did not send.

        303 if the insurance stops the application, and the person has not chosen to go on all the same.
        """
        step = mine.step(slug)
        if step.page != "insurance" and must_choose(mine):
            return see_other(f"{mine.home}/{INSURANCE.slug}")
        typed = step.read_over(mine.answers, form_of(request))
        restored = any(text != mine.answers.get(name, "") for name, text in typed.items())
        return await step_page(request, mine, step, {**mine.answers, **typed}, restored=restored)

    @post(compares=True)
    @keeps_typed
    async def keep(
        self, request: Request[Any, Any, Any], mine: NamedDependency[MyDraft], slug: FromPath[str]
    ) -> Response[bytes]:
        """Save good answers and go to the next step; show wrong answers again with their errors."""
        form = form_of(request)
        step = mine.step(slug)
        case = mine.case
        if is_stale(request, case):  # before anything is said about the answers: their page would be of today
            raise Stale
        new_answers = step.read(form)
        answers = {**mine.answers, **new_answers}
        only_save = form["action"] in ("save", "back")
        errors = {} if only_save else step.errors(answers, case.city)
        if mine.delegation and not may_see(mine.delegation, new_answers.get("disease", "")):
            errors["disease"] = "这个病种涉及隐私，委托时写明了它，代办人才能办。请本人办，或者重新办理委托。"
        if case.kind != NEW and answers["disease"] != mine.answers["disease"]:
            errors["disease"] = "续期和复审只办原来的病种。要办别的病种，请另外申请。"
        doubtful = "" if only_save else hospital.doubt(mine.region, new_answers.get("hospital", ""))
        if doubtful and form["hospital_seen"] != new_answers["hospital"]:
            errors.setdefault("hospital", Said("{doubt}还是用这家的话，请再点一次“下一步”。", doubt=doubtful))
        if step.page == "insurance" and not errors and not only_save:
            return await _insurance_seen(request, mine, step, form)
        if errors:
            return await step_page(request, mine, step, answers, errors)
        if "disease" in new_answers and not only_save and case.kind == NEW:
            stopped = await disease_page(request, mine, new_answers["disease"])
            if stopped:
                return stopped
        marks = {f"saved.{step.slug}": "yes"} if only_save else {f"done.{step.slug}": "yes"}
        await draft.keep_answers(case, {**new_answers, **marks}, seen=form["row_version"])
        return see_other(_next_page(case, step, answers, form))


async def _insurance_seen(
    request: Request[Any, Any, Any], mine: MyDraft, step: Step, form: Mapping[str, str]
) -> Response[bytes]:
    """Go on if the insurance allows it, or the person chooses to prepare all the same; look it up anew if asked to."""
    if form["action"] == "again":
        await forget_record(mine.case)
        return see_other(f"{mine.home}/{step.slug}")
    mine, _ = await looked_up(mine)
    block = insurance_block(mine)
    marks = {SEEN.name: "yes", f"done.{step.slug}": "yes"}
    if form["action"] == PREPARE and block:
        marks[PREPARE] = block.word
    elif must_choose(mine):
        errors = {PREPARE: "现在还不能提交。想先准备材料，请点“先准备材料”。"}
        return await step_page(request, mine, step, mine.answers, errors)
    await draft.keep_answers(mine.case, marks, seen=form["row_version"])
    return see_other(_next_page(mine.case, step, {**mine.answers, **marks}, form))


def _next_page(case: Case, step: Step, answers: Mapping[str, str], form: Mapping[str, str]) -> str:
    home = f"/{case.region}/apply/{case.id}"
    way = journey(case.city, answers)
    if form["action"] == "save":
        return home
    if form["action"] == "back":
        earlier = before(step, way)
        return f"{home}/{earlier.slug}" if earlier else home
    return f"{home}/review" if form["return"] == "review" else f"{home}/{after(step, way).slug}"


async def step_page(
    request: Request[Any, Any, Any],
    mine: MyDraft,
    step: Step,
    answers: Mapping[str, str],
    errors: dict[str, str] | None = None,
    *,
    restored: bool = False,
) -> Response[bytes]:
    """Return the page of a step; 422 if there are errors. *restored*: some of *answers* were typed and not sent."""
    context: dict[str, Any] = {
        "region": mine.region,
        "case": mine.case,
        "wizard": wizard(request, mine, step, answers, await keep.documents(mine.case.id)),
        "answers": answers,
        "errors": errors or {},
        "restored": restored,
    }
    if step.page == "insurance":
        context |= await _insured(mine)
    if step.page == "questions":
        context["person"] = await mine.person() if step.slug == PERSON.slug else None
        # A proxy who may not receive the letters is not asked about electronic service: the page says why.
        context["wanted"] = hospital.wanted(mine.region) if step.slug == DIAGNOSIS.slug else ""
        context["may_not_receive"] = step.slug == RECEIVING.slug and answers.get("receives") == "no"
        if context["person"] is None and not errors and not mine.delegation:
            return _framed(request, mine, step, answers, context)
    return page(request, f"citizen/apply/answers/{step.page}", status=422 if errors else 200, **context)


def _framed(
    request: Request[Any, Any, Any], mine: MyDraft, step: Step, answers: Mapping[str, str], context: dict[str, Any]
) -> Response[bytes]:
    """Return the page of a step without errors, rendered once and cached with placeholders for the typed answers."""
    region = mine.region
    case = mine.case
    typed = {q.name: answers.get(q.name, "") for q in step.questions if q.is_typed}
    chosen = [(q, answers.get(q.name, "")) for q in step.questions if not q.is_typed]
    marked = {**answers, **{name: mark(name) for name in typed}}
    asked = tuple(q.asked_if(region, answers) for q in step.questions)
    personal = any(not q.is_common(answer, region) for q, answer in chosen)
    if personal or asked != tuple(q.asked_if(region, marked) for q in step.questions):
        return page(request, f"citizen/apply/answers/{step.page}", **context)
    at = context["wizard"]
    picked = tuple(answer for _, answer in chosen)
    key = (region.key, step.slug, at.ticks, at.following.slug, at.returning, picked, asked, context["restored"])
    ours = mark("case")
    return framed(
        request,
        f"citizen/apply/answers/{step.page}",
        key,
        {**typed, "case": case.id, "version": str(case.row_version)},
        here=f"/{case.region}/apply/{ours}/{step.slug}",
        **{
            **context,
            "case": structs.replace(case, id=ours, row_version=mark("version")),
            "wizard": structs.replace(at, back=at.back.replace(case.id, ours)),
            "answers": marked,
        },
    )


async def _insured(mine: MyDraft) -> dict[str, Any]:
    """Return the register's record and what follows from it; nothing of it to a proxy without a verified proof."""
    if not mine.proven:
        return {"record": None, "notice": notice(UNPROVEN, mine.region), "block": None, "chosen": True}
    mine, reachable = await looked_up(mine)
    known = finding_of(mine.case)
    stands = known.standing(mine.region) if known and reachable else "unreachable"
    here = known is not None and reachable and known.record is not None and known.record.region == mine.region.id
    return {
        "record": known.record if known and here else None,
        "notice": notice(stands, mine.region, proxy=mine.delegation is not None),
        "block": insurance_block(mine),
        "chosen": not must_choose(mine),
    }
