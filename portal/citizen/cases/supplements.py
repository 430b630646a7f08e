"""``/{r}/cases/{no}/supplements``: add material while the case is open, without having been asked.

Files are kept as they come; the office sees them when all are sent together.
"""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath
from msgspec.structs import replace

from portal.cases.life.moves import NotAllowed
from portal.cases.papers import supplement
from portal.cases.papers.papers import EVERY
from portal.cases.papers.taking import limits_of, take_all
from portal.citizen.shared.mine import CITIZEN, MyCase, address, case_named, leave_if_stale, moved_on
from portal.citizen.shared.unsafe import unsafe_by_slot
from portal.core.tools.errors import found
from portal.core.web import uploads
from portal.core.web.pages import form_page, see_other
from portal.documents import pages
from portal.documents.accepted import allowed
from portal.documents.check import WARNINGS
from portal.documents.keep import Document
from portal.documents.places import BROWSER_WORDS, Place, Refusals, first_reason, papers
from portal.questions.materials import slots

NOTHING_SENT = "还没有传文件。请先传要补充的材料。"


class SupplementsController(Controller):
    """What the citizen adds of their own accord."""

    path = "/{r:str}/cases/{no:str}/supplements"
    opt = {"who": CITIZEN, "scope": "correct"}
    dependencies = {"mine": Provide(case_named)}

    @get()
    async def show(self, request: Request[Any, Any, Any], mine: NamedDependency[MyCase]) -> Response[bytes]:
        """Show every material with a place to add to it, and what was added."""
        await _open_or_stale(mine)
        return await _supplement_page(request, mine)

    @post("/{slot:str}", streams=True, request_max_body_size=None)
    async def upload(
        self, request: Request[Any, Any, Any], mine: NamedDependency[MyCase], slot: FromPath[str]
    ) -> Response[bytes]:
        """Keep files for a material."""
        row = found({row.id: row for row in slots(mine.region, EVERY)}.get(slot))
        place = supplement.upload_slot(row.id)
        takes = allowed(mine.region, row.id)
        async with uploads.sending(request, limits_of(mine.region)) as sending:
            await _open_or_stale(mine)
            refused = await take_all(sending, mine.case, place, takes)
        if refused:
            return await _supplement_page(request, mine, refused={row.id: refused})
        return see_other(f"{mine.home}/supplements#slot-{row.id}")

    @post()
    async def send(self, request: Request[Any, Any, Any], mine: NamedDependency[MyCase]) -> Response[bytes]:
        """Send what was added to the office."""
        await leave_if_stale(request, mine.case)
        await _open_or_stale(mine)
        if not await supplement.unsent(mine.case):
            return await _supplement_page(request, mine, nothing_sent=True)
        try:
            await supplement.send(mine.case, mine.actor)
        except NotAllowed as error:
            raise await moved_on(mine.case) from error
        return see_other(address(mine.case))


async def _open_or_stale(mine: MyCase) -> None:
    if not mine.open_now("supplement"):
        raise await moved_on(mine.case)


async def _supplement_page(
    request: Request[Any, Any, Any],
    mine: MyCase,
    *,
    refused: dict[str, Refusals] | None = None,
    nothing_sent: bool = False,
) -> Response[bytes]:
    """Return the page of additions; 422 when files were *refused*, or the answer is sent without one."""
    waiting = await supplement.unsent(mine.case)
    places = await _places(mine, waiting, refused or {})
    if nothing_sent:
        places[0] = replace(places[0], error=NOTHING_SENT)
    wrong = {f"pick-{place.id}": place.error for place in places if place.error}
    return form_page(
        request,
        "citizen/cases/supplements/show",
        wrong,
        region=mine.region,
        case=mine.case,
        home=f"{mine.home}/supplements",
        places=places,
        count=len(waiting),
        warnings=WARNINGS,
        words=BROWSER_WORDS,
    )


async def _places(mine: MyCase, waiting: list[Document], refused: dict[str, Refusals]) -> list[Place]:
    """Return every material of the city as a place for additions.

    Args:
        mine: the case.
        waiting: what was added and not sent yet.
        refused: what was not taken just now, by material.
    """
    turned = await pages.turns(mine.case.id)
    unsafe = await unsafe_by_slot(mine.case)
    return [
        Place(
            id=slot.id,
            name=slot.name,
            action=f"/{slot.id}",
            allowed=allowed(mine.region, slot.id),
            papers=papers(waiting, supplement.upload_slot(slot.id), turned),
            refused=refused.get(slot.id, []),
            error=first_reason(refused.get(slot.id, [])),
            unsafe=unsafe.get(supplement.upload_slot(slot.id), []),
        )
        for slot in slots(mine.region, EVERY)
    ]
