"""``/{r}/access``: 谁看过我的资料: who has seen my data, read from the audit log."""

from datetime import datetime
from typing import Any

import msgspec
from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency, Provide

from portal.accounts.person import masked_name, person
from portal.accounts.staff import member
from portal.cases.log.words import TOLD, words
from portal.citizen.shared.mine import CITIZEN, Me, me_in
from portal.core.store import audit
from portal.core.store.audit import Entry
from portal.core.tools.i18n import Said
from portal.core.web.pages import page

ROWS = 200


class Line(msgspec.Struct, frozen=True):
    """One line: who did what to the person's data, when, and the reason if one had to be given."""

    at: datetime
    who: str
    what: str
    why: str


class SeenByController(Controller):
    """The list of accesses to the data of the person who is signed in."""

    path = "/{r:str}/access"
    opt = {"who": CITIZEN}
    dependencies = {"mine": Provide(me_in)}

    @get()
    async def show(self, request: Request[Any, Any, Any], mine: NamedDependency[Me]) -> Response[bytes]:
        """Show the accesses of other people to the person's data, newest first."""
        rows = await audit.about(mine.person.id, tuple(TOLD["yours"]), ROWS)
        lines = [
            Line(row.at, await _who_did(row), words(row.act, "yours"), row.why)
            for row in rows
            if row.actor != mine.person.id
        ]
        return page(request, "citizen/account/seen_by/show", region=mine.region, lines=lines, most=ROWS)


async def _who_did(row: Entry) -> str:
    """Return a staff member's family name and role, or the masked name of another person."""
    staff = await member(row.actor)
    if staff:
        return Said("经办机构 {name}（{role}）", name=masked_name(staff.name), role=staff.role_names)
    who = await person(row.actor)
    if who:
        return Said("代办人 {name}", name=who.masked_name)
    return "系统" if row.actor == "system" else "经办机构"
