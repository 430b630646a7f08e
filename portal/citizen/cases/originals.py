"""``/{r}/cases/{no}/originals``: 纸质原件: which papers to send, where to, and where they are now."""

from typing import Any

import msgspec
from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency, Provide

from portal.cases.mail import originals
from portal.cases.mail.originals import Original, Place
from portal.citizen.shared.mine import CITIZEN, MyCase, case_named
from portal.core.tools.errors import Stale, found
from portal.core.tools.i18n import listed
from portal.core.tools.machine import NotAllowed
from portal.core.web.pages import form_page, see_other
from portal.core.web.sessions import form_of
from portal.questions.rules import tidy_number
from portal.regions.load import Region

LONGEST = 40
MOVED_ON = "刚才有了变化，可能已经收到了，或者不用寄了。请看最新的情况。"
STANDS = {  # where the packet is, in words, and the kind of their status
    Place.ASKED: ("请寄原件", "yours"),
    Place.IN_TRANSIT: ("您已寄出，等我们收到", "now"),
    Place.RECEIVED: ("已收到，正在核对", "now"),
    Place.CHECKED: ("已核对，准备寄回给您", "now"),
    Place.SENT_BACK: ("已寄回给您", "done"),
    Place.NOT_NEEDED: ("不用寄了", "done"),
}


class Packet(msgspec.Struct, frozen=True):
    """The papers that were asked for, as their citizen reads of them."""

    original: Original
    words: str
    status: str
    papers: str
    may_send: bool


class OriginalsController(Controller):
    """The papers that were asked for."""

    path = "/{r:str}/cases/{no:str}/originals"
    opt = {"who": CITIZEN, "scope": "correct"}
    dependencies = {"mine": Provide(case_named)}

    @get()
    async def show(self, request: Request[Any, Any, Any], mine: NamedDependency[MyCase]) -> Response[bytes]:
        """Show which papers were asked for and where they are; 404 where none were."""
        return _originals_page(request, mine, found(await originals.of(mine.case)), "", {})

    @post()
    async def send(self, request: Request[Any, Any, Any], mine: NamedDependency[MyCase]) -> Response[bytes]:
        """Keep the waybill of the packet that the citizen has sent."""
        original = await originals.of(mine.case)
        form = form_of(request)
        if original is None or form["row_version"] != str(original.row_version):
            raise Stale(MOVED_ON)
        waybill = tidy_number(form["waybill"])
        if not (waybill.isascii() and waybill.isalnum() and len(waybill) <= LONGEST):
            errors = {"waybill": "请填运单号，只有字母和数字，在快递单上。"}
            return _originals_page(request, mine, original, form["waybill"], errors)
        try:
            role = "proxy" if mine.delegation else "citizen"
            await originals.act(original, "send", "citizen", mine.actor.id, role, waybill=waybill)
        except NotAllowed as error:
            raise Stale(MOVED_ON) from error
        return see_other(f"{mine.home}/originals")


def _packet(original: Original, city: Region) -> Packet:
    words, status = STANDS[original.at]
    return Packet(
        original=original,
        words=words,
        status=status,
        papers=listed(originals.named(original, city), "{first}，{rest}"),
        may_send="send" in original.open_to("citizen"),
    )


def _originals_page(
    request: Request[Any, Any, Any], mine: MyCase, original: Original, typed: str, errors: dict[str, str]
) -> Response[bytes]:
    """Return the page of the packet, with what was typed when it was refused."""
    return form_page(
        request,
        "citizen/cases/originals/show",
        errors,
        region=mine.region,
        home=mine.home,
        packet=_packet(original, mine.region),
        typed=typed,
    )
