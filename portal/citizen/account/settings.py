"""``/{r}/settings``: phones, devices, consents, the export, and closing the account."""

from typing import Any

import msgspec
from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath

from portal.accounts import consents, devices, phones
from portal.accounts.person import masked_phone
from portal.cases.apply.draft import delete
from portal.cases.life.case import Case, cases_of
from portal.cases.life.moves import State
from portal.citizen.account import export
from portal.citizen.shared.mine import CITIZEN, Me, me_in
from portal.core.store import audit
from portal.core.store.crypto import digest
from portal.core.tools.errors import NotFound
from portal.core.web.pages import file_answer, form_page, leave_for, page, see_other
from portal.core.web.sessions import end, form_of, visitor_of
from portal.regions.load import REGIONS


class Phone(msgspec.Struct, frozen=True):
    """A sign-in phone; the phone of this session and the last one cannot be removed."""

    id: str
    number: str  # masked
    in_use: bool
    removable: bool


class SettingsController(Controller):
    """The settings of the person's account."""

    path = "/{r:str}/settings"
    opt = {"who": CITIZEN}
    dependencies = {"mine": Provide(me_in)}

    @get()
    async def show(self, request: Request[Any, Any, Any], mine: NamedDependency[Me]) -> Response[bytes]:
        """Show phones, devices, consents and the other settings."""
        visitor = visitor_of(request)
        return page(
            request,
            "citizen/account/settings/show",
            region=mine.region,
            person=mine.person,
            phones=await _phones(mine, visitor.via),
            sessions=await devices.open_sessions(mine.person.id),
            here_id=digest(visitor.cookie),
            consents=await consents.consents_of(mine.person.id),
        )

    @post("/devices")
    async def end_session(self, request: Request[Any, Any, Any], mine: NamedDependency[Me]) -> Response[bytes]:
        """End one session, or all others."""
        form = form_of(request)
        visitor = visitor_of(request)
        if form["action"] == "others":
            await devices.end_all(mine.person.id, but=digest(visitor.cookie))
        else:
            await devices.end_session(mine.person.id, form["session"])
        return see_other(f"/{mine.region.id}/settings#devices")

    @post("/phones")
    async def remove_phone(self, request: Request[Any, Any, Any], mine: NamedDependency[Me]) -> Response[bytes]:
        """Remove a sign-in phone; the phone of this session and the last one cannot be removed."""
        phone = form_of(request)["phone"]
        if phone != visitor_of(request).via and await phones.remove_phone(mine.person.id, phone):
            await devices.NEW_PLACE.send(mine.person.id, mine.region)
        return see_other(f"/{mine.region.id}/settings#phones")

    @post("/consents")
    async def withdraw(self, request: Request[Any, Any, Any], mine: NamedDependency[Me]) -> Response[bytes]:
        """Withdraw a consent."""
        await consents.withdraw(mine.person.id, form_of(request)["consent"])
        return see_other(f"/{mine.region.id}/settings#consents")

    @get("/export/{name:str}", quiet=True)
    async def export(self, mine: NamedDependency[Me], name: FromPath[str]) -> Response[bytes]:
        """Send the export, as ``data.json`` or ``data.pdf``; that a copy of everything left is logged."""
        match name:
            case "data.json":
                content, kind = await export.as_json(mine.person), "application/json"
            case "data.pdf":
                content, kind = await export.as_pdf(mine.person), "application/pdf"
            case _:
                raise NotFound
        person = mine.person.id
        await audit.note(actor=person, role="citizen", act="export", thing=name, about=person)
        return file_answer(content, kind, name, download=True)

    @get("/closing")
    async def ask(self, request: Request[Any, Any, Any], mine: NamedDependency[Me]) -> Response[bytes]:
        """Ask whether to close the account: what closing means, and the cases that prevent it."""
        return await _closing_page(request, mine, {})

    @post("/closing")
    async def close(self, request: Request[Any, Any, Any], mine: NamedDependency[Me]) -> Response[bytes]:
        """Close the account and delete its drafts; refused while a case is under way."""
        if not form_of(request)["sure"]:
            return await _closing_page(request, mine, {"sure": "请先看清楚，确定要注销再打勾。"})
        cases = await _all_cases(mine.person.id)
        if _under_way(cases):
            return await _closing_page(request, mine, {})
        for draft in _drafts(cases):
            await delete(draft)
        await consents.close(mine.person.id)
        await end(visitor_of(request))
        return leave_for(f"/{mine.region.id}/")


async def _phones(mine: Me, in_use: str) -> list[Phone]:
    """Return the sign-in phones of the account; *in_use* is the id of this session's phone."""
    all_phones = await phones.phones_of(mine.person.id)
    return [
        Phone(id, masked_phone(number), in_use=id == in_use, removable=id != in_use and len(all_phones) > 1)
        for id, number in all_phones
    ]


async def _all_cases(person: str) -> list[Case]:
    """Return the cases of *person* (an id) in all cities."""
    return [case for region in REGIONS for case in await cases_of(person, region)]


def _drafts(cases: list[Case]) -> list[Case]:
    return [case for case in cases if case.at is State.DRAFT]


def _under_way(cases: list[Case]) -> list[Case]:
    return [case for case in cases if case.at is not State.DRAFT and not case.ended]


async def _closing_page(request: Request[Any, Any, Any], mine: Me, errors: dict[str, str]) -> Response[bytes]:
    """Return the page that asks whether to close the account."""
    cases = await _all_cases(mine.person.id)
    return form_page(
        request,
        "citizen/account/settings/closing",
        errors,
        region=mine.region,
        under_way=len(_under_way(cases)),
        drafts=len(_drafts(cases)),
    )
