"""``/staff/cases/{no}/corrections/new``: write the one notice that lists everything."""

from collections.abc import Sequence
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency, Provide

from portal.accounts.staff import Member
from portal.cases.life.case import Case, answers_of, may
from portal.cases.life.deadlines import answer_by
from portal.cases.life.moves import NotAllowed, Role
from portal.cases.papers import corrections
from portal.cases.papers.corrections import NewDefect
from portal.cases.papers.pictures import pictures
from portal.core.tools import clock
from portal.core.tools.errors import Stale
from portal.core.tools.i18n import Said
from portal.core.web.forms import Form
from portal.core.web.pages import page, see_other
from portal.core.web.sessions import form_of
from portal.questions.materials import Slot, slots
from portal.regions.reasons import OTHER, words
from portal.staff.casework.case import seen, who_moved
from portal.staff.shared.mine import acting, case_named, member
from portal.staff.shared.nav import links

WORDS = 300


class StaffCorrectionController(Controller):
    """The composer of a notice."""

    path = "/staff/cases/{no:str}/corrections/new"
    opt = {"who": ("reviewer",)}
    dependencies = {"me": Provide(member), "case": Provide(case_named)}

    @get()
    async def new(
        self, request: Request[Any, Any, Any], case: NamedDependency[Case], me: NamedDependency[Member]
    ) -> Response[bytes]:
        """Show every material with the reasons to choose from."""
        if "ask_correction" not in [one.action for one in may(case, Role.REVIEWER)]:
            raise Stale(await who_moved(case))
        return await composer(request, case, me, Form(), {})

    @post()
    async def create(
        self, request: Request[Any, Any, Any], case: NamedDependency[Case], me: NamedDependency[Member]
    ) -> Response[bytes]:
        """Send the notice."""
        form = form_of(request)
        seen(case, form["row_version"])
        defects, errors = await read(form, case)
        if errors or form["action"] == "preview":
            return await composer(request, case, me, form, errors, defects)
        try:
            await corrections.ask(case, acting(me, Role.REVIEWER), defects)
        except NotAllowed as error:
            raise Stale(await who_moved(case)) from error
        return see_other(f"/staff/cases/{case.number}")


async def slots_open(case: Case) -> list[Slot]:
    """Return the materials a notice may be about now."""
    allowed = await corrections.slots_to_ask(case)
    return [slot for slot in slots(case.city, answers_of(case)) if allowed is None or slot.id in allowed]


async def read(form: Form, case: Case) -> tuple[list[NewDefect], dict[str, str]]:
    """Return the defects in a posted form, and what is wrong with it."""
    found: list[NewDefect] = []
    errors: dict[str, str] = {}
    for slot in await slots_open(case):
        reason, own = form[f"reason-{slot.id}"], form[f"words-{slot.id}"].strip()[:WORDS]
        if not reason:
            continue
        if reason == OTHER and not own:
            errors[f"words-{slot.id}"] = Said("选了“其他”，请写清{name}要怎么补。", name=slot.name)
        elif reason in case.city.reasons.correction:
            found.append(NewDefect(slot.id, reason, own))
    if not found and not errors:
        errors["defects"] = "请至少选一项要补正的材料。"
    return found, errors


async def composer(
    request: Request[Any, Any, Any],
    case: Case,
    me: Member,
    form: Form,
    errors: dict[str, str],
    preview: Sequence[NewDefect] = (),
) -> Response[bytes]:
    """Return the page of the composer; with a *preview* of what the citizen will read."""
    names = {slot.id: slot.name for slot in slots(case.city, answers_of(case))}
    reasons, drawn = words(case.city.reasons.correction), pictures(case.city)
    return page(
        request,
        "staff/casework/corrections/new",
        status=422 if errors else 200,
        region=case.city,
        me=me,
        links=links(request, me),
        case=case,
        slots=await slots_open(case),
        preview=[
            (names[one.slot], corrections.said(one.reason, reasons[one.reason], one.words), drawn.get(one.reason))
            for one in preview
        ],
        pictures=drawn,
        limited=await corrections.slots_to_ask(case) is not None,
        reasons=reasons,
        form=form,
        errors=errors,
        answer_by=answer_by(clock.today(), case.city),
        only_one=case.city.rules.correction.at_most == 1,
    )
