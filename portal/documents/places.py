"""Files of a place as every page with papers shows them.

A *place* is where files for one thing are put: a material of a draft, a defect of a notice, a pile, an
addition. The page gives it to the macros of ``components/files.html``.
"""

from collections.abc import Iterable, Mapping

import msgspec

from portal.documents.accepted import Allowed
from portal.documents.check import OFFICE, REASONS, VIDEO
from portal.documents.keep import Document

Refusals = list[tuple[str, str]]


class Paper(msgspec.Struct, frozen=True):
    """A file as a page shows it; `at` is its place among those beside it, from 0."""

    file: Document
    at: int
    of: int
    turned: int

    @property
    def id(self) -> str:
        """The identifier of the file."""
        return self.file.id


class Place(msgspec.Struct, frozen=True):
    """Where files are put: *id* is unique on the page, *action* is where its form goes.

    `refused` are files of the form just sent, `unsafe` those in which a virus was found later.
    """

    id: str
    name: str
    action: str
    allowed: Allowed
    papers: list[Paper]
    refused: Refusals = []
    unsafe: Refusals = []
    error: str = ""
    missed: bool = False  # the page that came back says that nothing is here although something must be
    described: str = ""  # ids of what is said of this place on its page, for the inputs' description

    @property
    def pages(self) -> int:
        """How many pages lie here."""
        return sum(paper.file.pages for paper in self.papers)


def first_reason(refused: Refusals) -> str:
    """Return why the first of the files was not taken, or an empty text when all were."""
    return refused[0][1] if refused else ""


class Words(msgspec.Struct, frozen=True):
    """What the browser needs to say of a file before it is sent: the server's own sentences."""

    too_big: str = REASONS["too_big"]
    wrong_type: str = REASONS["type"]
    office: str = REASONS["office"]
    video: str = REASONS["video"]
    empty: str = REASONS["empty"]
    office_names: str = " ".join(sorted(OFFICE))
    video_names: str = " ".join(sorted(VIDEO))


BROWSER_WORDS = Words()


def papers(files: Iterable[Document], slot: str, turned: Mapping[str, int]) -> list[Paper]:
    """Return the files of a slot in their order."""
    here = [file for file in files if file.slot == slot]
    return [Paper(file, at, len(here), turned.get(file.id, 0)) for at, file in enumerate(here)]
