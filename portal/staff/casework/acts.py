"""``/staff/cases/{no}/acts/{act}``: acts that need a reason: refuse to accept, cancel, extend, revoke ...

Each act has a page with its meaning, a field for the reason and one button; `reasoned` has their table.
"""

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath

from portal.cases.life.case import Case, clock_on, history
from portal.cases.life.deadlines import extended_to
from portal.cases.life.moves import NotAllowed, Role
from portal.cases.result import publicity
from portal.core.tools.errors import found
from portal.core.tools.i18n import Said
from portal.core.web.autosave import keeps_typed, shows_typed
from portal.core.web.forms import Form
from portal.regions.load import Region
from portal.regions.reasons import OTHER, words
from portal.staff.casework.reasoned import ACTS, Act
from portal.staff.shared.desk import CASEWORK, CaseDesk, case_in_hand

WORDS = 500


async def act_named(act: FromPath[str]) -> Act:
    """Return the act in the address, or 404."""
    return found(ACTS.get(act))


class Given(msgspec.Struct, frozen=True):
    """The clerk's input."""

    reason: str = ""  # the code of a reason from the list
    words: str = ""
    second: str = ""


class ActsController(Controller):
    """An act that needs a reason."""

    path = "/staff/cases/{no:str}/acts/{act:str}"
    opt = {"who": CASEWORK}
    dependencies = {"desk": Provide(case_in_hand), "chosen": Provide(act_named)}

    @get()
    @shows_typed
    async def ask(self, desk: NamedDependency[CaseDesk], chosen: NamedDependency[Act]) -> Response[bytes]:
        """Explain the act and ask for the reason."""
        role_for(chosen, desk)
        return await act_page(desk, chosen, {})

    @post()
    @keeps_typed
    async def do(self, desk: NamedDependency[CaseDesk], chosen: NamedDependency[Act]) -> Response[bytes]:
        """Carry out the act."""
        role = role_for(chosen, desk)
        given = read(desk.current_form())
        reasons = reasons_for(chosen, desk.region)
        errors = errors_in(given, chosen, reasons)
        if errors:
            return await act_page(desk, chosen, errors)
        await chosen.do(desk.case, desk.acting(role), _sentence(reasons, given), given.second)
        return desk.back()


def read(form: Form) -> Given:
    """Return the input in a form; empty when the page is opened."""
    return Given(*(form[name].strip()[:WORDS] for name in Given.__struct_fields__))


def reasons_for(act: Act, region: Region) -> dict[str, str]:
    """Return ``{code: reason}`` to choose from for an act; empty if the act asks for words only."""
    return words(getattr(region.reasons, act.library)) if act.library else {}


def errors_in(given: Given, act: Act, reasons: dict[str, str]) -> dict[str, str]:
    """Return ``{field: message}`` for a wrong reason."""
    errors: dict[str, str] = {}
    if reasons and given.reason not in reasons:
        errors["reason"] = "请选一个理由。"
    if not given.words and (not reasons or given.reason == OTHER):
        errors["words"] = "请写清楚理由。"
    if act.second and not given.second:
        errors["second"] = "请写听取意见的情况；联系不上的，写明怎么联系过。"
    return errors


def _sentence(reasons: dict[str, str], given: Given) -> str:
    """Return the reason to store: the chosen one, then the clerk's words."""
    reason = reasons.get(given.reason, "") if given.reason != OTHER else ""
    return "：".join(part for part in (reason, given.words) if part)


def role_for(act: Act, desk: CaseDesk) -> Role:
    """Return the role in which the member may do *act* now.

    Raises:
        NotAllowed: the act is not open to the member.
    """
    for role in desk.roles:
        if role in act.roles or (act.action and desk.may(act.action, role)):
            return role
    raise NotAllowed(f"{act.title}: not open now")


async def act_page(desk: CaseDesk, act: Act, errors: dict[str, str]) -> Response[bytes]:
    """Return the page of an act."""
    return desk.page(
        "staff/casework/acts/show",
        errors,
        case=desk.case,
        act=act,
        lead=await lead(desk.case, act),
        reasons=reasons_for(act, desk.region),
        objections=await publicity.objections(desk.case) if act is ACTS["upholding"] else [],
        given=read(desk.form),
    )


async def lead(case: Case, act: Act) -> str:
    """Return the sentence that explains the act; for an extension it names the new last day."""
    if act.action == "extend_deadline":
        later = extended_to(clock_on(case, await history(case)), case.city)
        if later:
            return Said("{lead}新的期限是 {day}。", lead=act.lead, day=later)
    return act.lead
