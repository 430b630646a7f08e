"""``/staff/cases/{no}/decision`` and ``/approval``: one member drafts the decision, another decides."""

from collections.abc import Mapping, Sequence
from functools import partial

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency, Provide

from portal.accounts.person import Person, person
from portal.cases.benefits import effect
from portal.cases.life.case import Case
from portal.cases.life.moves import Role
from portal.cases.life.words import REREVIEW
from portal.cases.result import decision, publicity
from portal.cases.result.decision import Decided, Proof, Proposal, Reasons
from portal.cases.result.returned import returned
from portal.core.tools.errors import found
from portal.core.tools.i18n import Said
from portal.core.web.autosave import keeps_typed, shows_typed
from portal.core.web.forms import Form
from portal.core.web.pages import page
from portal.letters.objecting import ways_to_object
from portal.regions.catalogue import Disease
from portal.regions.criteria import Criteria
from portal.regions.load import Region
from portal.regions.reasons import words
from portal.staff.casework.grounds import (
    MARKS,
    Ground,
    Page,
    grounds,
    pages_of,
    proofs_in,
    typed_or_marked,
)
from portal.staff.casework.view import formal_check
from portal.staff.casework.viewer import Looked, looked_at, viewer
from portal.staff.shared.desk import CaseDesk, case_in_hand

MOST_MONTHS = 600
WORDS = 500
# Why an approver cannot decide, and what to do instead.
CANNOT: dict[type[Exception], str] = {
    decision.SamePerson: "拟定、鉴定或受理过这件的人不能审批，请交给另一位审批人。",
    decision.ReasonsNeeded: "还有病种没有拟定意见，或者不通过没有写理由，请退回。",
    effect.AlreadyHeld: "申请人已经有这个病种的长期待遇，不能再认定一次，请退回。",
    effect.NotHeld: "复审的待遇已经不在了（到期、撤销或者终止），不能通过。请退回。",
    decision.AppealNeeded: "本地区还没有填写申诉途径，不能作出不予认定的决定。请联系管理员。",
}
# where the pages stand below their case, and what they show before a paper is chosen
DRAFT = "/decision"
APPROVAL = "/approval"
FIRST = Looked()
# what the form sends
PASSED = "passed"
FAILED = "failed"
VERDICTS = {PASSED: "通过", FAILED: "不通过"}
AGREE = "agree"
PUBLISH = "publish"
BACK = "back"


class Subject(msgspec.Struct, frozen=True):
    """A disease to decide on, with its proposal so far."""

    decided: Decided
    disease: Disease
    criteria: Criteria | None
    rereview: bool  # a re-review changes no validity
    grounds: list[Ground] = []

    @property
    def id(self) -> str:
        """The suffix of the names of the disease's form fields."""
        return self.decided.id

    @property
    def validity(self) -> str:
        """How long the benefit would last, in words."""
        if self.rereview:
            return "不变，这是复审"
        if self.decided.validity_months:
            return Said("{n} 个月", n=self.decided.validity_months)
        return "长期"


class DraftDecisionController(Controller):
    """The reviewer's proposal."""

    path = "/staff/cases/{no:str}/decision"
    opt = {"who": ("reviewer",)}
    dependencies = {"desk": Provide(case_in_hand)}

    @get(dependencies={"looked": Provide(looked_at)})
    @shows_typed
    async def new(self, desk: NamedDependency[CaseDesk], looked: NamedDependency[Looked]) -> Response[bytes]:
        """Show each disease with pass and fail, and its criteria beside the papers."""
        desk.require("draft_decision", Role.REVIEWER)
        return await draft_page(desk, {}, looked)

    @get("/viewer", dependencies={"looked": Provide(looked_at)})
    async def show_viewer(self, desk: NamedDependency[CaseDesk], looked: NamedDependency[Looked]) -> Response[bytes]:
        """Return only the viewer of papers, as a fragment for the page."""
        return await viewer_of(desk, looked, DRAFT)

    @post()
    @keeps_typed
    async def create(self, desk: NamedDependency[CaseDesk]) -> Response[bytes]:
        """Send the proposal to the approver."""
        form = desk.current_form()
        pages = pages_of(await viewer(desk.case, Looked()))
        proposals, errors = await read(form, desk.case, pages)
        if errors:
            return await draft_page(desk, errors)
        await decision.draft(desk.case, desk.acting(Role.REVIEWER), proposals)
        return desk.back()


async def read(form: Form, case: Case, pages: Sequence[Page]) -> tuple[list[Proposal], dict[str, str]]:
    """Return the proposals in a posted form, and its errors by field; *pages* are those that may prove something."""
    proposals: list[Proposal] = []
    errors: dict[str, str] = {}
    for disease in await decision.diseases(case):
        proposal, wrong = read_one(form, disease, case.city, pages)
        errors |= wrong
        if proposal:
            proposals.append(proposal)
    return proposals, errors


