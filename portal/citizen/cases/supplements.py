"""``/{r}/cases/{no}/supplements``: add material unasked while the case is open; kept as it comes, sent at once."""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath

from portal.cases.life.moves import NotAllowed
from portal.cases.papers import supplement
from portal.cases.papers.papers import EVERY
from portal.cases.papers.taking import limits_of, take_all
from portal.citizen.shared.mine import CITIZEN, MyCase, address, case_named, leave_if_stale, moved_on
from portal.citizen.shared.unsafe import unsafe_by_slot
from portal.core.tools.errors import found
from portal.core.web import uploads
from portal.core.web.pages import page, see_other
from portal.documents import pages
from portal.documents.allowed import allowed
from portal.documents.check import WARNINGS
from portal.documents.keep import Document
from portal.documents.places import BROWSER_WORDS, Place, Refusals, papers
from portal.questions.materials import Slot, slots


class SupplementsController(Controller):
    """Voluntary additions."""

    path = "/{r:str}/cases/{no:str}/supplements"
    opt = {"who": CITIZEN, "scope": "correct"}
    dependencies = {"mine": Provide(case_named)}

    @get()
    async def show(self, request: Request[Any, Any, Any], mine: NamedDependency[MyCase]) -> Response[bytes]:
        """Show every material with a place to add to it, and what was added."""
        await _open_or_stale(mine)
        return await supplement_page(request, mine)

    @post("/{slot:str}", streams=True, request_max_body_size=None)
    async def upload(
        self, request: Request[Any, Any, Any], mine: NamedDependency[MyCase], slot: FromPath[str]
    ) -> Response[bytes]:
        """Keep files for a material."""
        row = found({one.id: one for one in slots(mine.region, EVERY)}.get(slot))
        place, takes = supplement.upload_slot(row.id), allowed(mine.region, row.id)
        async with uploads.sending(request, limits_of(mine.region)) as sending:
            await _open_or_stale(mine)
            refused = await take_all(sending, mine.case, place, takes)
        if refused:
            return await supplement_page(request, mine, refused={row.id: refused})
        return see_other(f"{mine.home}/supplements#slot-{row.id}")

    @post()
    async def send(self, request: Request[Any, Any, Any], mine: NamedDependency[MyCase]) -> Response[bytes]:
        """Tell the office."""
        await leave_if_stale(request, mine.case)
        await _open_or_stale(mine)
        if not await supplement.unsent(mine.case):
            return await supplement_page(request, mine, errors={"files": "还没有传文件。请先传要补充的材料。"})
        try:
            await supplement.send(mine.case, mine.actor)
        except NotAllowed as error:
            raise await moved_on(mine.case) from error
        return see_other(address(mine.case))


async def _open_or_stale(mine: MyCase) -> None:
    if not mine.open_now("supplement"):
        raise await moved_on(mine.case)


async def supplement_page(
    request: Request[Any, Any, Any],
    mine: MyCase,
    *,
    errors: dict[str, str] | None = None,
    refused: dict[str, Refusals] | None = None,
) -> Response[bytes]:
    """Return the page of additions; 422 when something is missing or was refused."""
    said = {f"pick-{slot}": what for slot, rows in (refused or {}).items() for _, what in rows[:1]}
    waiting, turned = await supplement.unsent(mine.case), await pages.turns(mine.case.id)
    told = (refused or {}, await unsafe_by_slot(mine.case))
    return page(
        request,
        "citizen/cases/supplements/show",
        status=422 if errors or refused else 200,
        region=mine.region,
        case=mine.case,
        home=f"{mine.home}/supplements",
        places=[_place(mine, slot, waiting, turned, told) for slot in slots(mine.region, EVERY)],
        count=len(waiting),
        errors={**said, **(errors or {})},
        warnings=WARNINGS,
        words=BROWSER_WORDS,
    )


def _place(
    mine: MyCase,
    slot: Slot,
    waiting: list[Document],
    turned: dict[str, int],
    told: tuple[dict[str, Refusals], dict[str, Refusals]],
) -> Place:
    """Return a material as a place for additions; *told* is what was refused just now, and found unsafe later."""
    here, gone = supplement.upload_slot(slot.id), told[0].get(slot.id, [])
    return Place(
        id=slot.id,
        name=slot.name,
        action=f"/{slot.id}",
        allowed=allowed(mine.region, slot.id),
        papers=papers(waiting, here, turned),
        refused=gone,
        unsafe=told[1].get(here, []),
        error=gone[0][1] if gone else "",
    )
