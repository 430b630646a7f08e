"""``/staff/cases/{no}/claim``, ``/assignment`` and ``/access``: claim a case, assign it, or see it with a reason."""

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency, Provide

from portal.accounts.staff import member as member_by_id
from portal.cases.desk import access, allotment, notes
from portal.core.tools.errors import NotFound, Stale
from portal.core.tools.i18n import Said
from portal.core.web.pages import see_other
from portal.staff.shared.desk import CASEWORK, CaseDesk, case_in_hand, case_of_city

REASON = "请写明原因，至少 {n} 个字。"
LONGEST = 300
BACK = "back"  # what the form sends to put a case back
PUT_BACK = "放回待认领"


class Choice(msgspec.Struct, frozen=True):
    """A member to whom the case can be assigned, or the choice to leave it unassigned."""

    member: str  # empty: put it back
    name: str
    words: str

    @property
    def value(self) -> str:
        """What the form sends."""
        return self.member or BACK


class ClaimController(Controller):
    """``/staff/cases/{no}/claim``: claim the case."""

    path = "/staff/cases/{no:str}/claim"
    opt = {"who": CASEWORK}
    dependencies = {"desk": Provide(case_in_hand)}

    @post()
    async def claim(self, desk: NamedDependency[CaseDesk]) -> Response[bytes]:
        """Claim an unassigned case."""
        if not await allotment.claim(desk.case, desk.me.id) and desk.case.assigned_to != desk.me.id:
            raise Stale("这件刚被别的同事认领了。")
        return desk.back()


class AssignmentController(Controller):
    """``/staff/cases/{no}/assignment``: hand over, take over, put back."""

    path = "/staff/cases/{no:str}/assignment"
    opt = {"who": ("reviewer", "supervisor")}
    dependencies = {"desk": Provide(case_of_city)}

    @get()
    async def show(self, desk: NamedDependency[CaseDesk]) -> Response[bytes]:
        """Show the case's member and the possible new ones."""
        if desk.case.ended:
            raise NotFound
        return await assignment_page(desk, {})

    @post()
    async def give(self, desk: NamedDependency[CaseDesk]) -> Response[bytes]:
        """Assign the case, with a reason that is stored among the notes."""
        form = desk.form
        why = form["why"].strip()[:LONGEST]
        chosen = {choice.value: choice for choice in await choices(desk)}.get(form["member"])
        errors = {}
        if chosen is None:
            errors["member"] = "请选交给谁。"
        if len(why) < access.SHORTEST_REASON:
            errors["why"] = Said(REASON, n=access.SHORTEST_REASON)
        if errors or chosen is None:
            return await assignment_page(desk, errors)
        if form["seen"] != desk.case.assigned_to or not await given(desk, chosen, why):
            raise Stale(await desk.whose())
        await notes.add(desk.case, desk.me.id, f"→ {chosen.name}: {why}")
        if chosen.member == desk.me.id or desk.has("supervisor"):
            return desk.back()
        return see_other("/staff/queue?view=mine")


async def given(desk: CaseDesk, chosen: Choice, why: str) -> bool:
    """Give the case as *chosen*. Return False if somebody changed it meanwhile."""
    if not chosen.member:
        act = "put_back"
    elif chosen.member == desk.me.id:
        act = "take_over"
    else:
        act = "assign"
    return await allotment.give(desk.case, chosen.member, by=desk.me.id, act=act, why=why)


async def choices(desk: CaseDesk) -> list[Choice]:
    """Return the possible new members: all, for a supervisor or the case's member; else only *desk*'s member."""
    holder = desk.case.assigned_to
    seats = [seat for seat in await allotment.seats(desk.case.region) if seat.id != holder]
    to_all = desk.has("supervisor") or holder in ("", desk.me.id)
    found = [
        Choice(seat.id, seat.name, "我自己接手" if seat.id == desk.me.id else seat.name)
        for seat in seats
        if to_all or seat.id == desk.me.id
    ]
    if to_all and holder:
        found.append(Choice("", PUT_BACK, PUT_BACK))
    return found


async def assignment_page(desk: CaseDesk, errors: dict[str, str]) -> Response[bytes]:
    """Return the page that asks for the new member."""
    return desk.page(
        "staff/work/assignment/show",
        errors,
        case=desk.case,
        assigned=await member_by_id(desk.case.assigned_to),
        choices=await choices(desk),
        form=desk.form,
    )


class AccessController(Controller):
    """``/staff/cases/{no}/access``: ask for the reason to see a colleague's case."""

    path = "/staff/cases/{no:str}/access"
    opt = {"who": CASEWORK}
    dependencies = {"desk": Provide(case_of_city)}

    @get()
    async def ask(self, desk: NamedDependency[CaseDesk]) -> Response[bytes]:
        """Ask for the reason; redirect a member who needs the case for their work."""
        if await access.needs(desk.me, desk.case):
            return desk.back()
        return await access_page(desk, {})

    @post()
    async def give(self, desk: NamedDependency[CaseDesk]) -> Response[bytes]:
        """Open the case for an hour and store the reason."""
        why = desk.form["why"].strip()[:LONGEST]
        if len(why) < access.SHORTEST_REASON:
            return await access_page(desk, {"why": Said(REASON, n=access.SHORTEST_REASON)})
        await access.open_with_reason(desk.me, desk.case, why)
        return desk.back()


async def access_page(desk: CaseDesk, errors: dict[str, str]) -> Response[bytes]:
    """Return the page that asks for the reason."""
    return desk.page(
        "staff/work/assignment/access",
        errors,
        case=desk.case,
        assigned=await member_by_id(desk.case.assigned_to),
        may_take=desk.has("reviewer") and not desk.case.ended,
        why=desk.form["why"],
    )
