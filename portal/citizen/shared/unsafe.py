"""Files in which a virus was found after the upload; the page of the upload says so."""

from portal.cases.life.case import Case
from portal.documents.check import sentence
from portal.documents.scanning import unsafe

Refusals = list[tuple[str, str]]


async def unsafe_by_slot(case: Case) -> dict[str, Refusals]:
    """Return ``{slot: [(name, sentence)]}`` of the files found unsafe after the upload."""
    said: dict[str, Refusals] = {}
    for file in await unsafe(case.id):
        said.setdefault(file.slot, []).append((file.name, sentence("virus", file.name, file.size, case.city)))
    return said
