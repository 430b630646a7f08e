"""The papers of a case by material: what came with the application, what answered a defect, what was added."""

import msgspec

from portal.cases import corrections
from portal.cases.case import Case
from portal.cases.supplement import SLOT
from portal.documents import keep
from portal.documents.keep import Document
from portal.questions.materials import slots

EVERY = {"form_way": "download_fill_upload"}  # with the form as a material, too
MEDICAL = "medical_records"


class Paper(msgspec.Struct, frozen=True):
    """A file with the material it belongs to."""

    file: Document
    slot: str
    name: str


async def papers(case: Case) -> list[Paper]:
    """Return every file of a case with its material; the name is that of the material."""
    named = {slot.id: slot.name for slot in slots(case.rules, EVERY)}
    asked = {
        defect.upload_slot: defect.slot
        for notice in await corrections.corrections(case)
        for defect in await corrections.defects(notice, ())
    }
    found = []
    for file in await keep.documents(case.id):
        slot = asked.get(file.slot, file.slot.removeprefix(SLOT))
        found.append(Paper(file, slot, named.get(slot, "补正材料")))
    return found


async def medical(case: Case) -> list[Paper]:
    """Return what an expert may see: the medical records, and nothing that only says who the person is."""
    return [paper for paper in await papers(case) if paper.slot.partition(".")[0] == MEDICAL]
