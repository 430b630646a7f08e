"""``/staff/cases/{no}/files/{doc}/pages/{number}``: one page of a paper as a picture with the clerk's name across it.

Every view is logged. What stands around the picture is in `viewer`; the file itself is sent by `download`.
"""

from litestar import Controller, Response, get
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, FromQuery

from portal.accounts.staff import Member
from portal.cases.desk import access
from portal.core.tools import clock
from portal.core.tools.errors import NotFound
from portal.core.tools.sandbox import run_apart
from portal.core.web.pages import file_answer, iso
from portal.documents import pages
from portal.documents.keep import Document
from portal.staff.shared.desk import CASEWORK, CaseDesk, case_in_hand, file_in_hand


class PictureController(Controller):
    """The pages of the papers of a case."""

    path = "/staff/cases/{no:str}/files/{doc:str}/pages"
    opt = {"who": CASEWORK}
    dependencies = {"desk": Provide(case_in_hand), "file": Provide(file_in_hand)}

    @get("/{number:int}")
    async def show(
        self,
        desk: NamedDependency[CaseDesk],
        file: NamedDependency[Document],
        number: FromPath[int],
        turn: FromQuery[int] = 0,
    ) -> Response[bytes]:
        """Show one page of a file, and log the view."""
        await access.note(desk.me, "read_document", desk.case, thing=f"document:{file.id}")
        try:
            plain = await pages.picture(file, number, turn % 4)
        except (IndexError, FileNotFoundError) as error:
            raise NotFound from error
        marked: bytes = await run_apart("portal.documents.watermark:marked", plain, watermark(desk.me))
        return file_answer(marked, "image/jpeg", f"{number}.jpg")


def watermark(member: Member) -> str:
    """Return the text across a picture: who looks at it, and when."""
    return f"{member.name} {member.login} {iso(clock.now())[:16].replace('T', ' ')}"
