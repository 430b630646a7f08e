"""``/staff/cases/{no}/files/{doc}/original``: the file as it was handed in, for a reason, which is logged."""

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency, Provide

from portal.cases.desk import access
from portal.core.web.pages import file_answer
from portal.documents import keep
from portal.documents.keep import Document
from portal.staff.shared.desk import CASEWORK, CaseDesk, case_in_hand, file_in_hand

# Why the file itself is needed: what the form sends, and its words.
REASONS = {
    "clearer": "图片看不清，要看原文件",
    "signature": "要核对文件里的电子签名",
    "evidence": "复核、复议或诉讼要用",
}
FIRST = "reason-clearer"  # the choice that a missing reason leads to


class DownloadController(Controller):
    """A file of a case without the watermark."""

    path = "/staff/cases/{no:str}/files/{doc:str}/original"
    opt = {"who": CASEWORK}
    dependencies = {"desk": Provide(case_in_hand), "file": Provide(file_in_hand)}

    @get()
    async def ask(self, desk: NamedDependency[CaseDesk], file: NamedDependency[Document]) -> Response[bytes]:
        """Ask for the reason of the download."""
        return download_page(desk, file, {})

    @post(status_code=200)
    async def send(self, desk: NamedDependency[CaseDesk], file: NamedDependency[Document]) -> Response[bytes]:
        """Send the file, and log the download with its reason."""
        reason = desk.form["reason"]
        if reason not in REASONS:
            return download_page(desk, file, {FIRST: "请选一个下载的原因。"})
        content = await keep.content(file)
        await access.note(desk.me, "download_document", desk.case, thing=f"document:{file.id}", why=reason)
        kind = "application/pdf" if file.kind == "pdf" else "image/jpeg"
        return file_answer(content, kind, file.filename, download=True)


def download_page(desk: CaseDesk, file: Document, errors: dict[str, str]) -> Response[bytes]:
    """Return the page that asks for the reason of a download."""
    return desk.page("staff/casework/download/show", errors, case=desk.case, file=file, reasons=REASONS)
