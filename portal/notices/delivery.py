"""What is told of the post: N23 and N24 to the people of the case, N23x to the desk when something waits too long."""

from portal.accounts.delegation import delegation
from portal.accounts.staff import members
from portal.cases.life.case import Case
from portal.cases.mail.delivery import LATE, on_mail
from portal.cases.mail.envelopes import Delivery
from portal.notices.staff import tell_staff
from portal.notices.write import tell_people

HEARS = ("mail_clerk", "supervisor")


@on_mail
async def told(case: Case, known: Delivery, code: str) -> None:
    """Write the message, in the transaction of what it tells about."""
    key = f"{known.id}:{known.row_version}"
    if code != LATE:
        sent = {"courier": known.courier, "waybill": known.waybill}
        await tell_people(case, await delegation(case.delegation), code, key, **sent)
        return
    for staff in {one.id for role in HEARS for one in await members(case.region, role)}:
        await tell_staff(case, staff, code, f"{known.id}:{known.waits_since.timestamp():.0f}")
