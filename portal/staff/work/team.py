"""``/staff/team``: who takes how many cases, who is away, and whether new ones are given out in turn."""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency, Provide

from portal.accounts.staff import Member
from portal.cases.desk import allotment
from portal.core.tools.errors import Stale
from portal.core.tools.i18n import Said
from portal.core.web.forms import Form
from portal.core.web.pages import page, see_other
from portal.core.web.sessions import form_of
from portal.regions.load import REGIONS
from portal.staff.shared.mine import member


class TeamController(Controller):
    """The reviewers of one's city."""

    path = "/staff/team"
    opt = {"who": ("supervisor",)}
    dependencies = {"me": Provide(member)}

    @get()
    async def show(self, request: Request[Any, Any, Any], me: NamedDependency[Member]) -> Response[bytes]:
        """Show everybody with their load."""
        return await team_page(request, me, None, {})

    @post()
    async def keep(self, request: Request[Any, Any, Any], me: NamedDependency[Member]) -> Response[bytes]:
        """Keep capacities, who is away, and the rule."""
        form, seats = form_of(request), await allotment.seats(me.region)
        errors: dict[str, str] = {}
        for seat in seats:
            typed = form[f"capacity-{seat.id}"].strip()
            if not (typed.isascii() and typed.isdigit() and int(typed) <= allotment.MOST):
                errors[f"capacity-{seat.id}"] = Said(
                    "{name}的最多件数请填 0 到 {n} 的数字。", name=seat.name, n=allotment.MOST
                )
        if errors:
            return await team_page(request, me, form, errors)
        for seat in seats:
            away = form[f"away-{seat.id}"] == "yes"
            await allotment.keep_seat(seat.id, int(form[f"capacity-{seat.id}"]), away=away)
        await allotment.keep_by_itself(me.region, form["in_turn"] == "yes")
        return see_other("/staff/team")

    @post("/turns")
    async def turns(self, request: Request[Any, Any, Any], me: NamedDependency[Member]) -> Response[bytes]:
        """Give out now what nobody has."""
        form_of(request)
        if not await allotment.in_turn(me.region, me.id):
            raise Stale("没有可以分派的办件，或者大家都满了、都不在。")
        return see_other("/staff/team")


async def team_page(
    request: Request[Any, Any, Any], me: Member, form: Form | None, errors: dict[str, str]
) -> Response[bytes]:
    """Return the page of the team, with what was typed when it was refused."""
    return page(
        request,
        "staff/work/team/show",
        status=422 if errors else 200,
        region=REGIONS[me.region],
        me=me,
        seats=await allotment.seats(me.region),
        by_itself=form["in_turn"] == "yes" if form else await allotment.by_itself(me.region),
        form=form,
        errors=errors,
    )
