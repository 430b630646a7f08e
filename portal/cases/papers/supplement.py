"""补充材料: materials that a citizen adds without being asked; the office's clock keeps running.

Each file is stored on upload, in a slot beside that of its material; sending them is one move.
"""

from portal.cases.life.case import Actor, Case, Event, move
from portal.cases.life.moves import NotAllowed
from portal.cases.papers.sent import sent_at
from portal.core.store.database import execute
from portal.documents import keep
from portal.documents.keep import Document
from portal.documents.slots import ADDITION


def upload_slot(slot: str) -> str:
    """Return the slot for additions to the material of *slot*."""
    return f"{ADDITION}{slot}"


async def unsent(case: Case) -> list[Document]:
    """Return the additions that have not been sent yet."""
    files = await added(case)
    moments = await sent_at(case, files)
    return [file for file in files if file.id not in moments]


async def added(case: Case) -> list[Document]:
    """Return all additions, sent or not."""
    return [file for file in await keep.documents(case.id) if file.slot.startswith(ADDITION)]


async def sent_with(case: Case, event: Event) -> list[Document]:
    """Return the additions that were sent with *event*."""
    files = await added(case)
    moments = await sent_at(case, files)
    return [file for file in files if moments.get(file.id) == event.at]


async def send(case: Case, actor: Actor) -> Case:
    """Send the additions to the office; return the case.

    Raises:
        NotAllowed: there are none, or the case takes no additions now.
    """
    if not await unsent(case):
        raise NotAllowed("supplement: nothing was added")

    async def together() -> None:
        await execute("UPDATE cases SET new_material = $2 WHERE id = $1", case.id, True)

    return await move(case, "supplement", actor, together=together)
