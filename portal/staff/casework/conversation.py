"""``/staff/cases/{no}/conversation``: 沟通 with the citizen, with files where that helps."""

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath

from portal.accounts.person import Person, person
from portal.accounts.staff import member as member_by_id
from portal.cases.desk import access
from portal.cases.papers.taking import NOTHING, limits_of, take_form
from portal.cases.talk import conversation
from portal.cases.talk.conversation import Message
from portal.core.store import typed
from portal.core.tools.errors import found
from portal.core.web import uploads
from portal.core.web.autosave import keeps_typed, shows_typed
from portal.documents import enclosed, keep
from portal.documents.check import WARNINGS
from portal.documents.places import BROWSER_WORDS, Place, Refusals, papers
from portal.staff.shared.desk import CASEWORK, CaseDesk, case_in_hand

# what the buttons send
CALLED = "called"
SEND = "send"


class Written(msgspec.Struct, frozen=True):
    """A message and who wrote it."""

    author: str
    message: Message


class ConversationController(Controller):
    """The messages between the citizen and the office."""

    path = "/staff/cases/{no:str}/conversation"
    opt = {"who": CASEWORK}
    dependencies = {"desk": Provide(case_in_hand)}

    @get()
    @shows_typed
    async def index(self, desk: NamedDependency[CaseDesk]) -> Response[bytes]:
        """Show the messages."""
        await access.note(desk.me, "read_case", desk.case)
        return await conversation_page(desk)

    @post()
    @keeps_typed
    async def say(self, desk: NamedDependency[CaseDesk]) -> Response[bytes]:
        """Answer with the files that were added before, or note that it was answered by telephone."""
        if desk.form["action"] == CALLED:
            return await called(desk)
        return await send(desk, [])

    @post("/files", streams=True, request_max_body_size=None)
    async def add(self, desk: NamedDependency[CaseDesk]) -> Response[bytes]:
        """Store files for the unsent answer; without script the form has the answer too, and it is sent."""
        place = enclosed.unsent_slot(desk.me.id)
        async with uploads.sending(desk.request, limits_of(desk.region)) as sending:
            taken = await take_form(sending, desk.case, place, conversation.takes(desk.region))
        if desk.form["action"] == CALLED:
            return await called(desk)
        if desk.form["action"] == SEND:
            return await send(desk, taken.refused)
        if taken.refused or not taken.count:
            return await conversation_page(desk, refused=taken.refused or [("", NOTHING)])
        return desk.back("/conversation#files")

    @post("/files/{doc:str}/removal")
    async def remove(self, desk: NamedDependency[CaseDesk], doc: FromPath[str]) -> Response[bytes]:
        """Remove a file from the unsent answer."""
        file = found(await enclosed.own_unsent(doc, desk.me.id))
        found(file if file.case == desk.case.id else None)
        await keep.remove(file)
        return desk.back("/conversation#files")


async def called(desk: CaseDesk) -> Response[bytes]:
    """Record that the question was answered by telephone."""
    await conversation.answered(desk.case)
    await access.note(desk.me, "answer_by_phone", desk.case)
    return desk.back("/conversation")


async def send(desk: CaseDesk, refused: Refusals) -> Response[bytes]:
    """Send the answer; if a file is refused, the text and the other files stay on the page."""
    text = desk.form["text"].strip()[: conversation.LONGEST]
    if refused:
        return await conversation_page(desk, refused=refused)
    if not text and not await enclosed.unsent(desk.case.id, desk.me.id):
        return await conversation_page(desk, {"text": "请写要告诉申请人的话。"})
    await conversation.say(desk.case, desk.me.id, text, by_staff=True)
    await typed.forget(desk.me.id, f"{desk.address}/conversation")
    return desk.back("/conversation")


async def conversation_page(
    desk: CaseDesk, errors: dict[str, str] | None = None, refused: Refusals | None = None
) -> Response[bytes]:
    """Return the page of the messages."""
    place = await _place(desk, refused or [])
    wrong = dict(errors or {})
    if place.error:
        wrong["pick-message"] = place.error
    messages = await conversation.messages(desk.case)
    citizen = found(await person(desk.case.person))
    return desk.page(
        "staff/casework/conversation/index",
        wrong,
        case=desk.case,
        messages=[Written(await _author(message, citizen), message) for message in messages],
        waits=any(not message.by_staff and not message.answered for message in messages),
        place=place,
        text=desk.form["text"],
        warnings=WARNINGS,
        words=BROWSER_WORDS,
    )


async def _author(message: Message, citizen: Person) -> str:
    if not message.by_staff:
        return citizen.masked_name
    clerk = await member_by_id(message.author)
    return clerk.name if clerk else "经办机构"


async def _place(desk: CaseDesk, refused: Refusals) -> Place:
    """Return where the files of the answer go."""
    unsent = await enclosed.unsent(desk.case.id, desk.me.id)
    return Place(
        id="message",
        name=enclosed.NAME,
        action="/files",
        allowed=conversation.takes(desk.region),
        papers=papers(unsent, enclosed.unsent_slot(desk.me.id), {}),
        refused=refused,
        error=refused[0][1] if refused else "",
    )
