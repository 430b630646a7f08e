"""What an address of the desk names: only cases of one's own city; anything else looks missing."""

from typing import Any

from litestar import Request
from litestar.di import NamedDependency
from litestar.params import FromPath

from portal.accounts import staff
from portal.accounts.staff import Member
from portal.cases.desk import access
from portal.cases.life.case import Actor, Case, case_by_number
from portal.cases.life.moves import Role
from portal.cases.life.number import read_number
from portal.cases.papers import sent
from portal.core.tools.errors import First, Stale, Unavailable, found
from portal.core.tools.i18n import Said
from portal.documents.keep import Document
from portal.staff.shared.desk import CASEWORK, ROLES, STAFF, Asked, member

__all__ = [
    "CASEWORK",
    "STAFF",
    "Asked",
    "acting",
    "case_named",
    "case_of_city",
    "file_named",
    "member",
    "roles_of",
    "whose",
]


async def case_of_city(no: FromPath[str], me: NamedDependency[Member]) -> Case:
    """Return the case in the address if it is of the member's city and was submitted, or 404."""
    case = await case_by_number(read_number(no))
    return found(case if case and case.region == me.region and case.submitted_at else None)


async def case_named(no: FromPath[str], me: NamedDependency[Member], request: Request[Any, Any, Any]) -> Case:
    """Return the case in the address if the member's work needs it; who does not need it says why first.

    Raises:
        First: to the page that asks for the reason.
        Stale: to change somebody else's case it takes more than a reason: it must be taken over.
    """
    case = await case_of_city(no, me)
    if await access.needs(me, case):
        return case
    if request.method == "GET":
        raise First(f"/staff/cases/{case.number}/access")
    if case.ended:
        return case  # the table of moves refuses, and says what happened last and by whom
    raise Stale(await whose(case))


async def whose(case: Case) -> str:
    """Return who works on a case, for whoever came second."""
    by = await staff.member(case.assigned_to)
    return Said("这件现在由{name}承办。要接着办，请先接手。", name=by.name) if by else "这件现在不用您办。"


async def file_named(doc: FromPath[str], case: NamedDependency[Case]) -> Document:
    """Return the file in the address if it is of the case in the address and was handed in, or 404.

    Raises:
        Unavailable: it was not looked at for viruses yet.
    """
    mine = found(await sent.document(case, doc))
    if mine.checking:
        raise Unavailable("这个文件还在做安全检查，检查完才能打开。请过几分钟再看。")
    return mine


def acting(me: Member, role: Role) -> Actor:
    """Return the member as who acts in *role*."""
    return Actor(me.id, role)


def roles_of(me: Member) -> list[Role]:
    """Return the roles of the member that move cases."""
    return [role for name, role in ROLES.items() if me.has(name)]
