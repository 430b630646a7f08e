"""``/{r}/cases/{no}/corrections/{n}``: answer a notice, item by item, then send it back at once."""

from typing import Any

import msgspec
from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath

from portal.cases.life.case import Actor, Case, may
from portal.cases.life.deadlines import answer_by
from portal.cases.life.moves import NotAllowed
from portal.cases.papers import corrections
from portal.cases.papers.corrections import Correction, Defect
from portal.cases.papers.pictures import pictures
from portal.cases.papers.taking import take_all
from portal.citizen.cases.progress import days_until
from portal.citizen.shared.mine import CITIZEN, Asked, address, case_named, moved_on
from portal.citizen.shared.unsafe import unsafe_by_slot
from portal.core.tools.clock import day_of
from portal.core.tools.errors import found
from portal.core.tools.i18n import Said
from portal.core.web.pages import page, see_other
from portal.core.web.sessions import form_of
from portal.documents import keep, pages
from portal.documents.allowed import allowed
from portal.documents.check import WARNINGS
from portal.documents.places import BROWSER_WORDS, Place, Refusals, papers
from portal.questions.materials import names as names_of

WORDS = 500


class MyNotice(msgspec.Struct, frozen=True):
    """A notice about a case of the person who is signed in."""

    case: Case
    actor: Actor
    notice: Correction

    @property
    def home(self) -> str:
        """Where the notice is answered."""
        return f"/{self.case.region}/cases/{self.case.number}/corrections/{self.notice.number}"


async def notice_named(r: FromPath[str], no: FromPath[str], n: FromPath[int], request: Asked) -> MyNotice:
    """Return the notice in the address, or 404."""
    mine = await case_named(r, no, request)
    return MyNotice(mine.case, mine.actor, found(await corrections.correction(mine.case, n)))


class CorrectionController(Controller):
    """One notice and its answer."""

    path = "/{r:str}/cases/{no:str}/corrections/{n:int}"
    opt = {"who": CITIZEN, "scope": "correct"}
    dependencies = {"mine": Provide(notice_named)}

    @get()
    async def show(self, request: Request[Any, Any, Any], mine: NamedDependency[MyNotice]) -> Response[bytes]:
        """Show every defect with a place to mend it."""
        return await correction_page(request, mine)

    @post("/defects/{d:str}", streams=True, request_max_body_size=None)
    async def upload(
        self,
        request: Request[Any, Any, Any],
        d: FromPath[str],
        mine: NamedDependency[MyNotice],
    ) -> Response[bytes]:
        """Take files for one defect."""
        defect = await _open_defect(mine, d)
        refused = await take_all(request, mine.case, defect.upload_slot, allowed(mine.case.city, defect.slot))
        if refused:
            return await correction_page(request, mine, refused={defect.id: refused})
        return see_other(f"{mine.home}#defect-{defect.id}")

    @post()
    async def send(
        self,
        request: Request[Any, Any, Any],
        mine: NamedDependency[MyNotice],
    ) -> Response[bytes]:
        """Keep the explanations; send the answer when nothing is missing."""
        form = form_of(request)
        if not mine.notice.open:
            raise await moved_on(mine.case)
        for defect in await corrections.defects(mine.notice, ()):
            await corrections.explain(defect, form[f"words-{defect.id}"].strip()[:WORDS])
        if form["action"] == "save":
            return see_other(address(mine.case))
        left = [one for one in await _defects(mine) if not one.answered]
        if left:
            errors: dict[str, str] = {
                f"defect-{one.id}": Said("第 {n} 项还没有补。请传文件，或者写一句说明。", n=one.position)
                for one in left
            }
            return await correction_page(request, mine, errors=errors)
        try:
            await corrections.answer(mine.case, mine.actor, mine.notice)
        except NotAllowed as error:
            raise await moved_on(mine.case) from error
        return see_other(address(mine.case))

    @get("/extension")
    async def ask_extension(self, request: Request[Any, Any, Any], mine: NamedDependency[MyNotice]) -> Response[bytes]:
        """Say until when it would be, and that it is only once."""
        if not _may_extend(mine):
            raise await moved_on(mine.case)
        asked, region = day_of(mine.notice.asked_at), mine.case.city
        later = answer_by(asked, region, extended=True)
        name = "citizen/cases/corrections/extension"
        return page(request, name, region=region, case=mine.case, notice=mine.notice, home=mine.home, later=later)

    @post("/extension")
    async def extend(self, mine: NamedDependency[MyNotice]) -> Response[bytes]:
        """Give more time, once."""
        try:
            await corrections.extend(mine.case, mine.actor, mine.notice)
        except NotAllowed as error:
            raise await moved_on(mine.case) from error
        return see_other(mine.home)


def _may_extend(mine: MyNotice) -> bool:
    open_ = [one.action for one in may(mine.case, mine.actor.role)]
    return mine.notice.open and "extend_correction" in open_


async def _defects(mine: MyNotice) -> list[Defect]:
    return await corrections.defects(mine.notice, await keep.documents(mine.case.id))


async def _open_defect(mine: MyNotice, id: str) -> Defect:
    if not mine.notice.open:
        raise await moved_on(mine.case)
    return found({one.id: one for one in await _defects(mine)}.get(id))


async def correction_page(
    request: Request[Any, Any, Any],
    mine: MyNotice,
    *,
    errors: dict[str, str] | None = None,
    refused: dict[str, Refusals] | None = None,
) -> Response[bytes]:
    """Return the page of a notice; 422 when something is missing or was refused."""
    region, case, notice = mine.case.city, mine.case, mine.notice
    found_, turned, unsafe = await _defects(mine), await pages.turns(case.id), await unsafe_by_slot(case)
    names = names_of(region)
    said = {f"pick-defect-{id}": what for id, rows in (refused or {}).items() for _, what in rows[:1]}
    return page(
        request,
        "citizen/cases/corrections/show",
        status=422 if errors or refused else 200,
        region=region,
        case=case,
        notice=notice,
        defects=found_,
        answered=sum(one.answered for one in found_),
        names=names,
        days_left=days_until(notice.answer_by),
        home=mine.home,
        may_extend=_may_extend(mine),
        errors={**said, **(errors or {})},
        places={one.id: _place(mine, one, names, turned, (refused or {}, unsafe)) for one in found_},
        warnings=WARNINGS,
        words=BROWSER_WORDS,
        pictures=pictures(region),
    )


def _place(
    mine: MyNotice,
    defect: Defect,
    names: dict[str, str],
    turned: dict[str, int],
    told: tuple[dict[str, Refusals], dict[str, Refusals]],
) -> Place:
    """Return a defect as a place for files; *told* is what was refused just now, and what was found unsafe later."""
    refused = told[0].get(defect.id, [])
    return Place(
        id=f"defect-{defect.id}",
        name=names.get(defect.slot, "申请内容"),
        action=f"/defects/{defect.id}",
        allowed=allowed(mine.case.city, defect.slot),
        papers=papers(defect.files, defect.upload_slot, turned),
        refused=refused,
        unsafe=told[1].get(defect.upload_slot, []),
        error=refused[0][1] if refused else "",
    )
