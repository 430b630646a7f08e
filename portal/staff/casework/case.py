"""``/staff/cases/{no}``: one case with papers and letters; its papers alone; its unmasked numbers; its acceptance."""

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath

from portal.accounts.person import person
from portal.cases.benefits.standing import Standing, standing_of
from portal.cases.desk import access, calls
from portal.cases.life.case import answers_of, move
from portal.cases.life.moves import IN_HAND, Role, State
from portal.cases.mail.originals import kept_on_paper
from portal.cases.talk import conversation
from portal.core.tools.errors import found
from portal.core.web.pages import page
from portal.letters import letter as letters
from portal.letters.kinds import GRANTING
from portal.staff.casework.reasoned import ACTS
from portal.staff.casework.view import case_view
from portal.staff.casework.viewer import Looked, looked_at, viewer
from portal.staff.shared.desk import CASEWORK, CaseDesk, case_in_hand
from portal.staff.shared.noted import Noted, noted

NOTES_SHOWN = 3
ACCEPTANCE = "acceptance"
# What the desk offers as buttons: where each action of the table of moves leads, and what the button is called.
ACTIONS = {
    "accept": (ACCEPTANCE, "受理"),
    "draft_decision": ("decision", "拟定认定意见"),
    "ask_correction": ("corrections/new", "一次性告知补正"),
    "invite_experts": ("appraisals", "请专家鉴定"),
    "change_panel": ("appraisals", "专家鉴定"),
    "decide": ("approval", "审批"),
    "send_back": ("approval", "审批"),
    "publish": ("approval", "审批"),
    **{act.action: (act.path, act.title) for act in ACTS.values() if act.action},
}


class Step(msgspec.Struct, frozen=True):
    """A button for an act that is open now."""

    path: str
    words: str

    @property
    def at_once(self) -> bool:
        """Whether the button carries out the act; other buttons open a page that asks more."""
        return self.path == ACCEPTANCE


class Todo(msgspec.Struct, frozen=True):
    """The acts open to the member, the notes of colleagues and the citizen's questions."""

    steps: list[Step]
    calls: bool  # somebody must be called, and the member is one who calls
    may_claim: bool
    assigning: str  # what the link to the assignment says; empty where the member cannot assign
    originals: bool  # the city keeps originals on paper
    notes: list[Noted]
    messages: int

    @property
    def latest_notes(self) -> list[Noted]:
        """The notes that are shown on the page itself."""
        return self.notes[:NOTES_SHOWN]


class StaffCaseController(Controller):
    """One case of one's city."""

    path = "/staff/cases/{no:str}"
    opt = {"who": CASEWORK}
    dependencies = {"desk": Provide(case_in_hand)}

    @get(dependencies={"looked": Provide(looked_at)})
    async def show(self, desk: NamedDependency[CaseDesk], looked: NamedDependency[Looked]) -> Response[bytes]:
        """Show answers, insurance record, files, clock and the acts open now."""
        await access.note(desk.me, "read_case", desk.case)
        return desk.page(
            "staff/casework/case/show",
            case=desk.case,
            todo=await todo(desk),
            view=await case_view(desk.case),
            viewer=await viewer(desk.case, looked),
        )

    @get("/viewer", dependencies={"looked": Provide(looked_at)})
    async def show_viewer(self, desk: NamedDependency[CaseDesk], looked: NamedDependency[Looked]) -> Response[bytes]:
        """Return only the viewer of papers, as a fragment for the page."""
        shown = found(await viewer(desk.case, looked))
        return page(desk.request, "staff/casework/case/_viewer", viewer=shown)

    @get("/letters/{id:str}")
    async def letter(self, desk: NamedDependency[CaseDesk], id: FromPath[str]) -> Response[bytes]:
        """Show a letter as the citizen has it."""
        letter = found(await letters.letter(desk.case.id, id, desk=True))
        await access.note(desk.me, "read_letter", desk.case, thing=f"letter:{letter.id}")
        content = letter.opened()
        return desk.page(
            "staff/casework/case/letter",
            case=desk.case,
            letter=letter,
            content=content,
            given=await standing_of(desk.case) if letter.kind in GRANTING else None,
            qr=letters.qr(content.verify_at),
        )

    @get("/person")
    async def unmasked(self, desk: NamedDependency[CaseDesk]) -> Response[bytes]:
        """Show the numbers unmasked, for a call or a comparison; the citizen can see who looked."""
        who = found(await person(desk.case.person))
        await access.note(desk.me, "unmask", desk.case)
        answers = answers_of(desk.case)
        phones = [answers[name] for name in ("mobile", "notify_mobile") if answers.get(name)]
        return desk.page("staff/casework/case/person", case=desk.case, who=who, phones=list(dict.fromkeys(phones)))

    @post(f"/{ACCEPTANCE}", opt={"who": ("reviewer",)})
    async def accept(self, desk: NamedDependency[CaseDesk]) -> Response[bytes]:
        """Accept the application formally; the clock of the decision starts."""
        desk.current_form()
        await move(desk.case, "accept", desk.acting(Role.REVIEWER))
        return desk.back()


async def todo(desk: CaseDesk) -> Todo:
    """Return the acts open to the member now, with notes and questions."""
    case = desk.case
    calling = await calls.waiting_for(case) is not None
    assigning = "交给别人" if case.assigned_to == desk.me.id else "分派"
    leads = desk.has("reviewer", "supervisor")
    return Todo(
        steps=steps(desk, await standing_of(case)),
        calls=calling and leads,
        may_claim=not case.assigned_to and not case.ended,
        assigning=assigning if leads and not case.ended else "",
        originals=bool(kept_on_paper(case.city)),
        notes=await noted(case),
        messages=len(await conversation.messages(case)),
    )


def steps(desk: CaseDesk, given: Standing | None) -> list[Step]:
    """Return the buttons in the order of the table of moves; those that move no case come last.

    A benefit that has ended, of which *given* knows, is not revoked a second time.
    """
    open_now = [action for action in desk.actions() if action != "revoke_benefit" or (given and not given.over)]
    places = [ACTIONS[action] for action in open_now if action in ACTIONS]
    permission = ACTS["permission"]
    objection = ACTS["objection"]
    used_up = not desk.case.ended and not desk.may("ask_correction", Role.REVIEWER)
    if Role.SUPERVISOR in desk.roles and used_up and desk.case.at in IN_HAND:
        places.append((permission.path, permission.title))
    if Role.REVIEWER in desk.roles and desk.case.at is State.PUBLICITY:
        places.append((objection.path, objection.title))
    return [Step(path, words) for path, words in dict.fromkeys(places)]
