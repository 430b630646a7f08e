"""``/{r}/cases/{no}/conversation``: 留言: messages between the citizen and the office, with files."""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency, Provide

from portal.cases.papers.taking import NOTHING, limits_of, take_form
from portal.cases.talk import conversation
from portal.citizen.shared.mine import CITIZEN, MyCase, case_named
from portal.citizen.shared.unsafe import unsafe_by_slot
from portal.core.store import limits, typed
from portal.core.tools import clock
from portal.core.tools.errors import NotFound
from portal.core.web import uploads
from portal.core.web.autosave import keeps_typed, shows_typed
from portal.core.web.pages import form_page, see_other
from portal.core.web.sessions import form_of
from portal.documents import enclosed, pages
from portal.documents.check import WARNINGS
from portal.documents.places import BROWSER_WORDS, Place, Refusals, first_reason, papers

# messages of one person
MOST = 20
WITHIN = conversation.A_DAY
TOO_MANY = "今天留言已经很多了，请明天再留，或者打热线。"


class ConversationController(Controller):
    """The messages of one's case."""

    path = "/{r:str}/cases/{no:str}/conversation"
    opt = {"who": CITIZEN, "scope": "view"}
    dependencies = {"mine": Provide(case_named)}

    @get()
    @shows_typed
    async def index(self, request: Request[Any, Any, Any], mine: NamedDependency[MyCase]) -> Response[bytes]:
        """Show the messages."""
        return await _conversation_page(request, mine, form_of(request)["text"])

    @post()
    @keeps_typed
    async def say(self, request: Request[Any, Any, Any], mine: NamedDependency[MyCase]) -> Response[bytes]:
        """Send a message with the files that were added before."""
        return await _send(request, mine, form_of(request)["text"], [])

    @post("/files", scope="correct", streams=True, request_max_body_size=None)
    async def add(self, request: Request[Any, Any, Any], mine: NamedDependency[MyCase]) -> Response[bytes]:
        """Keep files for the message that is being written; a browser without script sends the message with them."""
        place = enclosed.unsent_slot(mine.actor.id)
        async with uploads.sending(request, limits_of(mine.region)) as sending:
            taken = await take_form(sending, mine.case, place, conversation.takes(mine.region))
        if taken.form["action"] == "send":
            return await _send(request, mine, taken.form["text"], taken.refused)
        if taken.refused or not taken.count:
            return await _conversation_page(request, mine, refused=taken.refused or [("", NOTHING)])
        return see_other(f"{mine.home}/conversation#files")


async def _send(request: Request[Any, Any, Any], mine: MyCase, text: str, refused: Refusals) -> Response[bytes]:
    """Send a message, or show it again with its files when something is wrong with it or with one of them."""
    text = text.strip()
    added = await enclosed.unsent(mine.case.id, mine.actor.id)
    errors = {}
    if not text and not added and not refused:
        errors["text"] = "请写您想问的话。"
    elif len(text) > conversation.LONGEST:
        errors["text"] = "写得太长了，请留 1000 字以内。"
    if errors or refused:
        return await _conversation_page(request, mine, text, errors, refused)
    await limits.allow("conversation", mine.actor.id, MOST, WITHIN, TOO_MANY)
    await conversation.say(mine.case, mine.actor.id, text, by_staff=False)
    await typed.forget(mine.actor.id, f"{mine.home}/conversation")
    return see_other(f"{mine.home}/conversation")


async def _conversation_page(
    request: Request[Any, Any, Any],
    mine: MyCase,
    text: str = "",
    errors: dict[str, str] | None = None,
    refused: Refusals | None = None,
) -> Response[bytes]:
    """Return the page of the messages; 404 for a case that has been taken back."""
    if mine.case.submitted_at is None:
        raise NotFound
    place = await _place(mine, refused or [])
    wrong = {**(errors or {}), **({"pick-message": place.error} if place.error else {})}
    return form_page(
        request,
        "citizen/cases/conversation/index",
        wrong,
        region=mine.region,
        case=mine.case,
        messages=await conversation.messages(mine.case),
        answer_by=conversation.reply_due(mine.case, clock.now()),
        longest=conversation.LONGEST,
        place=place if mine.may("correct") else None,
        text=text,
        warnings=WARNINGS,
        words=BROWSER_WORDS,
    )


async def _place(mine: MyCase, refused: Refusals) -> Place:
    slot = enclosed.unsent_slot(mine.actor.id)
    turned = await pages.turns(mine.case.id)
    return Place(
        id="message",
        name=enclosed.NAME,
        action="/files",
        allowed=conversation.takes(mine.region),
        papers=papers(await enclosed.unsent(mine.case.id, mine.actor.id), slot, turned),
        refused=refused,
        error=first_reason(refused),
        unsafe=(await unsafe_by_slot(mine.case)).get(slot, []),
    )
