"""``/{r}/files/{doc}``: one file of a citizen: view, turn, move, replace or remove it.

A file can always be viewed, but changed only while its place is open: a draft, a request for a
supplement that is not answered yet, and the other places that modules of `citizen` add to `PLACES`.
"""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath

from portal.cases.life.case import Case, case_by_id
from portal.cases.life.moves import State
from portal.cases.papers import corrections, supplement
from portal.cases.papers.taking import limits_of, take_all
from portal.cases.talk import conversation
from portal.citizen.files.showing import file_page
from portal.citizen.shared.mine import CITIZEN, Asked, address, who_acts
from portal.core.tools.errors import NotFound, Stale, found
from portal.core.web import uploads
from portal.core.web.pages import file_answer, page, see_other
from portal.core.web.sessions import form_of, visitor_of
from portal.documents import enclosed, keep, pages
from portal.documents.allowed import Allowed, allowed
from portal.documents.keep import Document
from portal.documents.places import BROWSER_WORDS, Place
from portal.documents.slots import ADDITION, UNSENT


class Open(msgspec.Struct, frozen=True):
    """A place where a file can still be changed: its page, and the files that it accepts."""

    page: str
    allowed: Allowed


PlaceOf = Callable[[Case, Document], Awaitable[Open | None]]


async def _in_draft(case: Case, file: Document) -> Open | None:
    if case.at is not State.DRAFT:
        return None
    return Open(f"{address(case)}/materials", allowed(case.city, file.slot))


async def _for_defect(case: Case, file: Document) -> Open | None:
    notice = await corrections.open_correction(case) if file.slot.startswith("defect:") else None
    held = await corrections.defects(notice, ()) if notice else []
    slot = next((defect.slot for defect in held if defect.upload_slot == file.slot), None)
    if notice is None or slot is None:
        return None
    return Open(f"{address(case)}/corrections/{notice.number}", allowed(case.city, slot))


async def _as_supplement(case: Case, file: Document) -> Open | None:
    if file.id not in {one.id for one in await supplement.unsent(case)}:
        return None
    slot = file.slot.removeprefix(ADDITION)
    return Open(f"{address(case)}/supplements", allowed(case.city, slot))


async def _in_message(case: Case, file: Document) -> Open | None:
    if not file.slot.startswith(UNSENT):
        return None
    return Open(f"{address(case)}/conversation", conversation.takes(case.city))


PLACES: list[PlaceOf] = [_in_draft, _for_defect, _as_supplement, _in_message]


class MyFile(msgspec.Struct, frozen=True):
    """A file of the person who is signed in."""

    case: Case
    file: Document

    @property
    def home(self) -> str:
        """Address of the file."""
        return f"/{self.case.region}/files/{self.file.id}"

    async def open(self) -> Open | None:
        """Return the place where the file can still be changed; None if it has been handed in."""
        for place in PLACES:
            if open_ := await place(self.case, self.file):
                return open_
        return None

    async def place(self) -> Open:
        """Return the place where the file can be changed.

        Raises:
            Stale: the file has been handed in and cannot be changed any more.
        """
        if open_ := await self.open():
            return open_
        raise Stale("这份文件已经交上去了，不能再改。要换的话，请等补正通知，或者打热线问一问。")

    async def back(self) -> Response[bytes]:
        """Redirect to the file on the page of its place."""
        return see_other(f"{(await self.place()).page}#file-{self.file.id}")


async def file_named(r: FromPath[str], doc: FromPath[str], request: Asked) -> MyFile:
    """Return the file in the address; 404 unless it belongs to a draft or case in the visitor's care."""
    file = found(await keep.document(doc) or await enclosed.own_unsent(doc, visitor_of(request).subject))
    case = await case_by_id(file.case)
    case = found(case if case and case.region == r else None)
    await who_acts(case, request, needs(case, request))
    return MyFile(case, file)


def needs(case: Case, request: Asked) -> str:
    """Return the scope of a delegation that a file's page needs: to fill in a draft, to read or correct a case."""
    if case.at is State.DRAFT:
        return "apply"
    return "view" if request.method == "GET" else "correct"


