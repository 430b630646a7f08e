"""``/{r}/apply/{key}/materials``: upload the files of a draft, sort the pile, tick what is missing.

Uploads are read as a stream (`core/web/uploads.py`). A refused file is not stored, so the reason is
shown on the page that answers the upload.
"""

from typing import Any

import msgspec
from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath

from portal.cases.apply import draft
from portal.cases.life.case import Case
from portal.cases.papers.taking import limits_of, take_all
from portal.citizen.apply.stopped import must_choose
from portal.citizen.apply.wizard import wizard
from portal.citizen.shared.mine import CITIZEN, MyDraft, draft_named
from portal.citizen.shared.unsafe import unsafe_by_slot
from portal.core.tools.errors import found
from portal.core.tools.i18n import Said
from portal.core.web import uploads
from portal.core.web.pages import form_page, see_other
from portal.core.web.sessions import form_of
from portal.documents import keep, pages
from portal.documents.accepted import allowed
from portal.documents.check import WARNINGS
from portal.documents.keep import Document
from portal.documents.places import BROWSER_WORDS, Place, Refusals, first_reason, papers
from portal.documents.slots import PILE
from portal.questions.catalogue import STEPS, after, journey
from portal.questions.materials import (
    MATERIALS,
    SELF_CHECKS,
    Slot,
    missing,
    published_examples,
    self_checks,
    slots,
    why_missing,
)

ON_THE_PILE = Slot(PILE, PILE, "还没分类的文件", "", required=False)


# D7: one page for all materials, each row with its own form, so that people see what is left.
class MaterialsController(Controller):
    """The page of files of a draft."""

    path = "/{r:str}/apply/{key:str}/materials"
    opt = {"who": CITIZEN, "scope": "apply"}
    dependencies = {"mine": Provide(draft_named)}

    @get()
    async def show(self, request: Request[Any, Any, Any], mine: NamedDependency[MyDraft]) -> Response[bytes]:
        """Show every slot with its files; 303 if the insurance must be looked at first."""
        if must_choose(mine):
            return see_other(f"{mine.home}/insurance")
        return await materials_page(request, mine, mine.answers)

    @post(compares=True)
    async def go_on(self, request: Request[Any, Any, Any], mine: NamedDependency[MyDraft]) -> Response[bytes]:
        """Save the ticks (暂时没有, 已经在别的文件里, the self-checks) and go on, or show what is still missing."""
        form = form_of(request)
        case = mine.case
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
        """Store the files sent for a slot or for the pile."""
        id = found(next((id for id in (*_ids(mine), PILE) if id == slot), None))
        async with uploads.sending(request, limits_of(mine.region)) as sending:
            refused = await take_all(sending, mine.case, id, allowed(mine.region, id))
        if refused:
            return await materials_page(request, mine, mine.answers, refused={id: refused})
        return see_other(f"{mine.home}/materials#slot-{id}")

    @post("/sorting")
    async def sort(self, request: Request[Any, Any, Any], mine: NamedDependency[MyDraft]) -> Response[bytes]:
        """Move files of the pile to the slots that the person chose; files without a choice stay in the pile."""
        form = form_of(request)
        ids = _ids(mine)
        files = await keep.documents(mine.case.id)
        for file in files:
            to = form[f"to.{file.id}"]
            if file.slot == PILE and to in ids:
                await pages.sort_into(file, to)
        return see_other(f"{mine.home}/materials#files")


def _ids(mine: MyDraft) -> list[str]:
    return [slot.id for slot in slots(mine.region, mine.answers)]


async def missing_errors(case: Case, answers: dict[str, str]) -> dict[str, str]:
    """Return ``{id of the control that mends it: message}`` for all that is still missing, in page order."""
    files = await keep.documents(case.id)
    blocking, open_ = missing(case.city, answers, {file.slot for file in files})
    errors = {
        f"pick-{slot.id}": why_missing(slot, case.city, blocks=slot in blocking)
        for slot in slots(case.city, answers)
        if slot in blocking or slot in open_
    }
    unsorted = sum(file.slot == PILE for file in files)
    if unsorted:
        first = next(file.id for file in files if file.slot == PILE)
        errors[f"to-{first}"] = Said("还有 {n} 个文件没有分类。请给每个文件选一项材料，用不着的请删除。", n=unsorted)
    return errors


class Box(msgspec.Struct, frozen=True):
    """A checkbox: its name in the form, its label, and whether it is ticked."""

    name: str
    words: str
    ticked: bool


