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
from portal.cases.papers.corrections import Correction, Defect
from portal.cases.papers.examples import Picture, pictures
from portal.cases.papers.taking import limits_of, take_all
from portal.citizen.shared.mine import (
    CITIZEN,
    Asked,
    MyCase,
    address,
    case_named,
    leave_if_stale,
    moved_on,
)
from portal.citizen.shared.unsafe import unsafe_by_slot
from portal.core.tools import clock
from portal.core.tools.clock import day_of
from portal.core.tools.errors import found
from portal.core.tools.i18n import Said
from portal.core.web import uploads
from portal.core.web.autosave import keeps_typed, shows_typed
from portal.core.web.forms import Form
from portal.core.web.pages import page, see_other
from portal.core.web.sessions import form_of
from portal.documents import keep, pages
from portal.documents.accepted import allowed
from portal.documents.check import WARNINGS
from portal.documents.places import BROWSER_WORDS, Place, Refusals, first_reason, papers
from portal.questions.materials import names as names_of

WORDS = 500  # characters of an explanation that are kept


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


class Item(msgspec.Struct, frozen=True):
    """One defect, what is written about it, the place for files that mend it, and a drawing of the fault if any."""

    defect: Defect
    explanation: str  # as it was typed, even if it was not sent yet
    place: Place
    picture: Picture | None


class NoticeView(msgspec.Struct, frozen=True):
    """A notice as its page shows it."""

    notice: Correction
    items: list[Item]
    home: str
    may_extend: bool
    days_left: int  # calendar days, today not counted

    @property
    def answered(self) -> int:
        """How many items have been answered."""
        return sum(item.defect.answered for item in self.items)


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
        return see_other(f"{mine.home}#defect-{defect.id}")

    @post(compares=True)
    @keeps_typed
    async def send(self, request: Request[Any, Any, Any], mine: NamedDependency[MyNotice]) -> Response[bytes]:
        """Keep the explanations; send the answer when nothing is missing."""
        if not mine.notice.open:
            raise await moved_on(mine.case)
        await leave_if_stale(request, mine.case)
        await _keep_explanations(mine, form_of(request))
        if form_of(request)["action"] == "save":
            return see_other(address(mine.case))
        left = [defect for defect in await _defects(mine) if not defect.answered]
        if left:
            return await _correction_page(request, mine, errors=_unanswered(left))
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


async def _keep_explanations(mine: MyNotice, form: Form) -> None:
    for defect in await corrections.defects(mine.notice, ()):
        await corrections.explain(defect, form[f"words-{defect.id}"].strip()[:WORDS])


def _unanswered(left: list[Defect]) -> dict[str, str]:
    sentence = "第 {n} 项还没有补。请传文件，或者写一句说明。"
    return {f"defect-{defect.id}": Said(sentence, n=defect.position) for defect in left}


async def _defects(mine: MyNotice) -> list[Defect]:
    return await corrections.defects(mine.notice, await keep.documents(mine.case.id))


async def _open_defect(mine: MyNotice, id: str) -> Defect:
    if not mine.notice.open:
        raise await moved_on(mine.case)
    return found({defect.id: defect for defect in await _defects(mine)}.get(id))


async def _correction_page(
    request: Request[Any, Any, Any],
    mine: MyNotice,
    *,
    errors: dict[str, str] | None = None,
    refused: dict[str, Refusals] | None = None,
) -> Response[bytes]:
    """Return the page of a notice; 422 when something is missing or was refused."""
    refused = refused or {}
    items = await _items(mine, refused, form_of(request))
    wrong = {f"pick-{item.place.id}": item.place.error for item in items if item.place.error} | (errors or {})
    return page(
        request,
        "citizen/cases/corrections/show",
        status=422 if wrong else 200,
        region=mine.case.city,
        case=mine.case,
        view=NoticeView(
            notice=mine.notice,
            items=items,
            home=mine.home,
            may_extend=mine.may_extend,
            days_left=(mine.notice.answer_by - clock.today()).days,
        ),
        errors=wrong,
        warnings=WARNINGS,
        words=BROWSER_WORDS,
    )


async def _items(mine: MyNotice, refused: dict[str, Refusals], form: Form) -> list[Item]:
    """Return the items of the notice.

    Args:
        mine: the notice.
        refused: what was not taken just now, by defect.
        form: what was typed, which need not have every field.
    """
    case = mine.case
    drawn = pictures(mine.case.city)
    names = names_of(mine.case.city)
    turned = await pages.turns(case.id)
    unsafe = await unsafe_by_slot(case)
    return [
        Item(
            defect=defect,
            explanation=form[name] if (name := f"words-{defect.id}") in form else defect.explanation,
            place=Place(
                id=f"defect-{defect.id}",
                name=names.get(defect.slot, "申请内容"),
                action=f"/defects/{defect.id}",
                allowed=allowed(case.city, defect.slot),
                papers=papers(defect.files, defect.upload_slot, turned),
                refused=refused.get(defect.id, []),
                error=first_reason(refused.get(defect.id, [])),
                unsafe=unsafe.get(defect.upload_slot, []),
            ),
            picture=drawn.get(defect.reason),
        )
        for defect in await _defects(mine)
    ]