class FileController(Controller):
    """One file."""

    path = "/{r:str}/files/{doc:str}"
    opt = {"who": CITIZEN}
    dependencies = {"mine": Provide(file_named)}

    @get()
    async def show(self, mine: NamedDependency[MyFile]) -> Response[bytes]:
        """Show the file."""
        return await file_page(mine.file)

    @get("/small")
    async def small(self, mine: NamedDependency[MyFile]) -> Response[bytes]:
        """Show the thumbnail."""
        try:
            return file_answer(await pages.small(mine.file), "image/jpeg", mine.file.filename)
        except FileNotFoundError as error:
            raise NotFound from error

    @get("/pages")
    async def leaf_through(self, request: Request[Any, Any, Any], mine: NamedDependency[MyFile]) -> Response[bytes]:
        """Show all pages of the file, each with a button to turn it while the file can be changed."""
        open_ = await mine.open()
        return page(
            request,
            "citizen/apply/documents/pages",
            region=mine.case.city,
            mine=mine,
            quarters=await pages.quarters_of_pages(mine.file),
            back=f"{open_.page}#file-{mine.file.id}" if open_ else address(mine.case),
            open=open_ is not None,
        )

    @get("/pages/{number:int}")
    async def leaf(self, mine: NamedDependency[MyFile], number: FromPath[int]) -> Response[bytes]:
        """Show one page as a picture."""
        try:
            return file_answer(await pages.picture(mine.file, number), "image/jpeg", f"{number}.jpg")
        except (IndexError, FileNotFoundError) as error:
            raise NotFound from error

    @post("/pages/{number:int}/turn")
    async def turn_page(self, mine: NamedDependency[MyFile], number: FromPath[int]) -> Response[bytes]:
        """Turn one page a quarter to the right."""
        await mine.place()
        try:
            await pages.turn_page(mine.file, number)
        except IndexError as error:
            raise NotFound from error
        return see_other(f"{mine.home}/pages#page-{number}")

    @post("/turn")
    async def turn(self, mine: NamedDependency[MyFile]) -> Response[bytes]:
        """Turn the whole file a quarter to the right."""
        back = await mine.back()
        await pages.turn(mine.file)
        return back

    @post("/position")
    async def move(self, request: Request[Any, Any, Any], mine: NamedDependency[MyFile]) -> Response[bytes]:
        """Move the file one place up or down among the files of its slot."""
        back, to = await mine.back(), form_of(request)["to"]
        if not (to.isascii() and to.isdigit() and len(to) < 6):
            raise NotFound
        await pages.put_at(mine.file, int(to))
        return back

    @post("/acceptance")
    async def accept(self, mine: NamedDependency[MyFile]) -> Response[bytes]:
        """就用这张: keep a photo in spite of the warning about its quality."""
        back = await mine.back()
        await keep.keep_as_is(mine.file)
        return back

    @get("/removal")
    async def ask(self, request: Request[Any, Any, Any], mine: NamedDependency[MyFile]) -> Response[bytes]:
        """Ask whether the file is to be removed."""
        place = (await mine.place()).page
        return page(request, "citizen/apply/documents/removal", region=mine.case.city, mine=mine, place=place)

    @post("/removal")
    async def remove(self, mine: NamedDependency[MyFile]) -> Response[bytes]:
        """Remove the file."""
        place = (await mine.place()).page
        await keep.remove(mine.file)
        return see_other(f"{place}#files")

    @get("/replacement")
    async def choose(self, request: Request[Any, Any, Any], mine: NamedDependency[MyFile]) -> Response[bytes]:
        """Ask for the replacement."""
        return await replacement_page(request, mine, [])

    @post("/replacement", streams=True, request_max_body_size=None)
    async def replace(self, request: Request[Any, Any, Any], mine: NamedDependency[MyFile]) -> Response[bytes]:
        """Replace the file with another one; if that is refused, this one stays."""
        place = await mine.place()
        before = {file.id for file in await keep.in_slot(mine.case.id, mine.file.slot)}
        one_more = msgspec.structs.replace(place.allowed, files=place.allowed.files + 1 if place.allowed.files else 0)
        async with uploads.sending(request, limits_of(mine.case.city)) as sending:
            refused = await take_all(sending, mine.case, mine.file.slot, one_more)
        new = [one for one in await keep.in_slot(mine.case.id, mine.file.slot) if one.id not in before]
        if not new:
            return await replacement_page(request, mine, refused)
        await pages.replace(mine.file, new[0])
        return see_other(f"{place.page}#file-{new[0].id}")


async def replacement_page(
    request: Request[Any, Any, Any], mine: MyFile, refused: list[tuple[str, str]]
) -> Response[bytes]:
    """Return the page that asks for a replacement; 422 if the one that was sent is refused."""
    open_ = await mine.place()
    error = refused[0][1] if refused else ""
    place = Place("new", mine.file.name, "/replacement", open_.allowed, [], error=error)
    return page(
        request,
        "citizen/apply/documents/replacement",
        status=422 if refused else 200,
        region=mine.case.city,
        mine=mine,
        back=f"{open_.page}#file-{mine.file.id}",
        place=place,
        words=BROWSER_WORDS,
        errors={"pick-new": error} if error else {},
    )
