"""``/{r}/cases/{no}/delivery``: 邮寄与下载: the electronic documents, and a copy on paper at any time after the end."""

from typing import Any

import msgspec
from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency, Provide

from portal.cases.mail import delivery
from portal.cases.mail.acts import OVER, Hand, NotOpen, Stand, acts_open
from portal.cases.mail.delivery import WHERE, By
from portal.cases.mail.envelopes import Address, Delivery, latest
from portal.citizen.shared.mine import CITIZEN, MyCase, case_named
from portal.core.store import audit
from portal.core.tools.errors import Stale, found
from portal.core.web.pages import page, see_other
from portal.core.web.sessions import form_of
from portal.letters.issue import CERTIFICATE
from portal.letters.post import inside

RECEIVES = ("receive", "collect_mail")  # either lets a proxy order and follow the mail
MOVED_ON = "刚才有了变化，可能已经打印或者寄出了。请看最新的情况。"
# What is going on, what the person should know, and the kind of the status.
WORDS: dict[Stand, tuple[str, str, str]] = {
    Stand.REQUESTED: ("等寄出", "我们会打印好再寄，打印前可以改地址、可以不寄。", "now"),
    Stand.PRINTED: ("已打印，等寄出", "现在不能改地址了。", "now"),
    Stand.POSTED: ("已寄出", "快递员会打收件人的电话，请留意接听。", "now"),
    Stand.DELIVERED: ("已签收", "", "done"),
    Stand.RETURNED: ("被退回，请核对地址", "请核对收件人、手机号和地址。改好后我们再寄一次。", "yours"),
    Stand.ADDRESS_FIXED: ("地址已改，等再次寄出", "打印前还可以改地址。", "now"),
    Stand.CANCELLED: ("不寄了", "电子的一直在网上，和纸质的一样有用。", "done"),
}
# The acts of the log, as the citizen reads them.
DID = {
    "mail_order": "要求邮寄",
    "mail_change_address": "改了收件地址",
    "mail_cancel": "取消邮寄",
    "mail_print": "打印",
    "mail_post": "寄出",
    "mail_deliver": "登记签收",
    "mail_return": "登记退回",
    "mail_fix_address": "改了退件的地址",
    "mail_miss": "说没有收到",
    "mail_send_again": "安排再寄一次",
}


async def received(mine: NamedDependency[MyCase]) -> MyCase:
    """Return the case if it has a result, the city sends mail, and whoever asks may receive it; or leave with 404."""
    return found(mine if delivery.may_order(mine.case) and any(mine.may(act) for act in RECEIVES) else None)


class DeliveryController(Controller):
    """The results of one case, electronic and by mail."""

    path = "/{r:str}/cases/{no:str}/delivery"
    opt = {"who": CITIZEN, "scope": "view"}
    dependencies = {"mine": Provide(case_named), "here": Provide(received)}

    @get()
    async def show(self, request: Request[Any, Any, Any], here: NamedDependency[MyCase]) -> Response[bytes]:
        """Show what can be downloaded, and where the envelope is."""
        known = await latest(here.case)
        log = await audit.done_to(f"delivery:{known.id}") if known else []
        return page(
            request,
            "citizen/cases/delivery/show",
            region=here.region,
            case=here.case,
            home=here.home,
            letters=await inside(here.case) if here.may("receive") else [],
            certificate=CERTIFICATE,
            known=known,
            where=known.where if known else None,
            said=WORDS.get(known.at) if known else None,
            can=[act.name for act in acts_open(at(known), Hand.CITIZEN, missed=bool(known and known.missed))],
            send_by=delivery.send_by(known, here.case) if known else None,
            log=[(row.at, who(row.actor, row.role, here), DID[row.act]) for row in log if row.act in DID],
        )

    @get("/address")
    async def ask_address(self, request: Request[Any, Any, Any], here: NamedDependency[MyCase]) -> Response[bytes]:
        """Ask where to send it: what was answered before stands there."""
        known = await latest(here.case)
        if not may_change(known):
            raise Stale(MOVED_ON)
        given = msgspec.to_builtins(known.where) if known else delivery.usual(here.case, here.person.name)
        return address_page(request, here, known, given, {})

    @post("/address")
    async def keep_address(self, request: Request[Any, Any, Any], here: NamedDependency[MyCase]) -> Response[bytes]:
        """Order a copy, or have the one that is not printed yet go elsewhere."""
        form, known = form_of(request), await latest(here.case)
        given = {question.name: question.read(form) for question in WHERE}
        errors = delivery.errors_in(given, here.case)
        if not may_change(known) or form["row_version"] != version(known):
            raise Stale(MOVED_ON)
        if errors:
            return address_page(request, here, known, given, errors)
        where = msgspec.convert(given, Address)
        try:
            if known is None or known.at in OVER:
                await delivery.order(here.case, where, by(here))
            else:
                await delivery.change_address(known, where, by(here))
        except NotOpen as error:
            raise Stale(MOVED_ON) from error
        return see_other(f"{here.home}/delivery")

    @post("/cancellation")
    async def cancel(self, request: Request[Any, Any, Any], here: NamedDependency[MyCase]) -> Response[bytes]:
        """Have it not sent."""
        return await acted(request, here, "cancel")

    @post("/missing")
    async def miss(self, request: Request[Any, Any, Any], here: NamedDependency[MyCase]) -> Response[bytes]:
        """Say that it has not come."""
        return await acted(request, here, "miss")


async def acted(request: Request[Any, Any, Any], here: MyCase, name: str) -> Response[bytes]:
    """Carry out an act on the envelope that the person saw."""
    known = await latest(here.case)
    if known is None or form_of(request)["row_version"] != version(known):
        raise Stale(MOVED_ON)
    try:
        await delivery.act(known, name, by(here))
    except NotOpen as error:
        raise Stale(MOVED_ON) from error
    return see_other(f"{here.home}/delivery")


def at(known: Delivery | None) -> Stand:
    """Return where it is; nothing was ordered when there is none."""
    return known.at if known else Stand.NOTHING


def may_change(known: Delivery | None) -> bool:
    """Return whether an address may be given now: for a new copy, or before it is printed."""
    return at(known) in OVER or bool(
        {"change_address", "fix_address"} & set(known.open_to(Hand.CITIZEN) if known else ())
    )


def version(known: Delivery | None) -> str:
    """Return what a form carries to show which envelope was seen."""
    return f"{known.id}.{known.row_version}" if known else ""


def by(here: MyCase) -> By:
    """Return whoever is signed in as who acts."""
    return By(here.actor.id, Hand.CITIZEN, "proxy" if here.delegation else "citizen")


def who(actor: str, role: str, here: MyCase) -> str:
    """Return who did something, in words."""
    return here.person.name if actor == here.person.id else "代办人" if role == "proxy" else "经办机构"


def address_page(
    request: Request[Any, Any, Any],
    here: MyCase,
    known: Delivery | None,
    given: Any,
    errors: dict[str, str],
) -> Response[bytes]:
    """Return the page of the address, with what was typed when it was refused."""
    return page(
        request,
        "citizen/cases/delivery/address",
        status=422 if errors else 200,
        region=here.region,
        home=here.home,
        questions=WHERE,
        given=given,
        errors=errors,
        seen=version(known),
        anew=at(known) in OVER,
    )
