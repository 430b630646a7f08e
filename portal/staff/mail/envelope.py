"""``/staff/mailroom/{id}``: one envelope: where it goes, and what became of it after it was posted."""

from typing import Any

import msgspec
from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath

from portal.accounts.staff import Member
from portal.cases.mail import delivery
from portal.cases.mail.acts import Hand, NotOpen, Stand
from portal.cases.mail.delivery import WHERE
from portal.cases.mail.envelopes import Address, Delivery, delivery_in
from portal.core.tools import clock
from portal.core.tools.errors import Stale, found
from portal.core.web.forms import Form
from portal.core.web.pages import page, see_other
from portal.core.web.sessions import form_of
from portal.questions.rules import day
from portal.regions.load import REGIONS
from portal.staff.mail.mailroom import MOVED_ON, by, case_of, clerk, noted, row
from portal.staff.shared.mine import member
from portal.staff.shared.nav import links


class EnvelopeController(Controller):
    """One envelope of one's city."""

    path = "/staff/mailroom/{id:str}"
    opt = {"who": ("mail_clerk",)}
    dependencies = {"me": Provide(member), "here": Provide(clerk)}

    @get()
    async def show(
        self, request: Request[Any, Any, Any], here: NamedDependency[Member], id: FromPath[str]
    ) -> Response[bytes]:
        """Show one envelope with its address in full, and note who looked."""
        known = found(await delivery_in(id, here.region))
        await noted(here, "read_address", known)
        return await envelope_page(request, here, known, {}, None)

    @post()
    async def change(
        self, request: Request[Any, Any, Any], here: NamedDependency[Member], id: FromPath[str]
    ) -> Response[bytes]:
        """Keep that it was signed for, came back, goes out again, or where it goes now (by telephone)."""
        known, form = found(await delivery_in(id, here.region)), form_of(request)
        name, changes = form["action"], dict[str, Any]()
        if name not in known.open_to(Hand.CLERK) or name in ("print", "post"):
            raise Stale(MOVED_ON)
        if name == "deliver":
            signed = day(form["day"].strip())
            if signed is None or not known.posted_at or not clock.day_of(known.posted_at) <= signed <= clock.today():
                return await envelope_page(request, here, known, {"day": "请填寄出以后、今天以前的日期。"}, form)
            changes = {"delivered_on": signed}
        if name == "fix_address":
            return await fix_address(request, here, known, form)
        await act(here, known, name, form["row_version"], **changes)
        return see_other(f"/staff/mailroom/{known.id}")


async def fix_address(request: Request[Any, Any, Any], here: Member, known: Delivery, form: Form) -> Response[bytes]:
    """Keep the address that the citizen said on the telephone."""
    typed = {question.name: question.read(form) for question in WHERE}
    errors = delivery.errors_in(typed, await case_of(known))
    if errors:
        return await envelope_page(request, here, known, errors, form)
    if form["row_version"] != str(known.row_version):
        raise Stale(MOVED_ON)
    try:
        await delivery.change_address(known, msgspec.convert(typed, Address), by(here))
    except NotOpen as error:
        raise Stale(MOVED_ON) from error
    return see_other(f"/staff/mailroom/{known.id}")


async def act(here: Member, known: Delivery, name: str, seen: str, **changes: Any) -> None:
    """Carry out an act on the envelope that the clerk saw.

    Raises:
        Stale: it has moved on.
    """
    try:
        if seen != str(known.row_version):
            raise NotOpen
        await delivery.act(known, name, by(here), **changes)
    except NotOpen as error:
        raise Stale(MOVED_ON) from error


async def envelope_page(
    request: Request[Any, Any, Any], here: Member, known: Delivery, errors: dict[str, str], form: Form | None
) -> Response[bytes]:
    """Return the page of one envelope."""
    return page(
        request,
        "staff/mail/envelope/show",
        status=422 if errors else 200,
        region=REGIONS[here.region],
        me=here,
        links=links(request, here),
        row=await row(known),
        known=known,
        where=msgspec.structs.asdict(known.where),
        can=known.open_to(Hand.CLERK),
        today=clock.today(),
        questions=WHERE if known.at is Stand.RETURNED else (),
        form=form,
        errors=errors,
    )
