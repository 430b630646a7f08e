"""``/{r}/cases/{no}/take-back``: make an application a draft again, while the office has not taken it up."""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency, Provide

from portal.cases.apply import draft
from portal.cases.life.deadlines import take_back_until
from portal.cases.life.moves import NotAllowed
from portal.citizen.shared.mine import CITIZEN, MyCase, address, case_named, leave_if_stale, moved_on
from portal.core.web.pages import page, see_other


class TakeBackController(Controller):
    """Until when an application can be taken back, and taking it back."""

    path = "/{r:str}/cases/{no:str}/take-back"
    opt = {"who": CITIZEN, "scope": "apply"}
    dependencies = {"mine": Provide(case_named)}

    @get()
    async def ask(self, request: Request[Any, Any, Any], mine: NamedDependency[MyCase]) -> Response[bytes]:
        """Ask whether to take it back, or say why that is over."""
        until = None
        if mine.case.submitted_at and mine.open_now("take_back"):
            until = take_back_until(mine.case.submitted_at, mine.region)
        return page(request, "citizen/cases/take_back/show", region=mine.region, case=mine.case, until=until)

    @post()
    async def take_back(self, request: Request[Any, Any, Any], mine: NamedDependency[MyCase]) -> Response[bytes]:
        """Make it a draft again."""
        await leave_if_stale(request, mine.case)
        try:
            taken = await draft.take_back(mine.case, mine.actor)
        except NotAllowed as error:
            raise await moved_on(mine.case) from error
        return see_other(address(taken))
