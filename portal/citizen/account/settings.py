"""``/{r}/settings``: phones, devices, consents, one's own data, and the end of the account."""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath

from portal.accounts import consents, devices, phones
from portal.accounts.person import masked_phone
from portal.cases.apply.draft import delete
from portal.cases.life.case import Case, cases_of
from portal.cases.life.moves import State
from portal.citizen.account import export
from portal.citizen.account.sign_out import out
from portal.citizen.shared.mine import CITIZEN, Me, me_in
from portal.core.store.crypto import digest
from portal.core.tools.errors import NotFound
from portal.core.web.pages import file_answer, page, see_other
from portal.core.web.sessions import end, form_of, visitor_of
from portal.regions.load import REGIONS


class SettingsController(Controller):
    """One's account."""

    path = "/{r:str}/settings"
    opt = {"who": CITIZEN}
    dependencies = {"mine": Provide(me_in)}

    @get()
    async def show(self, request: Request[Any, Any, Any], mine: NamedDependency[Me]) -> Response[bytes]:
        """Show what can be set."""
        visitor = visitor_of(request)
        mine_phones = await phones.phones_of(mine.person.id)
        return page(
            request,
            "citizen/account/settings/show",
            region=mine.region,
            person=mine.person,
            phones=[(id, masked_phone(number), id == visitor.via) for id, number in mine_phones],
            sessions=await devices.open_sessions(mine.person.id),
            here_id=digest(visitor.cookie),
            consents=await consents.consents_of(mine.person.id),
        )

    @post("/devices")
    async def end_session(self, request: Request[Any, Any, Any], mine: NamedDependency[Me]) -> Response[bytes]:
        """End one session, or all others."""
        form, visitor = form_of(request), visitor_of(request)
        if form["action"] == "others":
            await devices.end_all(mine.person.id, but=digest(visitor.cookie))
        else:
            await devices.end_session(mine.person.id, form["session"])
        return see_other(f"/{mine.region.id}/settings#devices")

    @post("/phones")
    async def remove_phone(self, request: Request[Any, Any, Any], mine: NamedDependency[Me]) -> Response[bytes]:
        """Let a phone be no way in any more; the last one and the one in use stay."""
        phone = form_of(request)["phone"]
        if phone != visitor_of(request).via and await phones.remove_phone(mine.person.id, phone):
            await devices.tell(mine.person.id, mine.region)
        return see_other(f"/{mine.region.id}/settings#phones")

    @post("/consents")
    async def withdraw(self, request: Request[Any, Any, Any], mine: NamedDependency[Me]) -> Response[bytes]:
        """Take a consent back."""
        await consents.withdraw(mine.person.id, form_of(request)["consent"])
        return see_other(f"/{mine.region.id}/settings#consents")

    @get("/export/{name:str}", quiet=True)
    async def export(self, mine: NamedDependency[Me], name: FromPath[str]) -> Response[bytes]:
        """Send everything we hold, as ``data.json`` or ``data.pdf``."""
        if name not in ("data.json", "data.pdf"):
            raise NotFound
        if name == "data.json":
            return file_answer(await export.as_json(mine.person), "application/json", name, download=True)
        return file_answer(await export.as_pdf(mine.person), "application/pdf", name, download=True)

    @get("/closing")
    async def ask(self, request: Request[Any, Any, Any], mine: NamedDependency[Me]) -> Response[bytes]:
        """Say what closing means, and what stands in the way."""
        return await closing_page(request, mine, {})

    @post("/closing")
    async def close(self, request: Request[Any, Any, Any], mine: NamedDependency[Me]) -> Response[bytes]:
        """Close the account; cases under way must have ended, drafts go with it."""
        if not form_of(request)["sure"]:
            return await closing_page(request, mine, {"sure": "请先看清楚，确定要注销再打勾。"})
        cases = await all_cases(mine.person.id)
        if open_among(cases):
            return await closing_page(request, mine, {})
        for case in cases:
            if case.at is State.DRAFT:
                await delete(case)
        await consents.close(mine.person.id)
        await end(visitor_of(request))
        return out(f"/{mine.region.id}/")


async def all_cases(person: str) -> list[Case]:
    """Return a person's cases in every city."""
    return [case for region in REGIONS for case in await cases_of(person, region)]


def open_among(cases: list[Case]) -> list[Case]:
    """Return the cases that are under way."""
    return [case for case in cases if case.at is not State.DRAFT and not case.ended]


async def closing_page(request: Request[Any, Any, Any], mine: Me, errors: dict[str, str]) -> Response[bytes]:
    """Return the page that asks whether to close the account."""
    cases = await all_cases(mine.person.id)
    return page(
        request,
        "citizen/account/settings/closing",
        status=422 if errors else 200,
        region=mine.region,
        open=open_among(cases),
        drafts=len([case for case in cases if case.at is State.DRAFT]),
        errors=errors,
    )
