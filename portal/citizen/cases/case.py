"""``/{r}/cases/{no}``: receipt, progress (live), result, letters; taking back."""

from typing import Any

import msgspec
from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, FromQuery
from litestar.response import Stream

from portal.cases.apply import draft, renewal
from portal.cases.life.case import case_by_id
from portal.cases.life.moves import NotAllowed
from portal.cases.result import decision
from portal.citizen.cases.progress import AGAIN, progress
from portal.citizen.files.files import file_page
from portal.citizen.shared.mine import CITIZEN, MyCase, address, case_named, moved_on, who_acts
from portal.core.store import audit
from portal.core.tools.errors import NotFound, found
from portal.core.web import stream
from portal.core.web.pages import file_answer, page, render, see_other
from portal.core.web.sessions import visitor_of
from portal.documents import keep
from portal.letters import letter as letters


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
        return page(request, "citizen/cases/case/show", region=mine.region, p=await progress(mine))

    @get("/progress", quiet=True)
    async def progress(
        self, request: Request[Any, Any, Any], mine: NamedDependency[MyCase], seen: FromQuery[int] = 0
    ) -> Response[bytes]:
        """Show how it stands if that changed since row version *seen*; else 204."""
        if mine.case.row_version == seen:
            return Response(b"", status_code=204)
        return page(request, "citizen/cases/case/_progress", p=await progress(mine), said=True)

    @get("/events", quiet=True)
    async def events(
        self, request: Request[Any, Any, Any], mine: NamedDependency[MyCase], seen: FromQuery[int] = 0
    ) -> Stream:
        """Send the same fragment whenever the case changes."""
        language = visitor_of(request).language

        async def now() -> tuple[str, str, bool]:
            current = found(await case_by_id(mine.case.id))
            actor, delegation = await who_acts(current, request)  # a delegation may have ended meanwhile
            view = await progress(msgspec.structs.replace(mine, case=current, actor=actor, delegation=delegation))
            html = render("citizen/cases/case/_progress", language, p=view, said=True)
            return str(current.row_version), html, current.ended

        return stream.streamed(stream.changes(f"case:{mine.case.id}", mine.actor.id, now, seen=str(seen)))

    @get("/receipt")
    async def receipt(self, request: Request[Any, Any, Any], mine: NamedDependency[MyCase]) -> Response[bytes]:
        """Show that it arrived: the number, what comes next."""
        view = await progress(mine)
        row = found(next((one for one in reversed(view.letters) if one.kind == "L01"), None))
        content = row.opened()
        return page(
            request,
            "citizen/cases/case/receipt",
            region=mine.region,
            p=view,
            letter=row,
            content=content,
            qr=letters.qr(content.verify_at),
        )

    @get("/decision", scope="receive")
    async def decision(self, request: Request[Any, Any, Any], mine: NamedDependency[MyCase]) -> Response[bytes]:
        """Show the result: from when and how to use it, or why not and what to do."""
        view = await progress(mine)
        if not view.decided:
            raise NotFound
        certificate = letters.certificate_among(view.letters)
        content = certificate.opened() if certificate else None
        refusal = next((one for one in view.letters if one.kind == "L11"), None)
        await opened(mine, certificate, refusal)
        return page(
            request,
            "citizen/cases/case/decision",
            region=mine.region,
            p=view,
            diseases=[(mine.region.diseases[one.code], one) for one in await decision.diseases(mine.case)],
            certificate=certificate,
            content=content,
            qr=letters.qr(content.verify_at) if content else "",
            refusal=refusal,
            refused=refusal.opened() if refusal else None,
        )

    @get("/letters/{id:str}")
    async def letter(
        self, request: Request[Any, Any, Any], mine: NamedDependency[MyCase], id: FromPath[str]
    ) -> Response[bytes]:
        """Show a letter, or send its PDF for an address that ends in ``.pdf``."""
        row = found(await letters.letter(mine.case.id, id.removesuffix(".pdf")))
        if row.kind in letters.RESULTS and not mine.may("receive"):
            raise NotFound
        await opened(mine, row)
        if id.endswith(".pdf"):
            return file_answer(await letters.as_pdf(row), "application/pdf", f"{row.title}.pdf", download=True)
        content = row.opened()
        return page(
            request,
            "citizen/cases/case/letter",
            region=mine.region,
            case=mine.case,
            letter=row,
            content=content,
            qr=letters.qr(content.verify_at),
        )

    @get("/files/{doc:str}")
    async def file(self, mine: NamedDependency[MyCase], doc: FromPath[str]) -> Response[bytes]:
        """Show a file of the case."""
        document = await keep.document(doc)
        file = found(document if document and document.case == mine.case.id else None)
        return await file_page(file)

    @get("/take-back", scope="apply")
    async def ask_take_back(self, request: Request[Any, Any, Any], mine: NamedDependency[MyCase]) -> Response[bytes]:
        """Ask whether to take it back, or say why that is over."""
        return page(request, "citizen/cases/case/take_back", region=mine.region, p=await progress(mine))

    @post("/take-back", scope="apply")
    async def take_back(self, mine: NamedDependency[MyCase]) -> Response[bytes]:
        """Make it a draft again."""
        try:
            taken = await draft.take_back(mine.case, mine.actor)
        except NotAllowed as error:
            raise await moved_on(mine.case) from error
        return see_other(address(taken))

    @get("/again")
    async def ask_again(self, request: Request[Any, Any, Any], mine: NamedDependency[MyCase]) -> Response[bytes]:
        """Ask whether to begin anew with what is there."""
        if mine.case.at not in AGAIN:
            raise await moved_on(mine.case)
        return page(request, "citizen/cases/case/again", region=mine.region, case=mine.case)

    @post("/again")
    async def again(self, mine: NamedDependency[MyCase]) -> Response[bytes]:
        """Begin anew with the answers and files of a case that ended without a benefit."""
        if mine.case.at not in AGAIN:
            raise await moved_on(mine.case)
        return see_other(address(await renewal.again(mine.case)))


async def opened(mine: MyCase, *rows: letters.Row | None) -> None:
    """Remember that letters were opened by the person they are for, or by who may receive them in their stead."""
    for row in rows:
        if row and mine.may("receive"):
            await letters.mark_opened(row)
