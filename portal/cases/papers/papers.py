"""The papers of a case by material: from the application, from answers to defects, and added later."""

from collections.abc import Sequence

import msgspec

from portal.cases.life.case import Case
from portal.cases.papers import corrections, sent
from portal.documents.keep import Document
from portal.documents.slots import ADDITION
from portal.questions.materials import slots

EVERY = {"form_way": "download_fill_upload"}  # with the form as a material, too
MEDICAL = "medical_records"


class Paper(msgspec.Struct, frozen=True):
    """A file with the material it belongs to."""

    file: Document
    slot: str
    name: str


async def papers(case: Case, files: Sequence[Document]) -> list[Paper]:
    """Return each of *files*, all of *case*, with its material; the name is that of the material."""
    named = {slot.id: slot.name for slot in slots(case.city, EVERY)}
    asked = {
        defect.upload_slot: defect.slot
        for notice in await corrections.corrections(case)
        for defect in await corrections.defects(notice, ())
    }
    found = []
    for file in files:
        slot = asked.get(file.slot, file.slot.removeprefix(ADDITION))
        found.append(Paper(file, slot, named.get(slot, "补正材料")))
    return found


async def medical(case: Case) -> list[Paper]:
    """Return the papers that an expert may see: medical records, but no proofs of identity."""
    return [
        paper for paper in await papers(case, await sent.documents(case)) if paper.slot.partition(".")[0] == MEDICAL
    ]
