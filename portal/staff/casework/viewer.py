"""``/staff/cases/{no}/viewer`` and ``/files/{doc}/...``: papers as pictures, and the download of the original file.

A download needs a reason. Every view and every download is logged.
"""

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, FromQuery

from portal.cases.desk import access
from portal.core.tools.errors import found
from portal.core.web.pages import file_answer, page
from portal.documents import keep
from portal.documents.keep import Document
from portal.staff.casework.viewer_view import Looked, picture, viewer
from portal.staff.shared.desk import CASEWORK, CaseDesk, case_in_hand, file_in_hand

# Why the file itself is needed: what the form sends, and its words.
WHY = {
    "clearer": "图片看不清，要看原文件",
    "signature": "要核对文件里的电子签名",
    "evidence": "复核、复议或诉讼要用",
}
FIRST = "reason-clearer"  # the choice that a missing reason leads to


class ViewerController(Controller):
    """The papers of a case."""

    path = "/staff/cases/{no:str}"
    opt = {"who": CASEWORK}
    dependencies = {"desk": Provide(case_in_hand)}

    @get("/viewer")
    async def show(
        self,
        desk: NamedDependency[CaseDesk],
        file: FromQuery[str] = "",
        leaf: FromQuery[int] = 1,
        zoom: FromQuery[int] = 100,
        turn: FromQuery[int] = 0,
    ) -> Response[bytes]:
        """Return only the viewer, as a fragment for the page."""
        shown = found(await viewer(desk.case, Looked(file, leaf, zoom, turn)))
        return page(desk.request, "staff/casework/case/_viewer", viewer=shown)

    @get("/files/{doc:str}/pages/{number:int}", dependencies={"file": Provide(file_in_hand)})
    async def picture(
        self,
        desk: NamedDependency[CaseDesk],
        file: NamedDependency[Document],
        number: FromPath[int],
        turn: FromQuery[int] = 0,
    ) -> Response[bytes]:
        """Show one page of a file as a picture, and note who looked."""
        return await picture(desk.me, desk.case, file, number, turn)

    @get("/files/{doc:str}/original", dependencies={"file": Provide(file_in_hand)})
    async def ask(self, desk: NamedDependency[CaseDesk], file: NamedDependency[Document]) -> Response[bytes]:
        """Ask for the reason of a download."""
        return original_page(desk, file, {})

    @post("/files/{doc:str}/original", dependencies={"file": Provide(file_in_hand)}, status_code=200)
    async def download(self, desk: NamedDependency[CaseDesk], file: NamedDependency[Document]) -> Response[bytes]:
        """Send the original file, and log the download with its reason."""
        reason = desk.form["reason"]
        if reason not in WHY:
            return original_page(desk, file, {FIRST: "请选一个下载的原因。"})
        content = await keep.content(file)
        await access.note(desk.me, "download_document", desk.case, thing=f"document:{file.id}", why=reason)
        kind = "application/pdf" if file.kind == "pdf" else "image/jpeg"
        return file_answer(content, kind, file.filename, download=True)


def original_page(desk: CaseDesk, file: Document, errors: dict[str, str]) -> Response[bytes]:
    """Return the page that asks for the reason of a download."""
    return desk.page("staff/casework/case/original", errors, case=desk.case, file=file, why=WHY)
