"""``/staff/team``: capacities and absences of reviewers, and the rule for giving out new cases."""

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency, Provide

from portal.cases.desk import allotment
from portal.cases.desk.allotment import Seat
from portal.core.tools.errors import Stale
from portal.core.tools.i18n import Said
from portal.core.web.forms import Form
from portal.core.web.pages import see_other
from portal.staff.shared.desk import Desk, at_desk
from portal.staff.shared.nav import Nav

HOME = "/staff/team"


class SeatForm(msgspec.Struct, frozen=True):
    """The fields of one reviewer: stored values, or the typed input after an error."""

    id: str
    name: str
    load: int
    capacity: str
    away: bool


class TeamController(Controller):
    """The reviewers of one's city."""

    path = HOME
    opt = {"who": ("supervisor",), "nav": Nav("人员和分派")}
    dependencies = {"desk": Provide(at_desk)}

    @get()
    async def show(self, desk: NamedDependency[Desk]) -> Response[bytes]:
        """Show everybody with their load."""
        return await team_page(desk, {})

    @post()
    async def keep(self, desk: NamedDependency[Desk]) -> Response[bytes]:
        """Keep capacities, who is away, and the rule."""
        form = desk.form
        seats = await allotment.seats(desk.me.region)
        errors = errors_in(form, seats)
        if errors:
            return await team_page(desk, errors)
        for seat in seats:
            away = form[f"away-{seat.id}"] == "yes"
            await allotment.keep_seat(seat.id, int(form[f"capacity-{seat.id}"]), away=away)
        await allotment.keep_by_itself(desk.me.region, form["in_turn"] == "yes")
        return see_other(HOME)

    @post("/turns")
    async def turns(self, desk: NamedDependency[Desk]) -> Response[bytes]:
        """Give out the unassigned cases now."""
        if not await allotment.in_turn(desk.me.region, desk.me.id):
            raise Stale("没有可以分派的办件，或者大家都满了、都不在。")
        return see_other(HOME)


def errors_in(form: Form, seats: list[Seat]) -> dict[str, str]:
    """Return ``{field: message}`` for wrong capacities."""
    errors: dict[str, str] = {}
    for seat in seats:
        typed = form[f"capacity-{seat.id}"].strip()
        if not (typed.isascii() and typed.isdigit() and int(typed) <= allotment.MOST):
            errors[f"capacity-{seat.id}"] = Said(
                "{name}的最多件数请填 0 到 {n} 的数字。", name=seat.name, n=allotment.MOST
            )
    return errors


async def team_page(desk: Desk, errors: dict[str, str]) -> Response[bytes]:
    """Return the page of the team, with the typed input after an error."""
    form = desk.form
    return desk.page(
        "staff/work/team/show",
        errors,
        seats=[seat_form(seat, form) for seat in await allotment.seats(desk.me.region)],
        by_itself=form["in_turn"] == "yes" if form else await allotment.by_itself(desk.me.region),
    )


def seat_form(seat: Seat, form: Form) -> SeatForm:
    """Return the fields of *seat*, filled from *form* where something was typed."""
    capacity = f"{seat.capacity}"
    away = seat.away
    if form:
        capacity = form[f"capacity-{seat.id}"]
        away = form[f"away-{seat.id}"] == "yes"
    return SeatForm(seat.id, seat.name, seat.load, capacity, away)
