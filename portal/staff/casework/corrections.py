"""``/staff/cases/{no}/corrections/new``: write one correction notice with all defects."""

from collections.abc import Sequence
from datetime import date

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency, Provide

from portal.cases.life.case import Case, answers_of
from portal.cases.life.deadlines import correction_due
from portal.cases.life.moves import Role
from portal.cases.papers import corrections
from portal.cases.papers.corrections import NewDefect
from portal.cases.papers.examples import Picture, pictures
from portal.core.tools import clock
from portal.core.tools.i18n import Said
from portal.core.web.autosave import keeps_typed, shows_typed
from portal.core.web.forms import Form
from portal.questions.materials import Slot, slots
from portal.regions.reasons import OTHER, words
from portal.staff.shared.desk import CaseDesk, case_in_hand

WORDS = 300
PREVIEW = "preview"


class Shown(msgspec.Struct, frozen=True):
    """A defect as the citizen will read it."""

    name: str
    words: str
    picture: Picture | None


class Composer(msgspec.Struct, frozen=True):
    """The materials that the notice may name, and the citizen's last day."""

    slots: list[Slot]
    limited: bool  # asked once already: only what came in since
    only_one: bool  # the city allows one notice
    reasons: dict[str, str]
    pictures: dict[str, Picture]  # what goes wrong, drawn, by reason
    answer_by: date
    preview: list[Shown]


class StaffCorrectionController(Controller):
    """The composer of a notice."""

    path = "/staff/cases/{no:str}/corrections/new"
    opt = {"who": ("reviewer",)}
    dependencies = {"desk": Provide(case_in_hand)}

    @get()
    @shows_typed
    async def new(self, desk: NamedDependency[CaseDesk]) -> Response[bytes]:
        """Show every material with the reasons to choose from."""
        desk.require("ask_correction", Role.REVIEWER)
        return await composer_page(desk, {})

    @post()
    @keeps_typed
    async def create(self, desk: NamedDependency[CaseDesk]) -> Response[bytes]:
        """Send the notice, or show what the citizen will read."""
        form = desk.current_form()
        defects, errors = await read(form, desk.case)
        if errors or form["action"] == PREVIEW:
            return await composer_page(desk, errors, defects)
        await corrections.ask(desk.case, desk.acting(Role.REVIEWER), defects)
        return desk.back()


async def slots_open(case: Case) -> list[Slot]:
    """Return the materials that a notice may name now."""
    allowed = await corrections.slots_to_ask(case)
    return [slot for slot in slots(case.city, answers_of(case)) if allowed is None or slot.id in allowed]


async def read(form: Form, case: Case) -> tuple[list[NewDefect], dict[str, str]]:
    """Return the defects in a posted form, and its errors by field."""
    defects: list[NewDefect] = []
    errors: dict[str, str] = {}
    for slot in await slots_open(case):
        reason = form[f"reason-{slot.id}"]
        own = form[f"words-{slot.id}"].strip()[:WORDS]
        if not reason:
            continue
        if reason == OTHER and not own:
            errors[f"words-{slot.id}"] = Said("选了“其他”，请写清{name}要怎么补。", name=slot.name)
        elif reason in case.city.reasons.correction:
            defects.append(NewDefect(slot.id, reason, own))
    if not defects and not errors:
        errors["defects"] = "请至少选一项要补正的材料。"
    return defects, errors


async def composer_page(desk: CaseDesk, errors: dict[str, str], defects: Sequence[NewDefect] = ()) -> Response[bytes]:
    """Return the page of the composer; with *defects* a preview of what the citizen will read."""
    composer = Composer(
        slots=await slots_open(desk.case),
        limited=await corrections.slots_to_ask(desk.case) is not None,
        only_one=desk.region.rules.correction.at_most == 1,
        reasons=words(desk.region.reasons.correction),
        pictures=pictures(desk.region),
        answer_by=correction_due(clock.today(), desk.region),
        preview=[] if errors else preview(desk.case, defects),
    )
    return desk.page("staff/casework/corrections/new", errors, case=desk.case, composer=composer, form=desk.form)


def preview(case: Case, defects: Sequence[NewDefect]) -> list[Shown]:
    """Return *defects* as the citizen will read them."""
    names = {slot.id: slot.name for slot in slots(case.city, answers_of(case))}
    reasons = words(case.city.reasons.correction)
    drawn = pictures(case.city)
    return [
        Shown(
            names[defect.slot],
            corrections.said(defect.reason, reasons[defect.reason], defect.words),
            drawn.get(defect.reason),
        )
        for defect in defects
    ]