def read_one(
    form: Form, disease: Decided, region: Region, pages: Sequence[Page]
) -> tuple[Proposal | None, dict[str, str]]:
    """Return the proposal for one disease, or None with its errors by field."""
    verdict = form[f"verdict-{disease.id}"]
    months = form[f"months-{disease.id}"].strip() or "0"
    proofs = proofs_in(form, disease, region.criteria.get(disease.code), pages)
    reasons = reasons_in(form, disease, region, proofs)
    if verdict not in VERDICTS:
        return None, {f"verdict-{disease.id}": "请选通过或不通过。"}
    if not (months.isascii() and months.isdigit() and int(months) <= MOST_MONTHS):
        return None, {f"months-{disease.id}": "有效期请填月数，长期填 0。"}
    known = all(code in region.reasons.refusal for code in reasons.codes)
    if verdict == FAILED and not (known and reasons.given):
        return None, {f"words-{disease.id}": "不通过要写明理由：请至少选一条，选“其他原因”要写清楚。"}
    return Proposal(disease.id, verdict == PASSED, int(months), reasons, proofs), {}


def reasons_in(form: Form, disease: Decided, region: Region, proofs: Mapping[str, Proof]) -> Reasons:
    """Return the reasons that were ticked and written for a refusal, with the criteria that are not met."""
    unmet = {number for number, proof in proofs.items() if proof.finding == "unmet"}
    texts = tuple(text for number, text in region.criteria[disease.code].numbered() if str(number) in unmet)
    own = form[f"words-{disease.id}"].strip()[:WORDS]
    return Reasons(tuple(form.all(f"reason-{disease.id}")), own, texts)


async def subjects(case: Case, pages: Sequence[Page]) -> list[Subject]:
    """Return the diseases to decide on, with what was found; *pages* are those of the case's papers."""
    region = case.city
    return [
        Subject(
            decided=decided,
            disease=region.diseases[decided.code],
            criteria=region.criteria.get(decided.code),
            rereview=case.kind == REREVIEW,
            grounds=await grounds(case, decided, region.criteria.get(decided.code), pages),
        )
        for decided in await decision.diseases(case)
    ]


async def viewer_of(desk: CaseDesk, looked: Looked, place: str) -> Response[bytes]:
    """Return the viewer alone, as part of the page at *place* below the case."""
    shown = found(await viewer(desk.case, looked, place))
    return page(desk.request, "staff/casework/case/_viewer", viewer=shown)


async def draft_page(desk: CaseDesk, errors: dict[str, str], looked: Looked = FIRST) -> Response[bytes]:
    """Return the page of the proposal."""
    papers = await viewer(desk.case, looked, DRAFT)
    pages = pages_of(papers)
    who: Person = found(await person(desk.case.person))
    return desk.page(
        "staff/casework/decisions/draft",
        errors,
        case=desk.case,
        who=who,
        subjects=await subjects(desk.case, pages),
        viewer=papers,
        pages=pages,
        marks=MARKS,
        marked=partial(typed_or_marked, desk.form),
        returned=await returned(desk.case),
        verdicts=VERDICTS,
        reasons=words(desk.region.reasons.refusal),
        ways=ways_to_object(desk.region),
        form=desk.form,
    )


class ApprovalController(Controller):
    """The approver's decision; the drafter may not approve."""

    path = "/staff/cases/{no:str}/approval"
    opt = {"who": ("approver",)}
    dependencies = {"desk": Provide(case_in_hand)}

    @get(dependencies={"looked": Provide(looked_at)})
    @shows_typed
    async def show(self, desk: NamedDependency[CaseDesk], looked: NamedDependency[Looked]) -> Response[bytes]:
        """Show the proposal and what it rests on, beside the papers."""
        desk.require("send_back", Role.APPROVER)
        return await approval_page(desk, {}, looked)

    @get("/viewer", dependencies={"looked": Provide(looked_at)})
    async def show_viewer(self, desk: NamedDependency[CaseDesk], looked: NamedDependency[Looked]) -> Response[bytes]:
        """Return only the viewer of papers, as a fragment for the page."""
        return await viewer_of(desk, looked, APPROVAL)

    @post()
    @keeps_typed
    async def decide(self, desk: NamedDependency[CaseDesk]) -> Response[bytes]:
        """Approve the proposal, publish it first, or send it back with a comment."""
        form = desk.current_form()
        comment = form["comment"].strip()[:WORDS]
        if form["action"] == BACK and not comment:
            return await approval_page(desk, {"comment": "退回要写明原因。"})
        try:
            await act(desk, form["action"], comment)
        except tuple(CANNOT) as why:
            return await approval_page(desk, {"comment": CANNOT[type(why)]})
        return desk.back()


async def act(desk: CaseDesk, action: str, comment: str) -> None:
    """Carry out the *action* of the approver's button."""
    approver = desk.acting(Role.APPROVER)
    if action == BACK:
        await decision.send_back(desk.case, approver, comment)
    elif action == PUBLISH:
        await publicity.publish(desk.case, approver)
    else:
        await decision.decide(desk.case, approver)


async def approval_page(desk: CaseDesk, errors: dict[str, str], looked: Looked = FIRST) -> Response[bytes]:
    """Return the page of the approval."""
    papers = await viewer(desk.case, looked, APPROVAL)
    about = await subjects(desk.case, pages_of(papers))
    workers = await decision.worked_on(desk.case, [subject.decided for subject in about])
    return desk.page(
        "staff/casework/decisions/approval",
        errors,
        case=desk.case,
        subjects=about,
        viewer=papers,
        check=await formal_check(desk.case),
        own=desk.me.id in workers,
        asks_experts=bool(desk.region.rules.experts.required),
        may_publish=desk.region.rules.publicity.enabled,
        comment=desk.form["comment"],
    )
