"""``/{r}/cases/{no}/corrections/{n}``: answer a notice of what is missing: item by item, then sent as a whole."""

from typing import Any

import msgspec
from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath

from portal.cases.life.case import Case
from portal.cases.life.deadlines import correction_due
from portal.cases.life.moves import NotAllowed
from portal.cases.papers import corrections
from portal.cases.papers.corrections import Correction
from portal.cases.papers.defects import Defect, explain, give
from portal.cases.papers.taking import limits_of, take_all
from portal.citizen.cases.defect_view import Item, as_typed, items, place_of, typed_over, wrong_with
from portal.citizen.shared.mine import (
    CITIZEN,
    Asked,
    MyCase,
    address,
    case_named,
    leave_if_stale,
    moved_on,
)
from portal.core.tools import clock
from portal.core.tools.clock import day_of
from portal.core.tools.errors import Stale, found
from portal.core.web import uploads
from portal.core.web.autosave import keeps_typed, shows_typed
from portal.core.web.pages import page, see_other
from portal.core.web.sessions import form_of
from portal.documents import keep
from portal.documents.accepted import allowed
from portal.documents.check import WARNINGS
from portal.documents.places import BROWSER_WORDS, Refusals


class MyNotice(msgspec.Struct, frozen=True):
    """A notice about a case of the person who is signed in, or of somebody they act for."""

    my_case: MyCase
    notice: Correction

    @property
    def case(self) -> Case:
        """The case."""
        return self.my_case.case

    @property
    def home(self) -> str:
        """Where the notice is answered."""
        return f"{self.my_case.home}/corrections/{self.notice.number}"

    @property
    def may_extend(self) -> bool:
        """Whether its time can be extended: once, while it is open."""
        return self.notice.open and self.my_case.open_now("extend_correction")


class NoticeView(msgspec.Struct, frozen=True):
    """A notice as its page shows it."""

    notice: Correction
    items: list[Item]
    home: str
    may_extend: bool
    days_left: int  # calendar days, today not counted

    @property
    def answered(self) -> int:
        """How many items have been answered well."""
        return sum(item.well_answered for item in self.items)


async def notice_named(r: FromPath[str], no: FromPath[str], n: FromPath[int], request: Asked) -> MyNotice:
    """Return the notice in the address, or 404."""
    mine = await case_named(r, no, request)
    return MyNotice(mine, found(await corrections.correction(mine.case, n)))


class CorrectionController(Controller):
    """One notice and its answer."""

    path = "/{r:str}/cases/{no:str}/corrections/{n:int}"
    opt = {"who": CITIZEN, "scope": "correct"}
    dependencies = {"mine": Provide(notice_named)}

    @get()
    @shows_typed
    async def show(self, request: Request[Any, Any, Any], mine: NamedDependency[MyNotice]) -> Response[bytes]:
        """Show every defect with a place to mend it."""
        return await _correction_page(request, mine)

    @post("/defects/{d:str}", streams=True, request_max_body_size=None)
    async def upload(
        self,
        request: Request[Any, Any, Any],
        d: FromPath[str],
        mine: NamedDependency[MyNotice],
    ) -> Response[bytes]:
        """Take files for one defect."""
        defect = await _open_defect(mine, d)
        async with uploads.sending(request, limits_of(mine.case.city)) as sending:
            refused = await take_all(sending, mine.case, defect.upload_slot, allowed(mine.case.city, defect.slot))
        if refused:
            return await _correction_page(request, mine, refused={defect.id: refused})
        return see_other(f"{mine.home}#{place_of(defect)}")

    @post(compares=True)
    @keeps_typed
    async def send(self, request: Request[Any, Any, Any], mine: NamedDependency[MyNotice]) -> Response[bytes]:
        """Keep what was typed; send the answer when nothing is missing."""
        if not mine.notice.open:
            raise await moved_on(mine.case)
        await leave_if_stale(request, mine.case)
        form = form_of(request)
        typed = as_typed(mine.my_case, await _defects(mine), form)
        try:
            mine = await _save(mine, typed, seen=form["saves"])
        except Stale as error:
            raise await moved_on(mine.case) from error
        if form["action"] == "save":
            return see_other(address(mine.case))
        errors = wrong_with(mine.my_case, typed)
        if errors:
            return await _correction_page(request, mine, errors=errors)
        try:
            await corrections.answer(mine.case, mine.my_case.actor, mine.notice)
        except NotAllowed as error:
            raise await moved_on(mine.case) from error
        return see_other(address(mine.case))

    @get("/extension")
    async def ask_extension(self, request: Request[Any, Any, Any], mine: NamedDependency[MyNotice]) -> Response[bytes]:
        """Say to which day the time would be extended, and that it happens only once."""
        if not mine.may_extend:
            raise await moved_on(mine.case)
        city = mine.case.city
        later = correction_due(day_of(mine.notice.asked_at), city, extended=True)
        return page(
            request, "citizen/cases/corrections/extension", region=city, case=mine.case, home=mine.home, later=later
        )

    @post("/extension")
    async def extend(self, request: Request[Any, Any, Any], mine: NamedDependency[MyNotice]) -> Response[bytes]:
        """Extend the time for the answer, once."""
        await leave_if_stale(request, mine.case)
        try:
            await corrections.extend(mine.case, mine.my_case.actor, mine.notice)
        except NotAllowed as error:
            raise await moved_on(mine.case) from error
        return see_other(mine.home)


async def _save(mine: MyNotice, typed: list[Defect], seen: str) -> MyNotice:
    """Store what was typed on a page that showed the notice as saved *seen* times; return the notice as it is now.

    Raises:
        Stale: it was saved meanwhile in another tab or on another device.
    """

    async def keep_all() -> None:
        for defect in typed:
            await explain(defect, defect.explanation)
            await give(defect, defect.given)

    await corrections.save(mine.notice, seen, keep_all)
    return MyNotice(mine.my_case, found(await corrections.correction(mine.case, mine.notice.number)))


async def _defects(mine: MyNotice) -> list[Defect]:
    return await corrections.defects(mine.notice, await keep.documents(mine.case.id))


async def _open_defect(mine: MyNotice, id: str) -> Defect:
    if not mine.notice.open:
        raise await moved_on(mine.case)
    return found({defect.id: defect for defect in await _defects(mine) if defect.asks == "paper"}.get(id))


async def _correction_page(
    request: Request[Any, Any, Any],
    mine: MyNotice,
    *,
    errors: dict[str, str] | None = None,
    refused: dict[str, Refusals] | None = None,
) -> Response[bytes]:
    """Return the page of a notice, with what was typed over what is stored; 422 if something is wrong."""
    stored = await _defects(mine)
    typed = typed_over(mine.my_case, stored, form_of(request))
    shown = await items(mine.my_case, typed, saved=stored, refused=refused or {}, errors=errors or {})
    places = [item.place for item in shown if item.place]
    wrong = {f"pick-{place.id}": place.error for place in places if place.refused} | (errors or {})
    return page(
        request,
        "citizen/cases/corrections/show",
        status=422 if wrong else 200,
        region=mine.case.city,
        case=mine.case,
        view=NoticeView(
            notice=mine.notice,
            items=shown,
            home=mine.home,
            may_extend=mine.may_extend,
            days_left=(mine.notice.answer_by - clock.today()).days,
        ),
        errors=wrong,
        warnings=WARNINGS,
        words=BROWSER_WORDS,
    )
