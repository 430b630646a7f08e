"""``/{r}/apply/new`` and ``/{r}/apply/{key}``: begin a draft, show its task list, delete it."""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency, Provide

from portal.accounts.person import phone_number
from portal.cases.apply import draft, renewal
from portal.cases.apply.eligibility import finding_of
from portal.cases.life.case import cases_of
from portal.cases.life.moves import State
from portal.cases.life.words import KINDS, NEW
from portal.citizen.apply.stopped import blocks, insurance_block, looked_up, must_choose
from portal.citizen.apply.tasks import task_list
from portal.citizen.shared.case_row import case_row
from portal.citizen.shared.mine import CITIZEN, Me, MyDraft, draft_named, is_stale, me_in
from portal.core.tools.errors import Stale
from portal.core.web.pages import page, see_other
from portal.core.web.sessions import form_of, visitor_of


class ApplicationsController(Controller):
    """``/{r}/apply/new``: explains what is needed, then begins a draft."""

    path = "/{r:str}/apply/new"
    opt = {"who": CITIZEN}
    dependencies = {"mine": Provide(me_in)}

    @get()
    async def new(self, request: Request[Any, Any, Any], mine: NamedDependency[Me]) -> Response[bytes]:
        """Explain what an application needs; offer the open draft if there is one."""
        cases = await cases_of(mine.person.id, mine.region.id)
        open_ = [
            case_row(case) for case in cases if case.at is State.DRAFT and case.kind == NEW and not case.delegation
        ]
        return page(request, "citizen/apply/applications/new", region=mine.region, person=mine.person, drafts=open_)

    @post()
    async def create(self, request: Request[Any, Any, Any], mine: NamedDependency[Me]) -> Response[bytes]:
        """Begin a draft with the known answers, or open the existing draft; to apply for others, ask for whom."""
        if form_of(request)["for"] == "other" and mine.region.rules.proxy.allowed:
            return see_other(f"/{mine.region.id}/delegations/new")
        mobile = await phone_number(visitor_of(request).via)
        case = await draft.begin(mine.person.id, mine.region, {"mobile": mobile, "notify_mobile": mobile})
        return see_other(f"/{mine.region.id}/apply/{case.id}")


class TasksController(Controller):
    """``/{r}/apply/{key}``: the task list of a draft."""

    path = "/{r:str}/apply/{key:str}"
    opt = {"who": CITIZEN, "scope": "apply"}
    dependencies = {"mine": Provide(draft_named)}

    @get()
    async def show(self, request: Request[Any, Any, Any], mine: NamedDependency[MyDraft]) -> Response[bytes]:
        """Show the task list, with what is known to stop the application; the register is asked if it was not yet."""
        if finding_of(mine.case) is None:
            mine, _ = await looked_up(mine)
        return page(
            request,
            "citizen/apply/applications/show",
            region=mine.region,
            case=mine.case,
            view=await task_list(mine.case, mine.answers),
            kept_until=draft.kept_until(mine.case),
            kind=KINDS.get(mine.case.kind, ""),
            asked_by=await renewal.asked_by(mine.case),
            blocks=await blocks(mine),
            preparing=insurance_block(mine) is not None and not must_choose(mine),
        )

    @get("/deletion")
    async def ask(self, request: Request[Any, Any, Any], mine: NamedDependency[MyDraft]) -> Response[bytes]:
        """Ask whether the draft is to be deleted."""
        return page(request, "citizen/apply/applications/deletion", region=mine.region, case=mine.case)

    @post("/deletion")
    async def delete(self, request: Request[Any, Any, Any], mine: NamedDependency[MyDraft]) -> Response[bytes]:
        """Delete the draft and its files; 409 if the draft changed after the page was shown."""
        if is_stale(request, mine.case):
            raise Stale
        await draft.delete(mine.case)
        return see_other(f"/{mine.region.id}/me")
