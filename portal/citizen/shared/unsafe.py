"""Files in which a virus was found after they had been taken: said on the page they were sent from."""

from portal.cases.life.case import Case
from portal.documents.check import sentence
from portal.documents.scanning import unsafe

Refusals = list[tuple[str, str]]


async def unsafe_by_slot(case: Case) -> dict[str, Refusals]:
    """Return ``{slot: [(name, sentence)]}`` of what was found unsafe later."""
    said: dict[str, Refusals] = {}
    for file in await unsafe(case.id):
        said.setdefault(file.slot, []).append((file.name, sentence("virus", file.name, file.size, case.city)))
    return said
