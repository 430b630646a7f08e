"""The viewer on the page of a case: which paper and page it shows, zoom and rotation, the target of each button.

The picture in it comes from an address of its own: `picture`.
"""

from collections.abc import Sequence
from urllib.parse import urlencode

import msgspec
from litestar.params import FromQuery

from portal.cases.apply.ready import SIGNED
from portal.cases.life.case import Case
from portal.cases.papers import sent
from portal.cases.talk import conversation
from portal.documents.keep import Document
from portal.questions.materials import names

ZOOMS = (100, 150, 200, 300)
FROM_OFFICE = "经办机构的留言"
FROM_CITIZEN = "留言"
FOR_CORRECTION = "补正材料"
KINDS = {"pdf": "PDF", "image": "照片"}


class Looked(msgspec.Struct, frozen=True):
    """The request in the address, not validated."""

    file: str = ""
    leaf: int = 1
    zoom: int = 100
    turn: int = 0


async def looked_at(
    file: FromQuery[str] = "", leaf: FromQuery[int] = 1, zoom: FromQuery[int] = 100, turn: FromQuery[int] = 0
) -> Looked:
    """Return what the address asks the viewer to show."""
    return Looked(file, leaf, zoom, turn)


class Viewer(msgspec.Struct, frozen=True):
    """The state of the viewer: page, zoom and rotation, and the targets of its buttons."""

    case: Case
    files: Sequence[Document]
    named: dict[str, str]
    ours: frozenset[str]  # ids of the files that the office sent with a message
    chosen: Document
    leaf: int
    zoom: int
    turn: int
    page: str  # where the viewer stands, below the case

    @property
    def address(self) -> str:
        """Where the case is shown."""
        return f"/staff/cases/{self.case.number}"

    @property
    def stands_at(self) -> str:
        """The page that the viewer is part of."""
        return f"{self.address}{self.page}"

    @property
    def picture(self) -> str:
        """The address of the picture."""
        return f"{self.address}/files/{self.chosen.id}/pages/{self.leaf}?turn={self.turn}"

    @property
    def kind(self) -> str:
        """The kind of the file in words."""
        return KINDS[self.chosen.kind]

    @property
    def by_desk(self) -> bool:
        """Whether the office sent the file, with a message."""
        return self.chosen.id in self.ours

    def name(self, file: Document) -> str:
        """Return the name of the material a file was sent for."""
        return self.named.get(file.slot, FOR_CORRECTION)

    def to(self, file: Document, leaf: int = 1, *, zoom: int = 0, turn: int = 0) -> str:
        """Return the query that shows another page, with the same zoom and no rotation unless given."""
        query: dict[str, str | int] = {"file": file.id, "leaf": leaf, "zoom": zoom or self.zoom}
        if turn:
            query["turn"] = turn
        return urlencode(query)

    @property
    def before(self) -> str:
        """The query of the page before; from the first page of a file, the last page of the file before."""
        if self.leaf > 1:
            return self.to(self.chosen, self.leaf - 1, turn=self.turn)
        at = self.files.index(self.chosen)
        if at == 0:
            return ""
        return self.to(self.files[at - 1], self.files[at - 1].pages)

    @property
    def after(self) -> str:
        """The query of the page after; from the last page of a file, the first page of the file after."""
        if self.leaf < self.chosen.pages:
            return self.to(self.chosen, self.leaf + 1, turn=self.turn)
        at = self.files.index(self.chosen)
        if at + 1 == len(self.files):
            return ""
        return self.to(self.files[at + 1])

    @property
    def larger(self) -> str:
        """The query that shows it larger, or an empty text at the largest zoom."""
        return self._at(next((zoom for zoom in ZOOMS if zoom > self.zoom), 0))

    @property
    def smaller(self) -> str:
        """The query that shows it smaller, or an empty text at the smallest zoom."""
        return self._at(next((zoom for zoom in reversed(ZOOMS) if zoom < self.zoom), 0))

    @property
    def turned(self) -> str:
        """The query that shows it turned a quarter to the right."""
        return self.to(self.chosen, self.leaf, turn=(self.turn + 1) % 4)

    def _at(self, zoom: int) -> str:
        return self.to(self.chosen, self.leaf, zoom=zoom, turn=self.turn) if zoom else ""


async def viewer(case: Case, looked: Looked, page: str = "") -> Viewer | None:
    """Return the viewer with the requested file, else the first; None for a case without files.

    *page* is the page below the case that it is part of.
    """
    named = {**names(case.city), SIGNED.id: SIGNED.name}
    order = {slot: place for place, slot in enumerate(named)}
    files = sorted(await sent.documents(case), key=lambda file: order.get(file.slot, len(order)))
    ours = set()
    for message in await conversation.messages(case):
        shown = [file for file in message.files if file.state != "virus"]
        files += shown
        for file in shown:
            named[file.slot] = FROM_OFFICE if message.by_staff else FROM_CITIZEN
            if message.by_staff:
                ours.add(file.id)
    if not files:
        return None
    chosen = next((file for file in files if file.id == looked.file), files[0])
    return Viewer(
        case,
        files,
        named,
        frozenset(ours),
        chosen,
        leaf=min(max(looked.leaf, 1), chosen.pages),
        zoom=looked.zoom if looked.zoom in ZOOMS else ZOOMS[0],
        turn=looked.turn % 4,
        page=page,
    )
