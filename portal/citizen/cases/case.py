"""``/{r}/cases/{no}``: receipt, progress (live), result, letters; applying again."""

from typing import Any

import msgspec
from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, FromQuery
from litestar.response import Stream

from portal.cases.apply import renewal
from portal.cases.benefits.standing import standing_of
from portal.cases.life.case import case_by_id
from portal.cases.life.moves import DECIDED
from portal.cases.life.told import topic
from portal.citizen.cases.progress import AGAIN, progress, summary
from portal.citizen.cases.sheets import receipt_among, result, sheet
from portal.citizen.files.showing import file_page
from portal.citizen.shared.mine import CITIZEN, MyCase, address, case_named, leave_if_stale, moved_on, who_acts
from portal.core.store import audit
from portal.core.tools.errors import NotFound, found
from portal.core.web import stream
from portal.core.web.pages import file_answer, page, render, see_other
from portal.core.web.sessions import visitor_of
from portal.documents import keep
from portal.letters import letter as letters
from portal.letters.kinds import RESULTS


class CasesController(Controller):
    """One submitted case."""

    path = "/{r:str}/cases/{no:str}"
    opt = {"who": CITIZEN, "scope": "view"}
    dependencies = {"mine": Provide(case_named)}

    @get()
    async def show(self, request: Request[Any, Any, Any], mine: NamedDependency[MyCase]) -> Response[bytes]:
        """Show how the case stands."""
        if mine.case.submitted_at is None:
            return see_other(address(mine.case))
        if mine.delegation:
            await audit.note(
                actor=mine.actor.id,
                role="proxy",
                act="proxy_read",
                thing=f"case:{mine.case.id}",
                about=mine.case.person,
            )
        shown = await progress(mine)
        return page(request, "citizen/cases/case/show", region=mine.region, p=shown, summary=await summary(shown))

    @get("/progress", quiet=True)
    async def progress(
        self, request: Request[Any, Any, Any], mine: NamedDependency[MyCase], seen: FromQuery[int] = 0
    ) -> Response[bytes]:
        """Show how it stands if there is news since the one numbered *seen*; else 204."""
        if mine.case.told == seen:
            return Response(b"", status_code=204)
        return page(request, "citizen/cases/case/_progress", p=await progress(mine), said=True)

    @get("/events", quiet=True)
    async def events(
        self, request: Request[Any, Any, Any], mine: NamedDependency[MyCase], seen: FromQuery[int] = 0
    ) -> Stream:
        """Send the same fragment whenever the case changes."""
        language = visitor_of(request).language

        async def now(shown: str) -> stream.Now:
            current = found(await case_by_id(mine.case.id))
            told = str(current.told)
            if told == shown:
                return stream.Now(told, "", current.ended)
            actor, delegation = await who_acts(current, request)  # a delegation may have ended meanwhile
            standing = await progress(msgspec.structs.replace(mine, case=current, actor=actor, delegation=delegation))
            html = render("citizen/cases/case/_progress", language, p=standing, said=True)
            return stream.Now(told, html, current.ended)

        return stream.streamed(stream.changes(topic(mine.case.id), mine.actor.id, now, seen=str(seen)))

    @get("/receipt")
    async def receipt(self, request: Request[Any, Any, Any], mine: NamedDependency[MyCase]) -> Response[bytes]:
        """Show that it arrived: the number, what comes next."""
        shown = await progress(mine)
        receipt = found(receipt_among(shown.letters))
        return page(request, "citizen/cases/case/receipt", region=mine.region, p=shown, sheet=sheet(receipt))

    @get("/decision", scope="receive")
    async def decision(self, request: Request[Any, Any, Any], mine: NamedDependency[MyCase]) -> Response[bytes]:
        """Show the result: from when and how to use it, or why not and what to do."""
        if mine.case.at not in DECIDED:
            raise NotFound
        decided = await result(mine.case)
        for told in (decided.certificate, decided.refusal):
            if told:
                await _opened(mine, told.letter)
        return page(request, "citizen/cases/case/decision", region=mine.region, case=mine.case, result=decided)

    @get("/letters/{id:str}")
    async def letter(
        self, request: Request[Any, Any, Any], mine: NamedDependency[MyCase], id: FromPath[str]
    ) -> Response[bytes]:
        """Show a letter, or send its PDF for an address that ends in ``.pdf``."""
        letter = found(await letters.letter(mine.case.id, id.removesuffix(".pdf")))
        if letter.kind in RESULTS and not mine.may("receive"):
            raise NotFound
        await _opened(mine, letter)
        if id.endswith(".pdf"):
            pdf = await letters.as_pdf(letter)
            return file_answer(pdf, "application/pdf", f"{letter.title}.pdf", download=True)
        shown = sheet(letter, await standing_of(mine.case))
        return page(request, "citizen/cases/case/letter", region=mine.region, case=mine.case, shown=shown)

    @get("/files/{doc:str}")
    async def file(self, mine: NamedDependency[MyCase], doc: FromPath[str]) -> Response[bytes]:
        """Show a file of the case."""
        document = await keep.document(doc)
        return await file_page(found(document if document and document.case == mine.case.id else None))

    @get("/again")
    async def ask_again(self, request: Request[Any, Any, Any], mine: NamedDependency[MyCase]) -> Response[bytes]:
        """Ask whether to apply again with the same answers and files."""
        if mine.case.at not in AGAIN:
            raise await moved_on(mine.case)
        return page(request, "citizen/cases/case/again", region=mine.region, case=mine.case)

    @post("/again")
    async def again(self, request: Request[Any, Any, Any], mine: NamedDependency[MyCase]) -> Response[bytes]:
        """Begin a draft with the answers and files of a case that ended without a benefit."""
        await leave_if_stale(request, mine.case)
        if mine.case.at not in AGAIN:
            raise await moved_on(mine.case)
        return see_other(address(await renewal.again(mine.case)))


async def _opened(mine: MyCase, letter: letters.Letter) -> None:
    """Remember that a letter was opened by the person it is for, or by a proxy who may receive it in their stead."""
    if mine.may("receive"):
        await letters.mark_opened(letter)
