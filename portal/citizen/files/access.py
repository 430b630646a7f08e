"""Who may read or change a file: a citizen whose draft or case it belongs to, or their proxy.

A file can always be viewed, but changed only while its place is open: a draft, a request for a
supplement that is not answered yet, a message that was not sent yet. At the desk `staff.shared.desk.file_in_hand`
and `cases.desk.access` decide.
"""

from collections.abc import Awaitable, Callable

import msgspec
from litestar import Response
from litestar.params import FromPath

from portal.cases.life.case import Case, case_by_id
from portal.cases.life.moves import State
from portal.cases.papers import corrections, supplement
from portal.cases.talk import conversation
from portal.citizen.shared.mine import Asked, address, who_acts
from portal.core.tools.errors import Stale, found
from portal.core.web.pages import see_other
from portal.core.web.sessions import visitor_of
from portal.documents import enclosed, keep
from portal.documents.accepted import Allowed, allowed
from portal.documents.keep import Document
from portal.documents.slots import ADDITION, UNSENT


class Open(msgspec.Struct, frozen=True):
    """A place where a file can still be changed: its page, and the files that it accepts."""

    page: str
    allowed: Allowed


PlaceOf = Callable[[Case, Document], Awaitable[Open | None]]


async def _in_draft(case: Case, file: Document) -> Open | None:
    if case.at is not State.DRAFT:
        return None
    return Open(f"{address(case)}/materials", allowed(case.city, file.slot))


async def _for_defect(case: Case, file: Document) -> Open | None:
    notice = await corrections.open_correction(case) if file.slot.startswith("defect:") else None
    defects = await corrections.defects(notice, ()) if notice else []
    slot = next((defect.slot for defect in defects if defect.upload_slot == file.slot), None)
    if notice is None or slot is None:
        return None
    return Open(f"{address(case)}/corrections/{notice.number}", allowed(case.city, slot))


async def _as_supplement(case: Case, file: Document) -> Open | None:
    if file.id not in {document.id for document in await supplement.unsent(case)}:
        return None
    slot = file.slot.removeprefix(ADDITION)
    return Open(f"{address(case)}/supplements", allowed(case.city, slot))


async def _in_message(case: Case, file: Document) -> Open | None:
    if not file.slot.startswith(UNSENT):
        return None
    return Open(f"{address(case)}/conversation", conversation.takes(case.city))


PLACES: list[PlaceOf] = [_in_draft, _for_defect, _as_supplement, _in_message]


class MyFile(msgspec.Struct, frozen=True):
    """A file of the person who is signed in."""

    case: Case
    file: Document

    @property
    def home(self) -> str:
        """Address of the file."""
        return f"/{self.case.region}/files/{self.file.id}"

    async def open(self) -> Open | None:
        """Return the place where the file can still be changed; None if it has been handed in."""
        for place in PLACES:
            if open_ := await place(self.case, self.file):
                return open_
        return None

    async def place(self) -> Open:
        """Return the place where the file can be changed.

        Raises:
            Stale: the file has been handed in and cannot be changed any more.
        """
        if open_ := await self.open():
            return open_
        raise Stale("这份文件已经交上去了，不能再改。要换的话，请等补正通知，或者打热线问一问。")

    async def back(self) -> Response[bytes]:
        """Redirect to the file on the page of its place."""
        return see_other(f"{(await self.place()).page}#file-{self.file.id}")


async def file_named(r: FromPath[str], doc: FromPath[str], request: Asked) -> MyFile:
    """Return the file in the address; 404 unless it belongs to a draft or case in the visitor's care."""
    file = found(await keep.document(doc) or await enclosed.own_unsent(doc, visitor_of(request).subject))
    case = await case_by_id(file.case)
    case = found(case if case and case.region == r else None)
    await who_acts(case, request, needs(case, request))
    return MyFile(case, file)


def needs(case: Case, request: Asked) -> str:
    """Return the scope of a delegation that a file's page needs: to fill in a draft, to read or correct a case."""
    if case.at is State.DRAFT:
        return "apply"
    return "view" if request.method == "GET" else "correct"
