"""``/staff/cases/{no}/appraisals``: invite experts, see their opinions, remind or replace them, add a third."""

from collections.abc import Sequence
from datetime import date

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath

from portal.accounts.staff import member as member_by_id
from portal.cases.experts import experts, panel
from portal.cases.experts.experts import Candidate
from portal.cases.experts.seats import Seat, seated, seats
from portal.cases.life.moves import Role, State
from portal.cases.result import opinion
from portal.cases.result.decision import diseases
from portal.cases.result.opinion import FINDINGS, VERDICTS, Opinion, Split, opinion_of
from portal.core.tools import clock
from portal.core.tools.errors import NotFound, found
from portal.core.web.second import stands_on
from portal.regions.catalogue import Disease
from portal.regions.criteria import Criteria
from portal.staff.shared.desk import CASEWORK, CaseDesk, case_in_hand
from portal.staff.shared.sign import Sign

WORDS = 500
REVIEWER = ("reviewer",)
STATES = {
    "given": Sign("done", "意见已交"),
    "invited": Sign("now", "等意见"),
    "recused": Sign("yours", "回避了"),
    "replaced": Sign("todo", "换了人，或再请一次"),
    "revoked": Sign("todo", "不用了"),
}
LATE = Sign("late", "已逾期")


class Place(msgspec.Struct, frozen=True):
    """A seat on the panel and its expert."""

    seat: Seat
    name: str  # empty when the expert was switched off
    opinions: dict[str, Opinion]  # by disease; empty before they are given

    @property
    def sign(self) -> Sign:
        """The state of the seat."""
        return LATE if self.seat.late else STATES[self.seat.state]

    @property
    def to_fill(self) -> bool:
        """Whether the seat needs another expert."""
        return self.seat.open or self.seat.state == "recused"


class PanelView(msgspec.Struct, frozen=True):
    """The panel of a case, the opinions given, and the other candidates."""

    places: list[Place]
    stands: Split
    diseases: list[tuple[Disease, Criteria]]
    candidates: list[Candidate]
    may_change: bool
    may_invite: bool
    required: int  # how many the city asks at least
    due: date  # until when an opinion asked for today is given

    @property
    def free(self) -> list[Candidate]:
        """The candidates who can be invited."""
        return [candidate for candidate in self.candidates if not candidate.conflict]

    @property
    def advice(self) -> str:
        """What the reviewer can do if the opinions do not settle the case; empty if they do."""
        if self.stands.unsure:
            return "有专家说材料不足，可以请申请人补正，补正交回后会再请这位专家。"
        if self.stands.differ and not self.stands.settled:
            return "意见不一致，请再加一位专家。"
        short = self.may_change and len(seated([place.seat for place in self.places])) < self.stands.needed
        return "专家不够，请再请一位。" if short else ""

    @property
    def may_send_again(self) -> bool:
        """Whether a case that came back from the approver can be sent on with the same opinions."""
        return self.may_change and self.stands.settled


class AppraisalsController(Controller):
    """The panel of one case."""

    path = "/staff/cases/{no:str}/appraisals"
    opt = {"who": CASEWORK}
    dependencies = {"desk": Provide(case_in_hand)}

    @get()
    async def show(self, desk: NamedDependency[CaseDesk]) -> Response[bytes]:
        """Show the panel, the opinions given, and the other candidates."""
        return await panel_page(desk, {}, desk.form.all("expert"), desk.form["why"])

    @post(opt={"who": REVIEWER})
    async def invite(self, desk: NamedDependency[CaseDesk]) -> Response[bytes]:
        """Invite the chosen experts: a whole panel at first, later one more."""
        chosen = desk.current_form().all("expert")
        try:
            error = await ask(desk, chosen)
        except panel.TooFew:
            error = "请的专家不够，请再选。"
        except panel.Conflicted as why:
            error = why.args[0]
        if error:
            return await panel_page(desk, {"expert": error}, chosen)
        return desk.back("/appraisals")

    @post("/conclusion", opt={"who": REVIEWER})
    async def conclude(self, desk: NamedDependency[CaseDesk]) -> Response[bytes]:
        """Send a case that came back from the approver on again, with an answer."""
        stands_on(desk.request, f"{desk.address}/appraisals")
        why = desk.current_form()["why"].strip()[:WORDS]
        if not why:
            return await panel_page(desk, {"why": "请写给审批人看的说明。"})
        await opinion.conclude_again(desk.case, desk.acting(Role.REVIEWER), why)
        return desk.back()

    @post("/{id:str}", opt={"who": REVIEWER})
    async def change(self, desk: NamedDependency[CaseDesk], id: FromPath[str]) -> Response[bytes]:
        """Remind, revoke or replace one expert."""
        form = desk.current_form()
        seat = found({seat.id: seat for seat in await seats(desk.case.id)}.get(id))
        try:
            await change(desk, seat, form["action"], form["expert"])
        except panel.Conflicted as why:
            return await panel_page(desk, {f"replace-{id}": why.args[0]})
        return desk.back("/appraisals")


async def ask(desk: CaseDesk, chosen: list[str]) -> str:
    """Invite the *chosen* experts; return an error message for the choice, or an empty text.

    Raises:
        TooFew, Conflicted: as for `panel.invite`.
    """
    reviewer = desk.acting(Role.REVIEWER)
    if desk.case.at is State.REVIEWING:
        await panel.invite(desk.case, reviewer, chosen)
    elif len(chosen) == 1:
        await panel.add(desk.case, reviewer, chosen[0])
    else:
        return "请选一位专家。"
    return ""


async def change(desk: CaseDesk, seat: Seat, action: str, expert: str) -> None:
    """Carry out *action* on a seat; *expert* is the new expert of a replacement."""
    reviewer = desk.acting(Role.REVIEWER)
    match action:
        case "remind":
            await panel.remind(desk.case, reviewer, seat)
        case "revoke":
            await panel.revoke(desk.case, reviewer, seat)
        case "replace":
            await panel.replace(desk.case, reviewer, seat, expert)
        case _:
            raise NotFound


async def panel_page(
    desk: CaseDesk, errors: dict[str, str], chosen: Sequence[str] = (), why: str = ""
) -> Response[bytes]:
    """Return the page of the panel, with the *chosen* experts ticked again, and the typed reason."""
    return desk.page(
        "staff/experts/appraisals/show",
        errors,
        case=desk.case,
        panel=await panel_view(desk),
        chosen=chosen,
        why=why,
        findings=FINDINGS,
        verdicts=VERDICTS,
    )


async def panel_view(desk: CaseDesk) -> PanelView:
    """Return the panel as the page shows it."""
    case = desk.case
    region = desk.region
    rules = region.rules.experts
    everybody = await seats(case.id)
    codes = [disease.code for disease in await diseases(case)]
    may_change = case.at is State.APPRAISING and desk.has("reviewer")
    may_invite = case.at is State.REVIEWING and bool(rules.required) and desk.has("reviewer")
    return PanelView(
        places=[await place(seat) for seat in everybody],
        stands=opinion.split(case, everybody, codes),
        diseases=[(region.diseases[code], region.criteria[code]) for code in codes],
        candidates=await experts.candidates(case) if may_change or may_invite else [],
        may_change=may_change,
        may_invite=may_invite,
        required=rules.required,
        due=region.calendar.add(clock.today(), rules.opinion_workdays),
    )


async def place(seat: Seat) -> Place:
    """Return a seat with its expert's name."""
    expert = await member_by_id(seat.expert)
    return Place(seat, expert.name if expert else "", opinion_of(seat))
