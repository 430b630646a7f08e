"""补充材料: what a citizen adds unasked while the case is open; the office's clock runs on.

Files are kept as they come, in a slot beside the one of the material; sending is one move.
"""

from portal.cases.case import Actor, Case, Event, history, move
from portal.cases.moves import NotAllowed
from portal.core.database import run
from portal.documents import keep
from portal.documents.keep import Document

SLOT = "supplement:"


def upload_slot(slot: str) -> str:
    """Return the slot that additions to a material are kept in."""
    return f"{SLOT}{slot}"


async def unsent(case: Case) -> list[Document]:
    """Return the additions that have not been sent yet."""
    sent = [event.at for event in await history(case) if event.action == "supplement"]
    return [file for file in await added(case) if not sent or file.added_at > sent[-1]]


async def added(case: Case) -> list[Document]:
    """Return every addition, sent or not."""
    return [file for file in await keep.documents(case.id) if file.slot.startswith(SLOT)]


async def sent_with(case: Case, event: Event) -> list[Document]:
    """Return the additions that were sent with *event*."""
    before = [one.at for one in await history(case) if one.action == "supplement" and one.id < event.id]
    return [
        file for file in await added(case) if file.added_at <= event.at and (not before or file.added_at > before[-1])
    ]


async def send(case: Case, actor: Actor) -> Case:
    """Tell the office about the additions; return the case.

    Raises:
        NotAllowed: there are none, or the case takes no additions now.
    """
    if not await unsent(case):
        raise NotAllowed("supplement: nothing was added")

    async def together() -> None:
        await run("UPDATE cases SET new_material = $2 WHERE id = $1", case.id, True)

    return await move(case, "supplement", actor, together=together)
