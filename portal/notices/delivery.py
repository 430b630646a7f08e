"""Tell about the mail: N23 and N24 to the people of the case, N23x to the desk when an envelope waits too long."""

from portal.accounts.delegation import delegation
from portal.accounts.staff import members
from portal.cases.life.case import Case
from portal.cases.mail.delivery import LATE, on_mail
from portal.cases.mail.envelopes import Delivery
from portal.notices.staff import tell_staff
from portal.notices.write import tell_people

HEARS = ("mail_clerk", "supervisor")  # roles of the desk that are told of an envelope that waits


@on_mail
async def told(case: Case, envelope: Delivery, code: str) -> None:
    """Write the message, in the transaction of what it tells about."""
    key = f"{envelope.id}:{envelope.row_version}"
    if code != LATE:
        sent = {"courier": envelope.courier, "waybill": envelope.waybill}
        await tell_people(case, await delegation(case.delegation), code, key, **sent)
        return
    for staff in {member.id for role in HEARS for member in await members(case.region, role)}:
        await tell_staff(case, staff, code, f"{envelope.id}:{envelope.waits_since.timestamp():.0f}")
