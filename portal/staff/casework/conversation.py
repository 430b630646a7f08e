"""``/staff/cases/{no}/conversation``: 沟通 with the citizen, with files where that helps."""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath

from portal.accounts.person import person
from portal.accounts.staff import Member
from portal.accounts.staff import member as member_by_id
from portal.cases.desk import access
from portal.cases.life.case import Case
from portal.cases.papers.taking import NOTHING, limits_of, take_form
from portal.cases.talk import conversation
from portal.core.tools.errors import found
from portal.core.web import uploads
from portal.core.web.pages import page, see_other
from portal.core.web.sessions import form_of
from portal.documents import enclosed, keep
from portal.documents.check import WARNINGS
from portal.documents.places import BROWSER_WORDS, Place, Refusals, papers
from portal.staff.shared.mine import CASEWORK, case_named, member
from portal.staff.shared.nav import links


class ConversationController(Controller):
    """What the citizen asks, and what the office answers."""

    path = "/staff/cases/{no:str}/conversation"
    opt = {"who": CASEWORK}
    dependencies = {"me": Provide(member), "case": Provide(case_named)}

    @get()
    async def index(
        self, request: Request[Any, Any, Any], case: NamedDependency[Case], me: NamedDependency[Member]
    ) -> Response[bytes]:
        """Show the messages."""
        await access.note(me, "read_case", case)
        return await conversation_page(request, case, me)

    @post()
    async def say(
        self, request: Request[Any, Any, Any], case: NamedDependency[Case], me: NamedDependency[Member]
    ) -> Response[bytes]:
        """Answer with the files that were added before, or note that it was answered by telephone."""
        form = form_of(request)
        if form["action"] == "called":
            return await called(case, me)
        return await send(request, case, me, form["text"], [])

    @post("/files", streams=True, request_max_body_size=None)
    async def add(
        self, request: Request[Any, Any, Any], case: NamedDependency[Case], me: NamedDependency[Member]
    ) -> Response[bytes]:
        """Keep files for the answer that is being written; without script it comes with them, and goes out."""
        async with uploads.sending(request, limits_of(case.city)) as sending:
            taken = await take_form(sending, case, enclosed.unsent_slot(me.id), conversation.takes(case.city))
        if taken.form["action"] == "called":
            return await called(case, me)
        if taken.form["action"] == "send":
            return await send(request, case, me, taken.form["text"], taken.refused)
        if taken.refused or not taken.count:
            return await conversation_page(request, case, me, refused=taken.refused or [("", NOTHING)])
        return see_other(f"/staff/cases/{case.number}/conversation#files")

    @post("/files/{doc:str}/removal")
    async def remove(
        self, case: NamedDependency[Case], me: NamedDependency[Member], doc: FromPath[str]
    ) -> Response[bytes]:
        """Take a file off the answer that is being written."""
        file = found(await enclosed.own_unsent(doc, me.id))
        found(file if file.case == case.id else None)
        await keep.remove(file)
        return see_other(f"/staff/cases/{case.number}/conversation#files")


async def called(case: Case, me: Member) -> Response[bytes]:
    """Note that the question was answered by telephone."""
    await conversation.answered(case)
    await access.note(me, "answer_by_phone", case)
    return see_other(f"/staff/cases/{case.number}/conversation")


async def send(
    request: Request[Any, Any, Any], case: Case, me: Member, text: str, refused: Refusals
) -> Response[bytes]:
    """Send the answer; words and good files stay on the page when something is wrong with another."""
    text = text.strip()[: conversation.LONGEST]
    empty = not text and not refused and not await enclosed.unsent(case.id, me.id)
    if empty or refused:
        errors = {"text": "请写要告诉申请人的话。"} if empty else {}
        return await conversation_page(request, case, me, text, errors, refused)
    await conversation.say(case, me.id, text, by_staff=True)
    return see_other(f"/staff/cases/{case.number}/conversation")


async def conversation_page(
    request: Request[Any, Any, Any],
    case: Case,
    me: Member,
    text: str = "",
    errors: dict[str, str] | None = None,
    refused: Refusals | None = None,
) -> Response[bytes]:
    """Return the page of the messages."""
    said = await conversation.messages(case)
    place = await _place(case, me, refused or [])
    wrong = {**(errors or {}), **({"pick-message": place.error} if place.error else {})}
    return page(
        request,
        "staff/casework/conversation/index",
        status=422 if wrong else 200,
        region=case.city,
        me=me,
        links=links(request, me),
        case=case,
        who=found(await person(case.person)),
        messages=[(one, await member_by_id(one.author) if one.by_staff else None) for one in said],
        waits=any(not one.by_staff and not one.answered for one in said),
        place=place,
        text=text,
        errors=wrong,
        warnings=WARNINGS,
        words=BROWSER_WORDS,
    )


async def _place(case: Case, me: Member, refused: Refusals) -> Place:
    here = enclosed.unsent_slot(me.id)
    return Place(
        id="message",
        name=enclosed.NAME,
        action="/files",
        allowed=conversation.takes(case.city),
        papers=papers(await enclosed.unsent(case.id, me.id), here, {}),
        refused=refused,
        error=refused[0][1] if refused else "",
    )
