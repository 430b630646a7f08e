"""The dependency of the mail desk's pages: the clerk, their city, and the log of addresses seen or printed."""

from portal.accounts.staff import Member
from portal.cases.mail.acts import Hand
from portal.cases.mail.delivery import By
from portal.cases.mail.envelopes import Delivery, delivery_in
from portal.core.store import audit
from portal.core.tools.errors import found
from portal.core.web.second import tell_second
from portal.questions.delivery import sends_mail
from portal.staff.shared.desk import Asked, Desk, member

CLERKS = ("mail_clerk",)
MOVED_ON = "刚才有了变化，没有保存。申请人可能改了地址，或者别人已经办了。请看最新的情况。"


class MailDesk(Desk):
    """A mail clerk, in a city that sends mail."""

    def __init__(self, request: Asked, me: Member) -> None:
        """Serve the clerk *me*, and set the 409 page's sentence for an envelope that has changed meanwhile."""
        super().__init__(request, me)
        tell_second(request, MOVED_ON)

    @property
    def by(self) -> By:
        """The clerk as an actor on mail."""
        return By(self.me.id, Hand.CLERK, "staff")

    async def envelope(self, id: str) -> Delivery:
        """Return the envelope *id* of the clerk's city; 404 if there is none."""
        return found(await delivery_in(id, self.me.region))

    async def note(self, act: str, envelope: Delivery) -> None:
        """Write into the audit log that the clerk saw or printed an envelope."""
        thing = f"delivery:{envelope.id}"
        await audit.note(actor=self.me.id, role="staff", act=act, thing=thing, about=envelope.person)


async def at_mail_desk(request: Asked) -> MailDesk:
    """Return the mail desk of the signed-in clerk; 404 in a city that sends no mail."""
    desk = MailDesk(request, await member(request))
    found(desk if sends_mail(desk.region) else None)
    return desk
