"""Messages about mail: N23, N24 and N44 to the people of a case, N23x to the desk if an envelope waits too long."""

from portal.cases.life.case import Case
from portal.cases.mail.delivery import LATE, NO_ADDRESS
from portal.cases.mail.envelopes import Delivery
from portal.notices.staff import members_in, tell_staff
from portal.notices.write import tell_people

HEARS = ("mail_clerk", "supervisor")  # roles that get N23x


async def told(case: Case, envelope: Delivery, code: str) -> None:
    """Write the message *code* about *envelope*, in the transaction of the event."""
    if code == LATE:
        waits_since = f"{envelope.id}:{envelope.waits_since.timestamp():.0f}"
        await tell_staff(case, await members_in(case.region, *HEARS), code, waits_since)
    else:
        sent = {"courier": envelope.courier, "waybill": envelope.waybill}
        await tell_people(case, code, f"{envelope.id}:{envelope.row_version}", **sent)


async def asks_address(case: Case, why: str) -> None:
    """Ask the people of *case* where its result may be sent (N44), once for each time that it ends or is revoked."""
    if why == NO_ADDRESS:
        await tell_people(case, "N44", f"address-{case.row_version}")
