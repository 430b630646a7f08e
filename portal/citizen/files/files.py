"""``/{r}/files/{doc}``: one file of a citizen: view, turn, move, replace or remove it.

`access.py` says whose file it is, and whether it can still be changed.
"""

from typing import Any

import msgspec
from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath

from portal.cases.papers.taking import limits_of, take_all
from portal.citizen.files.access import MyFile, file_named
from portal.citizen.files.showing import file_page
from portal.citizen.shared.mine import CITIZEN, address
from portal.core.tools.errors import NotFound
from portal.core.web import uploads
from portal.core.web.pages import file_answer, form_page, page, see_other
from portal.core.web.sessions import form_of
from portal.documents import keep, pages
from portal.documents.places import BROWSER_WORDS, Place


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
        back = await mine.back()
        to = form_of(request)["to"]
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
        new = [file for file in await keep.in_slot(mine.case.id, mine.file.slot) if file.id not in before]
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
    return form_page(
        request,
        "citizen/apply/documents/replacement",
        {"pick-new": error} if error else {},
        region=mine.case.city,
        mine=mine,
        back=f"{open_.page}#file-{mine.file.id}",
        place=place,
        words=BROWSER_WORDS,
    )