class Row(msgspec.Struct, frozen=True):
    """A material with the place for its files; *mark* and *words* show its state while it has no file."""

    slot: Slot
    place: Place
    mark: str
    words: str
    wrong: str  # error message; empty if none
    ticks: tuple[Box, ...]  # 暂时没有, or contained in another file; empty if the material is required

    @property
    def boxes(self) -> tuple[Box, ...]:
        """The checkboxes of the material while it has no file."""
        return () if self.place.papers else self.ticks

    @property
    def by_letter(self) -> bool:
        """Whether this material is the letter that a proxy prints from the page of the delegation."""
        return self.slot.id == "authorization_letter"


class MaterialsPage(msgspec.Struct, frozen=True):
    """Content of the page of files."""

    home: str
    rows: list[Row]
    pile: Place
    pile_wrong: str
    count: int  # of files
    sheets: int  # of pages
    used: int  # bytes
    checks: list[Box]  # the self-checks
    examples: list[tuple[str, str]]  # of the city's published list: material, examples
    stamped: bool  # the city asks for a stamp

    @property
    def pile_is_open(self) -> bool:
        """Whether the pile shows from the start: something lies there, or was refused there."""
        return bool(self.pile.papers or self.pile.refused or self.pile.unsafe)

    @property
    def sorting(self) -> list[tuple[str, str]]:
        """The materials that a file of the pile can be moved to: ``(id, name)`` in page order."""
        return [(row.slot.id, row.slot.name) for row in self.rows]


async def materials_page(
    request: Request[Any, Any, Any],
    mine: MyDraft,
    answers: dict[str, str],
    *,
    errors: dict[str, str] | None = None,
    refused: dict[str, Refusals] | None = None,
) -> Response[bytes]:
    """Return the page of files; 422 if a file was refused or something is missing."""
    files = await keep.documents(mine.case.id)
    errors = {**_first_refusals(refused or {}), **(errors or {})}
    return form_page(
        request,
        "citizen/apply/answers/materials",
        errors,
        region=mine.region,
        case=mine.case,
        wizard=wizard(request, mine, MATERIALS, answers, files),
        view=await _materials(mine, answers, files, errors, refused or {}),
        warnings=WARNINGS,
        words=BROWSER_WORDS,
    )


async def _materials(
    mine: MyDraft,
    answers: dict[str, str],
    files: list[Document],
    errors: dict[str, str],
    refused: dict[str, Refusals],
) -> MaterialsPage:
    turned = await pages.turns(mine.case.id)
    unsafe = await unsafe_by_slot(mine.case)
    count, used = await keep.used(mine.case.id)

    def place(slot: Slot) -> Place:
        return Place(
            id=slot.id,
            name=slot.name,
            action=f"/materials/{slot.id}",
            allowed=allowed(mine.region, slot.id),
            papers=papers(files, slot.id, turned),
            refused=refused.get(slot.id, []),
            unsafe=unsafe.get(slot.id, []),
            error=first_reason(refused.get(slot.id, [])),
            missed=f"pick-{slot.id}" in errors,
            described=f"wrong-{slot.id} why-{slot.id}",
        )

    return MaterialsPage(
        home=mine.home,
        rows=[_row(slot, place(slot), answers, errors) for slot in slots(mine.region, answers)],
        pile=place(ON_THE_PILE),
        pile_wrong=next((said for name, said in errors.items() if name.startswith("to-")), ""),
        count=count,
        sheets=sum(file.pages for file in files),
        used=used,
        checks=[_box(name, words, answers) for name, words in self_checks(mine.region).items()],
        examples=published_examples(mine.region),
        stamped="checked.stamp" in self_checks(mine.region),
    )


def _row(slot: Slot, place: Place, answers: dict[str, str], errors: dict[str, str]) -> Row:
    without = _box(f"without.{slot.id}", Said("暂时没有{name}", name=slot.name), answers)
    within = _box(f"within.{slot.id}", Said("{name}已经在别的文件里", name=slot.name), answers)
    mark, words = "todo", "还没有传"
    if within.ticked:
        mark, words = "half", "在别的文件里"
    elif without.ticked:
        mark, words = "half", "暂时没有"
    boxes = () if slot.required else (without, within)
    return Row(slot, place, mark, words, errors.get(f"pick-{slot.id}", ""), boxes)


def _box(name: str, words: str, answers: dict[str, str]) -> Box:
    return Box(name, words, ticked=answers.get(name) == "yes")


def _first_refusals(refused: dict[str, Refusals]) -> dict[str, str]:
    return {f"pick-{slot}": reason for slot, rows in refused.items() for _, reason in rows[:1]}
