"""``/staff/mailroom/originals``: the register of paper originals, received and sent back."""

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath

from portal.accounts.person import masked_name, person
from portal.cases.life.case import case_by_id
from portal.cases.mail import delivery, originals
from portal.cases.mail.originals import Original, original_in
from portal.core.store import audit
from portal.core.tools.errors import found
from portal.core.tools.machine import NotAllowed
from portal.core.web.pages import see_other
from portal.core.web.second import tell_second
from portal.questions.rules import tidy_number
from portal.staff.mail import waybill as waybills
from portal.staff.mail.desk import CLERKS, MailDesk, at_mail_desk
from portal.staff.shared.packets import MOVED_ON, Packet, packet

HOME = "/staff/mailroom/originals"
SEND_BACK = "send_back"


class Entry(msgspec.Struct, frozen=True):
    """A line of the register: a packet and its person, masked."""

    packet: Packet
    name: str
    tail: str  # the end of the application number


class RegisterController(Controller):
    """What comes in by post, in one's city."""

    path = HOME
    opt = {"who": CLERKS}
    dependencies = {"desk": Provide(at_mail_desk)}

    @get()
    async def index(self, desk: NamedDependency[MailDesk]) -> Response[bytes]:
        """Show the register."""
        entries = [await entry(original) for original in await originals.register(desk.me.region)]
        return desk.page("staff/mail/register/index", entries=entries)

    @get("/{id:str}")
    async def show(self, desk: NamedDependency[MailDesk], id: FromPath[str]) -> Response[bytes]:
        """Show one packet with its return address, and log the view."""
        original = found(await original_in(id, desk.me.region))
        await audit.note(
            actor=desk.me.id,
            role="staff",
            act="read_address",
            thing=f"original:{original.id}",
            about=original.person,
        )
        return await packet_page(desk, original, {})

    @post("/{id:str}")
    async def change(self, desk: NamedDependency[MailDesk], id: FromPath[str]) -> Response[bytes]:
        """Record that the packet arrived, or was sent back."""
        tell_second(desk.request, MOVED_ON)
        original = found(await original_in(id, desk.me.region))
        changes = {}
        if desk.form["action"] == SEND_BACK:
            waybill = tidy_number(desk.form["waybill"])
            if not waybills.is_waybill(waybill):
                return await packet_page(desk, original, {"waybill": waybills.WRONG})
            changes = {"back_waybill": waybill}
        if desk.form["row_version"] != str(original.row_version):
            raise NotAllowed
        await originals.act(original, desk.form["action"], "mail_clerk", desk.me.id, "staff", **changes)
        return see_other(f"{HOME}/{original.id}")


async def entry(original: Original) -> Entry:
    """Return the line of a packet."""
    case = found(await case_by_id(original.case_id))
    who = found(await person(original.person))
    return Entry(packet(original, case.city), masked_name(who.name), case.number[-4:])


async def packet_page(desk: MailDesk, original: Original, errors: dict[str, str]) -> Response[bytes]:
    """Return the page of one packet; with the typed input after an error."""
    case = found(await case_by_id(original.case_id))
    who = found(await person(original.person))
    open_acts = original.open_to("mail_clerk")
    return desk.page(
        "staff/mail/register/show",
        errors,
        entry=await entry(original),
        where=delivery.usual(case, who.name),
        may_receive="receive" in open_acts,
        may_send_back=SEND_BACK in open_acts,
        typed=desk.form["waybill"],
    )
