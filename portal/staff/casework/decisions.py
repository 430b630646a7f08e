"""``/staff/cases/{no}/decision`` and ``/approval``: one drafts, another decides."""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency, Provide

from portal.accounts.staff import Member
from portal.cases.benefits import effect
from portal.cases.life.case import Case, may
from portal.cases.life.moves import NotAllowed, Role
from portal.cases.result import decision, publicity
from portal.cases.result.decision import Proposal, Reasons
from portal.core.tools.errors import Stale
from portal.core.web.forms import Form
from portal.core.web.pages import page, see_other
from portal.core.web.sessions import form_of
from portal.letters.issue import appeal_sentences
from portal.regions.reasons import words
from portal.staff.casework.case import case_view, seen, who_moved
from portal.staff.shared.mine import acting, case_named, member
from portal.staff.shared.nav import links

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


class DraftDecisionController(Controller):
    """The reviewer's proposal."""

    path = "/staff/cases/{no:str}/decision"
    opt = {"who": ("reviewer",)}
    dependencies = {"me": Provide(member), "case": Provide(case_named)}

    @get()
    async def new(
        self, request: Request[Any, Any, Any], case: NamedDependency[Case], me: NamedDependency[Member]
    ) -> Response[bytes]:
        """Show each disease with pass and fail."""
        await open_or_stale(case, "draft_decision", Role.REVIEWER)
        return await draft_page(request, case, me, Form(), {})

    @post()
    async def create(
        self, request: Request[Any, Any, Any], case: NamedDependency[Case], me: NamedDependency[Member]
    ) -> Response[bytes]:
        """Send the proposal to the approver."""
        form = form_of(request)
        seen(case, form["row_version"])
        proposals, errors = await read(form, case)
        if errors:
            return await draft_page(request, case, me, form, errors)
        try:
            await decision.draft(case, acting(me, Role.REVIEWER), proposals)
        except NotAllowed as error:
            raise Stale(await who_moved(case)) from error
        return see_other(f"/staff/cases/{case.number}")


async def open_or_stale(case: Case, action: str, role: Role) -> None:
    """Leave with the 409 page when *action* is not open now.

    Raises:
        Stale: with what happened last.
    """
    if action not in [one.action for one in may(case, role)]:
        raise Stale(await who_moved(case))


async def read(form: Form, case: Case) -> tuple[list[Proposal], dict[str, str]]:
    """Return the proposals in a posted form, and what is wrong with it."""
    proposals, errors = [], {}
    for disease in await decision.diseases(case):
        verdict = form[f"verdict-{disease.id}"]
        months = form[f"months-{disease.id}"].strip() or "0"
        unmet = form.all(f"unmet-{disease.id}")
        texts = tuple(text for number, text in case.city.criteria[disease.code].numbered() if str(number) in unmet)
        own = form[f"words-{disease.id}"].strip()[:WORDS]
        reasons = Reasons(tuple(form.all(f"reason-{disease.id}")), own, texts)
        known = all(code in case.city.reasons.refusal for code in reasons.codes)
        if verdict not in ("passed", "failed"):
            errors[f"verdict-{disease.id}"] = "请选通过或不通过。"
        elif not (months.isascii() and months.isdigit() and int(months) <= MOST_MONTHS):
            errors[f"months-{disease.id}"] = "有效期请填月数，长期填 0。"
        elif verdict == "failed" and not (known and reasons.given):
            errors[f"words-{disease.id}"] = "不通过要写明理由：请至少选一条，选“其他原因”要写清楚。"
        else:
            proposals.append(Proposal(disease.id, verdict == "passed", int(months), reasons))
    return proposals, errors


async def draft_page(
    request: Request[Any, Any, Any], case: Case, me: Member, form: Form, errors: dict[str, str]
) -> Response[bytes]:
    """Return the page of the proposal."""
    return page(
        request,
        "staff/casework/decisions/draft",
        status=422 if errors else 200,
        **await case_view(case, me),
        links=links(request, me),
        reasons=words(case.city.reasons.refusal),
        form=form,
        errors=errors,
        appeal=appeal_sentences(case),
    )


class ApprovalController(Controller):
    """The approver's word; never the drafter's own."""

    path = "/staff/cases/{no:str}/approval"
    opt = {"who": ("approver",)}
    dependencies = {"me": Provide(member), "case": Provide(case_named)}

    @get()
    async def show(
        self, request: Request[Any, Any, Any], case: NamedDependency[Case], me: NamedDependency[Member]
    ) -> Response[bytes]:
        """Show the proposal."""
        await open_or_stale(case, "send_back", Role.APPROVER)
        return await approval_page(request, case, me, "", {})

    @post()
    async def decide(
        self, request: Request[Any, Any, Any], case: NamedDependency[Case], me: NamedDependency[Member]
    ) -> Response[bytes]:
        """Agree, or send it back with a comment."""
        form = form_of(request)
        seen(case, form["row_version"])
        comment = form["comment"].strip()[:WORDS]
        if form["action"] == "back" and not comment:
            return await approval_page(request, case, me, comment, {"comment": "退回要写明原因。"})
        try:
            if form["action"] == "back":
                await decision.send_back(case, acting(me, Role.APPROVER), comment)
            elif form["action"] == "publish":
                await publicity.publish(case, acting(me, Role.APPROVER))
            else:
                await decision.decide(case, acting(me, Role.APPROVER))
        except tuple(CANNOT) as why:
            return await approval_page(request, case, me, comment, {"comment": CANNOT[type(why)]})
        except NotAllowed as error:
            raise Stale(await who_moved(case)) from error
        return see_other(f"/staff/cases/{case.number}")


async def approval_page(
    request: Request[Any, Any, Any], case: Case, me: Member, comment: str, errors: dict[str, str]
) -> Response[bytes]:
    """Return the page of the approval."""
    view = await case_view(case, me)
    return page(
        request,
        "staff/casework/decisions/approval",
        status=422 if errors else 200,
        **view,
        links=links(request, me),
        comment=comment,
        errors=errors,
        own=me.id in await decision.worked_on(case, view["decided"]),
        may_publish=case.city.rules.publicity.enabled,
        appeal=appeal_sentences(case),
    )
