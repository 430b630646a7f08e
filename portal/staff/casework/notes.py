"""``/staff/cases/{no}/notes``: 备注, for colleagues only."""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency, Provide

from portal.accounts.staff import Member
from portal.accounts.staff import member as member_by_id
from portal.cases.desk import notes
from portal.cases.life.case import Case
from portal.core.web.pages import page, see_other
from portal.core.web.sessions import form_of
from portal.staff.shared.mine import CASEWORK, case_named, member


class NotesController(Controller):
    """What colleagues should know."""

    path = "/staff/cases/{no:str}/notes"
    opt = {"who": CASEWORK}
    dependencies = {"me": Provide(member), "case": Provide(case_named)}

    @get()
    async def index(
        self, request: Request[Any, Any, Any], case: NamedDependency[Case], me: NamedDependency[Member]
    ) -> Response[bytes]:
        """Show the notes."""
        return await notes_page(request, case, me, "", {})

    @post()
    async def add(
        self, request: Request[Any, Any, Any], case: NamedDependency[Case], me: NamedDependency[Member]
    ) -> Response[bytes]:
        """Write one."""
        text = form_of(request)["text"].strip()[: notes.LONGEST]
        if not text:
            return await notes_page(request, case, me, text, {"text": "请写备注的内容。"})
        await notes.add(case, me.id, text)
        return see_other(f"/staff/cases/{case.number}/notes")


async def notes_page(
    request: Request[Any, Any, Any], case: Case, me: Member, text: str, errors: dict[str, str]
) -> Response[bytes]:
    """Return the page of the notes."""
    written = [(note, await member_by_id(note.member)) for note in await notes.notes(case)]
    return page(
        request,
        "staff/casework/notes/index",
        status=422 if errors else 200,
        region=case.city,
        me=me,
        case=case,
        notes=written,
        text=text,
        errors=errors,
    )
