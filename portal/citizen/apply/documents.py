"""``/{r}/apply/{key}/materials``: the page of files of a draft: upload, sort a pile, say what there is not.

Uploads are read as a stream (`core/web/uploads.py`). What was taken is listed; what was not is said
with the reason, on the page itself, because a refused file has no row anywhere.
"""

from typing import Any

import msgspec
from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath

from portal.cases.apply import draft
from portal.cases.apply.ready import done_slugs
from portal.cases.life.case import Case
from portal.cases.papers.taking import limits_of, take_all
from portal.citizen.apply.tasks import ticks
from portal.citizen.shared.mine import CITIZEN, MyDraft, draft_named
from portal.citizen.shared.unsafe import unsafe_by_slot
from portal.core.tools.errors import found
from portal.core.tools.i18n import Said
from portal.core.web import uploads
from portal.core.web.pages import page, see_other
from portal.core.web.sessions import form_of
from portal.documents import keep, pages
from portal.documents.allowed import allowed
from portal.documents.check import WARNINGS
from portal.documents.keep import Document
from portal.documents.pages import PILE
from portal.documents.places import BROWSER_WORDS, Place, Refusals, papers
from portal.questions.catalogue import STEPS, after, before, journey
from portal.questions.materials import SELF_CHECKS, Slot, missing, slots


# D7: one page for all materials, each row a form of its own, so that one sees what is left.
class MaterialsController(Controller):
    """The page of files of a draft."""

    path = "/{r:str}/apply/{key:str}/materials"
    opt = {"who": CITIZEN, "scope": "apply"}
    dependencies = {"mine": Provide(draft_named)}

    @get()
    async def show(self, request: Request[Any, Any, Any], mine: NamedDependency[MyDraft]) -> Response[bytes]:
        """Show every slot with its files."""
        return await materials_page(request, mine, mine.answers)

    @post()
    async def go_on(self, request: Request[Any, Any, Any], mine: NamedDependency[MyDraft]) -> Response[bytes]:
        """Keep what was ticked (暂时没有, 已经在别的文件里, the self-check) and go on; say what is still missing."""
        form, case = form_of(request), mine.case
        rows = slots(mine.region, mine.answers)
        names = [f"{how}.{slot.id}" for slot in rows if not slot.required for how in ("without", "within")]
        ticked_now = {name: form[name] for name in (*names, *SELF_CHECKS)}
        ticked = {**mine.answers, **ticked_now}
        errors = {} if form["action"] == "save" else await missing_errors(case, ticked)
        await draft.keep_answers(case, ticked_now, seen=form["row_version"])
        if errors:
            renewed = msgspec.structs.replace(mine, case=found(await draft.draft_in(case.region, case.id)))
            return await materials_page(request, renewed, ticked, errors=errors)
        if form["action"] == "save":
            return see_other(mine.home)
        way = journey(mine.region, mine.answers)
        return see_other(
            f"{mine.home}/{'review' if form['return'] == 'review' else after(STEPS['materials'], way).slug}"
        )

    @post("/{slot:str}", streams=True, request_max_body_size=None)
    async def upload(
        self, request: Request[Any, Any, Any], mine: NamedDependency[MyDraft], slot: FromPath[str]
    ) -> Response[bytes]:
        """Take the files that were chosen for a slot, or for the pile."""
        id = found(next((id for id in (*_ids(mine), PILE) if id == slot), None))
        async with uploads.sending(request, limits_of(mine.region)) as sending:
            refused = await take_all(sending, mine.case, id, allowed(mine.region, id))
        if refused:
            return await materials_page(request, mine, mine.answers, refused={id: refused})
        return see_other(f"{mine.home}/materials#slot-{id}")

    @post("/sorting")
    async def sort(self, request: Request[Any, Any, Any], mine: NamedDependency[MyDraft]) -> Response[bytes]:
        """Put the files of the pile where the person said they belong; what has no place stays."""
        form, ids = form_of(request), _ids(mine)
        files = await keep.documents(mine.case.id)
        for file in files:
            to = form[f"to.{file.id}"]
            if file.slot == PILE and to in ids:
                await pages.sort_into(file, to)
        return see_other(f"{mine.home}/materials#files")


def _ids(mine: MyDraft) -> list[str]:
    return [slot.id for slot in slots(mine.region, mine.answers)]


async def missing_errors(case: Case, answers: dict[str, str]) -> dict[str, str]:
    """Return what must still be uploaded, sorted or ticked, by the id of its place, in page order."""
    files = await keep.documents(case.id)
    blocking, open_ = missing(case.city, answers, {file.slot for file in files})
    said = {slot.id: "还没有传{name}。" for slot in blocking} | {
        slot.id: "请传{name}，或者勾“暂时没有”。" for slot in open_
    }
    rows = [slot for slot in slots(case.city, answers) if slot.id in said]
    errors: dict[str, str] = {f"slot-{slot.id}": Said(said[slot.id], name=slot.name) for slot in rows}
    unsorted = sum(file.slot == PILE for file in files)
    if unsorted:
        errors[f"slot-{PILE}"] = Said("堆放区还有 {n} 个文件。请给每个文件选一项材料，用不着的请删除。", n=unsorted)
    return errors


async def materials_page(
    request: Request[Any, Any, Any],
    mine: MyDraft,
    answers: dict[str, str],
    *,
    errors: dict[str, str] | None = None,
    refused: dict[str, Refusals] | None = None,
) -> Response[bytes]:
    """Return the page of files; 422 when something was refused or is missing."""
    region, case, home = mine.region, mine.case, mine.home
    files, turned = await keep.documents(case.id), await pages.turns(case.id)
    step, way = STEPS["materials"], journey(region, answers)
    earlier = before(step, way)
    count, used = await keep.used(case.id)
    told = (refused or {}, await unsafe_by_slot(case))
    rows = [(slot, _place(mine, slot, files, turned, told)) for slot in slots(region, answers)]
    pile = Slot(PILE, PILE, "堆放区", "", required=False)
    return page(
        request,
        "citizen/apply/answers/materials",
        status=422 if errors or refused else 200,
        region=region,
        case=case,
        step=step,
        ticks=ticks(way, step, done_slugs(answers, region, files)),
        back=f"{home}/{earlier.slug}" if earlier else home,
        following=after(step, way),
        returning="review" if request.query_params.get("return") == "review" else "",
        answers=answers,
        errors={**_first_refusals(refused or {}), **(errors or {})},
        rows=rows,
        pile=_place(mine, pile, files, turned, told),
        count=count,
        used=used,
        sheets=sum(file.pages for file in files),
        home=home,
        warnings=WARNINGS,
        words=BROWSER_WORDS,
        self_checks=SELF_CHECKS,
    )


def _first_refusals(refused: dict[str, Refusals]) -> dict[str, str]:
    return {f"pick-{slot}": said for slot, rows in refused.items() for _, said in rows[:1]}


def _place(
    mine: MyDraft,
    slot: Slot,
    files: list[Document],
    turned: dict[str, int],
    told: tuple[dict[str, Refusals], dict[str, Refusals]],
) -> Place:
    """Return a slot as a place for files; *told* is what was refused just now, and what was found unsafe later."""
    gone, unsafe = (said.get(slot.id, []) for said in told)
    return Place(
        id=slot.id,
        name=slot.name,
        action=f"/materials/{slot.id}",
        allowed=allowed(mine.region, slot.id),
        papers=papers(files, slot.id, turned),
        refused=gone,
        unsafe=unsafe,
        error=gone[0][1] if gone else "",
    )
