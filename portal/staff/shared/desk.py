"""The desk: the member, the case and the page's answer. The only dependency of a staff page.

Where the address names no case it is a `Desk` (`at_desk`). Where it names one it is a `CaseDesk`: with `case_in_hand`
the member's work needs the case, with `case_of_city` it only has to be of their city. A case of another city looks
missing.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from litestar import Request, Response
from litestar.di import NamedDependency
from litestar.params import FromPath

from portal.accounts import staff
from portal.accounts.staff import Member
from portal.cases.desk import access
from portal.cases.life.case import Actor, Case, case_by_number, history, moves_for
from portal.cases.life.moves import NotAllowed, Role
from portal.cases.life.number import read_number
from portal.cases.log.words import words
from portal.cases.papers import sent
from portal.core.tools.errors import First, SignInFirst, Stale, Unavailable, found
from portal.core.tools.i18n import Said
from portal.core.web.forms import Form
from portal.core.web.pages import page, see_other
from portal.core.web.second import refused_in, tell_second
from portal.core.web.sessions import end, form_of, visitor_of
from portal.documents.keep import Document
from portal.regions.load import REGIONS, Region
from portal.staff.shared.nav import links

STAFF = ("staff",)
CASEWORK = ("reviewer", "approver", "supervisor")
ROLES = {"reviewer": Role.REVIEWER, "approver": Role.APPROVER, "supervisor": Role.SUPERVISOR}

Asked = Request[Any, Any, Any]


# D86: what every page of the desk needs is given here, once.
class Desk:
    """A member of staff and the request they sent.

    A page fills its fields from `form`: so it keeps what was typed after an error (422), and when it comes again
    because somebody else was first (409).
    """

    def __init__(self, request: Asked, me: Member) -> None:
        """Work for *me*."""
        self.request = request
        self.me = me

    @property
    def region(self) -> Region:
        """The city whose rules the page shows: that of the member."""
        return REGIONS[self.me.region]

    @property
    def form(self) -> Form:
        """What was posted; empty when a page is opened."""
        return form_of(self.request)

    def has(self, *roles: str) -> bool:
        """Return whether one of *roles* is the member's."""
        return any(self.me.has(role) for role in roles)

    def acting(self, role: Role) -> Actor:
        """Return the member as an actor in *role*."""
        return Actor(self.me.id, role)

    def page(self, name: str, errors: Mapping[str, str] | None = None, /, **context: Any) -> Response[bytes]:
        """Return the page made from template *name* (without ``.html``); 422 where *errors* say what was typed wrong.

        Every page of the desk gets ``me``, ``region``, ``links`` (the navigation) and ``errors`` besides *context*,
        and ``refused`` where it comes again with 409 because somebody else was first.
        """
        refused = refused_in(self.request.scope)
        if refused:
            refused.shown = True
        return page(
            self.request,
            name,
            status=409 if refused else 422 if errors else 200,
            region=self.region,
            me=self.me,
            links=links(self.request, self.me),
            refused=refused,
            errors=errors or {},
            **context,
        )


class CaseDesk(Desk):
    """A member of staff with a case of their city before them."""

    def __init__(self, request: Asked, me: Member, case: Case) -> None:
        """Serve the member *me* with *case*, and set the 409 page's sentence that says who was first."""
        super().__init__(request, me)
        self.case = case
        tell_second(request, self.who_was_first)

    @property
    def region(self) -> Region:
        """The city, with the questions that the case began with."""
        return self.case.city

    @property
    def address(self) -> str:
        """Where the case is shown."""
        return f"/staff/cases/{self.case.number}"

    @cached_property
    def roles(self) -> list[Role]:
        """The member's roles that move cases."""
        return [role for name, role in ROLES.items() if self.me.has(name)]

    def may(self, action: str, role: Role) -> bool:
        """Return whether *action* is open to *role* now."""
        return any(move.action == action for move in moves_for(self.case, role))

    def actions(self) -> list[str]:
        """Return what is open to the member now, in the order of the table of moves, each once."""
        return list(dict.fromkeys(move.action for role in self.roles for move in moves_for(self.case, role)))

    def require(self, action: str, role: Role) -> None:
        """Check that *action* is open to *role* now.

        Raises:
            NotAllowed: the action is not open; the 409 page says what happened last.
        """
        if not self.may(action, role):
            raise NotAllowed(f"{action}: not open to {role}")

    def current_form(self) -> Form:
        """Return the posted form, made for the present version of the case.

        Raises:
            NotAllowed: the form was made from an older version of the case.
        """
        if self.form["row_version"] != str(self.case.row_version):
            raise NotAllowed("the form is of an older version")
        return self.form

    def back(self, place: str = "") -> Response[bytes]:
        """Send the browser back to the case, or to a *place* below it (``/notes``)."""
        return see_other(f"{self.address}{place}")

    async def who_was_first(self) -> str:
        """Return what happened last to the case and by whom, for the clerk who came second.

        That need not be what stood in their way: not every change leaves a row of history.
        """
        events = await history(self.case)
        if not events:
            return ""
        by = await staff.member(events[-1].actor)
        did = words(events[-1].action, "did")
        return Said(
            "这件刚才有了变化，或者现在不能这样办。最近的一步由{name}办理：{did}。",
            name=by.name if by else "申请人或系统",
            did=did,
        )

    async def whose(self) -> str:
        """Return who works on the case, for a colleague who may not change it."""
        by = await staff.member(self.case.assigned_to)
        return Said("这件现在由{name}承办。要接着办，请先接手。", name=by.name) if by else "这件现在不用您办。"


async def member(request: Asked) -> Member:
    """Return the signed-in member; a deactivated member's session ends at once."""
    visitor = visitor_of(request)
    me = await staff.member(visitor.subject)
    if me is None:
        await end(visitor)
        raise SignInFirst
    return me


async def at_desk(request: Asked) -> Desk:
    """Return the desk of the signed-in member."""
    return Desk(request, await member(request))


async def case_of_city(no: FromPath[str], request: Asked) -> CaseDesk:
    """Return the desk with the case in the address if it is of the member's city and was submitted, or 404."""
    me = await member(request)
    case = await case_by_number(read_number(no))
    return CaseDesk(request, me, found(case if case and case.region == me.region and case.submitted_at else None))


async def case_in_hand(no: FromPath[str], request: Asked) -> CaseDesk:
    """Return the desk with the case in the address if the member's work needs it; others say why first.

    Raises:
        First: to the page that asks for the reason.
        Stale: a colleague's case cannot be changed with a reason only; it must be taken over first.
    """
    desk = await case_of_city(no, request)
    if await access.needs(desk.me, desk.case):
        return desk
    if request.method == "GET":
        raise First(f"{desk.address}/access")
    if desk.case.ended:
        return desk  # the table of moves refuses, and the page says what happened last and by whom
    raise Stale(await desk.whose())


async def file_in_hand(doc: FromPath[str], desk: NamedDependency[CaseDesk]) -> Document:
    """Return the file in the address if it is of the case in the address and was handed in, or 404.

    Raises:
        Unavailable: the file has not been checked for viruses yet.
    """
    file = found(await sent.document(desk.case, doc))
    if file.checking:
        raise Unavailable("这个文件还在做安全检查，检查完才能打开。请过几分钟再看。")
    return file
