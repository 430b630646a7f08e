"""``/staff/cases/{no}/notes``: 备注, for colleagues only."""

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency, Provide

from portal.cases.desk import notes
from portal.core.web.autosave import keeps_typed, shows_typed
from portal.staff.shared.desk import CASEWORK, CaseDesk, case_in_hand
from portal.staff.shared.noted import noted


class NotesController(Controller):
    """What colleagues should know."""

    path = "/staff/cases/{no:str}/notes"
    opt = {"who": CASEWORK}
    dependencies = {"desk": Provide(case_in_hand)}

    @get()
    @shows_typed
    async def index(self, desk: NamedDependency[CaseDesk]) -> Response[bytes]:
        """Show the notes."""
        return await notes_page(desk, {})

    @post()
    @keeps_typed
    async def add(self, desk: NamedDependency[CaseDesk]) -> Response[bytes]:
        """Write one."""
        text = desk.form["text"].strip()[: notes.LONGEST]
        if not text:
            return await notes_page(desk, {"text": "请写备注的内容。"})
        await notes.add(desk.case, desk.me.id, text)
        return desk.back("/notes")


async def notes_page(desk: CaseDesk, errors: dict[str, str]) -> Response[bytes]:
    """Return the page of the notes."""
    return desk.page(
        "staff/casework/notes/index",
        errors,
        case=desk.case,
        notes=await noted(desk.case),
        text=desk.form["text"],
    )
