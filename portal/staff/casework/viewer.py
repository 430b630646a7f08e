"""``/staff/cases/{no}/viewer`` and ``/files/{doc}/...``: papers as pictures, and the file itself as a second act.

Staff read pictures with their own name across them; whoever needs the file says why. Both are noted.
"""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

import msgspec
from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromQuery

from portal.accounts.staff import Member
from portal.cases.apply.ready import SIGNED
from portal.cases.desk import access
from portal.cases.life.case import Case
from portal.cases.papers import sent
from portal.cases.talk import conversation
from portal.core.tools import clock
from portal.core.tools.errors import found
from portal.core.tools.sandbox import run_apart
from portal.core.web.pages import file_answer, iso, page
from portal.core.web.sessions import form_of
from portal.documents import keep, pages
from portal.documents.keep import Document
from portal.questions.materials import names
from portal.staff.shared.mine import CASEWORK, case_named, file_named, member
from portal.staff.shared.nav import links

ZOOMS = (100, 150, 200, 300)
OURS = "经办机构的留言"
WHY = {
    "clearer": "图片看不清，要看原文件",
    "signature": "要核对文件里的电子签名",
    "evidence": "复核、复议或诉讼要用",
}


class Viewer(msgspec.Struct, frozen=True):
    """What the viewer shows: a page of a file, how large, how turned; and where its buttons lead."""

    case: Case
    files: Sequence[Document]
    named: dict[str, str]
    chosen: Document
    leaf: int
    zoom: int
    turn: int

    @property
    def picture(self) -> str:
        """The address of the picture."""
        return f"/staff/cases/{self.case.number}/files/{self.chosen.id}/pages/{self.leaf}?turn={self.turn}"

    def name(self, file: Document) -> str:
        """Return the name of the material a file was sent for."""
        return self.named.get(file.slot, "补正材料")

    def to(self, file: Document, leaf: int = 1, **other: int) -> str:
        """Return the query that shows another page; its zoom stays, its turn begins anew unless told."""
        return urlencode({"file": file.id, "leaf": leaf, "zoom": other.get("zoom", self.zoom), **_turn(other)})

    @property
    def by_desk(self) -> bool:
        """Whether the office has sent it itself, with a message."""
        return self.name(self.chosen) == OURS

    @property
    def before(self) -> str:
        """The query of the page before, of the file before where this is the first."""
        if self.leaf > 1:
            return self.to(self.chosen, self.leaf - 1, turn=self.turn)
        at = self.files.index(self.chosen)
        return self.to(self.files[at - 1], self.files[at - 1].pages) if at else ""

    @property
    def after(self) -> str:
        """The query of the page after, of the file after where this is the last."""
        if self.leaf < self.chosen.pages:
            return self.to(self.chosen, self.leaf + 1, turn=self.turn)
        at = self.files.index(self.chosen)
        return self.to(self.files[at + 1]) if at + 1 < len(self.files) else ""

    @property
    def larger(self) -> str:
        """The query that shows it larger."""
        zoom = next((one for one in ZOOMS if one > self.zoom), 0)
        return self.to(self.chosen, self.leaf, zoom=zoom, turn=self.turn) if zoom else ""

    @property
    def smaller(self) -> str:
        """The query that shows it smaller."""
        zoom = next((one for one in reversed(ZOOMS) if one < self.zoom), 0)
        return self.to(self.chosen, self.leaf, zoom=zoom, turn=self.turn) if zoom else ""

    @property
    def turned(self) -> str:
        """The query that shows it turned a quarter to the right."""
        return self.to(self.chosen, self.leaf, turn=(self.turn + 1) % 4)


def _turn(other: dict[str, int]) -> dict[str, int]:
    return {"turn": other["turn"]} if other.get("turn") else {}


async def viewer(case: Case, file: str, leaf: int, zoom: int, turn: int) -> Viewer | None:
    """Return the viewer with *file* open, the first when there is no such; nothing for a case without files."""
    named = {**names(case.city), SIGNED.id: SIGNED.name}
    order = {id: at for at, id in enumerate(named)}
    files = sorted(await sent.documents(case), key=lambda one: order.get(one.slot, len(order)))
    said = await conversation.messages(case)
    files += [one for message in said for one in message.files if one.state != "virus"]
    named |= {one.slot: OURS if message.by_staff else "留言" for message in said for one in message.files}
    if not files:
        return None
    chosen = next((one for one in files if one.id == file), files[0])
    leaf = min(max(leaf, 1), chosen.pages)
    return Viewer(case, files, named, chosen, leaf, zoom if zoom in ZOOMS else ZOOMS[0], turn % 4)


async def picture(me: Member, case: Case, file: Document, number: int, turn: int) -> Response[bytes]:
    """Return one page as a picture with the reader's name across it, and note who looked."""
    await access.note(me, "read_document", case, thing=f"document:{file.id}")
    try:
        plain = await pages.picture(file, number, turn % 4)
    except (IndexError, FileNotFoundError):
        plain = found(None)
    text = f"{me.name} {me.login} {iso(clock.now())[:16].replace('T', ' ')}"
    marked: bytes = await run_apart("portal.documents.watermark:marked", plain, text)
    return file_answer(marked, "image/jpeg", f"{number}.jpg")


class ViewerController(Controller):
    """The papers of a case."""

    path = "/staff/cases/{no:str}"
    opt = {"who": CASEWORK}
    dependencies = {"me": Provide(member), "case": Provide(case_named)}

    @get("/viewer")
    async def show(
        self,
        request: Request[Any, Any, Any],
        case: NamedDependency[Case],
        file: FromQuery[str] = "",
        leaf: FromQuery[int] = 1,
        zoom: FromQuery[int] = 100,
        turn: FromQuery[int] = 0,
    ) -> Response[bytes]:
        """Show the viewer alone, for the page to take over."""
        shown = found(await viewer(case, file, leaf, zoom, turn))
        return page(request, "staff/casework/case/_viewer", viewer=shown)

    @get("/files/{doc:str}/original", dependencies={"file": Provide(file_named)})
    async def ask(
        self,
        request: Request[Any, Any, Any],
        me: NamedDependency[Member],
        case: NamedDependency[Case],
        file: NamedDependency[Document],
    ) -> Response[bytes]:
        """Ask why the file itself is needed."""
        return original_page(request, me, case, file, {})

    @post("/files/{doc:str}/original", dependencies={"file": Provide(file_named)}, status_code=200)
    async def download(
        self,
        request: Request[Any, Any, Any],
        me: NamedDependency[Member],
        case: NamedDependency[Case],
        file: NamedDependency[Document],
    ) -> Response[bytes]:
        """Send the file as it is kept, and note who took it and why."""
        why = form_of(request)["why"]
        if why not in WHY:
            return original_page(request, me, case, file, {"why-clearer": "请选一个下载的原因。"})
        content = await keep.content(file)
        thing = f"document:{file.id}"
        await access.note(me, "download_document", case, thing=thing, why=why)
        kind = "application/pdf" if file.kind == "pdf" else "image/jpeg"
        return file_answer(content, kind, file.filename, download=True)


def original_page(
    request: Request[Any, Any, Any], me: Member, case: Case, file: Document, errors: dict[str, str]
) -> Response[bytes]:
    """Return the page that asks why; 422 when nobody said it."""
    return page(
        request,
        "staff/casework/case/original",
        status=422 if errors else 200,
        region=case.city,
        me=me,
        links=links(request, me),
        case=case,
        file=file,
        why=WHY,
        errors=errors,
    )
