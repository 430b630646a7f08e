"""``/{r}/cases/{no}/delivery``: 邮寄与下载: the electronic documents, and a copy on paper at any time after the end."""

from typing import Any

import msgspec
from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath

from portal.cases.mail import delivery
from portal.cases.mail.acts import OVER, Hand
from portal.cases.mail.delivery import WHERE, By
from portal.cases.mail.envelopes import Address, Delivery, latest
from portal.citizen.cases.mail_view import mail_view, may_give_address, stand, version
from portal.citizen.shared.mine import CITIZEN, Asked, MyCase, case_named
from portal.core.tools.errors import Stale, found
from portal.core.tools.machine import NotAllowed
from portal.core.web.autosave import keeps_typed, shows_typed
from portal.core.web.pages import form_page, page, see_other
from portal.core.web.sessions import form_of
from portal.letters.envelopes import inside
from portal.letters.kinds import CERTIFICATE

RECEIVES = ("receive", "collect_mail")  # either lets a proxy order and follow the mail
MOVED_ON = "刚才有了变化，可能已经打印或者寄出了。请看最新的情况。"


class Download(msgspec.Struct, frozen=True):
    """A letter to download."""

    address: str
    title: str
    is_certificate: bool


async def case_with_mail(r: FromPath[str], no: FromPath[str], request: Asked) -> MyCase:
    """Return the case in the address; 404 if there is nothing to mail, or the proxy may not have it."""
    mine = await case_named(r, no, request)
    return found(mine if delivery.may_order(mine.case) and any(mine.may(act) for act in RECEIVES) else None)


class DeliveryController(Controller):
    """The results of one case, electronic and by mail."""

    path = "/{r:str}/cases/{no:str}/delivery"
    opt = {"who": CITIZEN, "scope": "view"}
    dependencies = {"mine": Provide(case_with_mail)}

    @get()
    async def show(self, request: Request[Any, Any, Any], mine: NamedDependency[MyCase]) -> Response[bytes]:
        """Show what can be downloaded, and where the envelope is."""
        return page(
            request,
            "citizen/cases/delivery/show",
            region=mine.region,
            case=mine.case,
            home=mine.home,
            mail=await mail_view(mine),
            questions=WHERE,
            answers=delivery.usual(mine.case, mine.person.name),
            downloads=await _downloads(mine) if mine.may("receive") else [],
        )

    @get("/address")
    @shows_typed
    async def ask_address(self, request: Request[Any, Any, Any], mine: NamedDependency[MyCase]) -> Response[bytes]:
        """Ask for the address; the one that was given before is filled in."""
        envelope = await latest(mine.case)
        if not may_give_address(envelope):
            raise Stale(MOVED_ON)
        before = msgspec.to_builtins(envelope.where) if envelope else None
        answers = before or delivery.usual(mine.case, mine.person.name)
        form = form_of(request)
        typed = {question.name: question.read_over(answers.get(question.name, ""), form) for question in WHERE}
        return _address_page(request, mine, envelope, typed, {})

    @post("/address", compares=True)
    @keeps_typed
    async def keep_address(self, request: Request[Any, Any, Any], mine: NamedDependency[MyCase]) -> Response[bytes]:
        """Order a copy on paper, or change the address of one that is not printed yet."""
        form = form_of(request)
        envelope = await latest(mine.case)
        if not may_give_address(envelope) or form["row_version"] != version(envelope):
            raise Stale(MOVED_ON)
        answers = {question.name: question.read(form) for question in WHERE}
        errors = delivery.errors_in(answers, mine.case)
        if errors:
            return _address_page(request, mine, envelope, answers, errors)
        where = msgspec.convert(answers, Address)
        try:
            if envelope is None or envelope.at in OVER:
                await delivery.order(mine.case, where, _by(mine))
            else:
                await delivery.change_address(envelope, where, _by(mine))
        except NotAllowed as error:
            raise Stale(MOVED_ON) from error
        return see_other(f"{mine.home}/delivery")

    @post("/cancellation")
    async def cancel(self, request: Request[Any, Any, Any], mine: NamedDependency[MyCase]) -> Response[bytes]:
        """Cancel the envelope."""
        return await _acted(request, mine, "cancel")

    @post("/missing")
    async def miss(self, request: Request[Any, Any, Any], mine: NamedDependency[MyCase]) -> Response[bytes]:
        """Say that the envelope has not arrived."""
        return await _acted(request, mine, "miss")


async def _downloads(mine: MyCase) -> list[Download]:
    return [
        Download(f"{mine.home}/letters/{letter.id}.pdf", letter.title, is_certificate=letter.kind == CERTIFICATE)
        for letter in await inside(mine.case)
    ]


async def _acted(request: Request[Any, Any, Any], mine: MyCase, name: str) -> Response[bytes]:
    """Carry out the act called *name* on the envelope that the person saw."""
    envelope = await latest(mine.case)
    if envelope is None or form_of(request)["row_version"] != version(envelope):
        raise Stale(MOVED_ON)
    try:
        await delivery.act(envelope, name, _by(mine))
    except NotAllowed as error:
        raise Stale(MOVED_ON) from error
    return see_other(f"{mine.home}/delivery")


def _by(mine: MyCase) -> By:
    """Return the person who is signed in, as the log of the mail names them."""
    return By(mine.actor.id, Hand.CITIZEN, "proxy" if mine.delegation else "citizen")


def _address_page(
    request: Request[Any, Any, Any],
    mine: MyCase,
    envelope: Delivery | None,
    answers: dict[str, str],
    errors: dict[str, str],
) -> Response[bytes]:
    """Return the page of the address, with what was typed when it was refused."""
    return form_page(
        request,
        "citizen/cases/delivery/address",
        errors,
        region=mine.region,
        home=mine.home,
        questions=WHERE,
        answers=answers,
        seen=version(envelope),
        anew=stand(envelope) in OVER,
    )
