"""The desk of a mail clerk, and what they scan."""

from portal.core.tools.errors import found
from portal.questions.delivery import sends_mail
from portal.questions.rules import tidy_number
from portal.staff.shared.desk import Asked, Desk, at_desk

SHORTEST, LONGEST = 6, 40  # characters of a waybill


async def mail_desk(request: Asked) -> Desk:
    """Return the desk of a city that sends mail; in another it looks as if there were no such page."""
    desk = await at_desk(request)
    return found(desk if sends_mail(desk.region) else None)


def read_waybill(typed: str) -> str:
    """Return the waybill that was typed or scanned, or an empty text when it cannot be one."""
    waybill = tidy_number(typed)
    good = waybill.isascii() and waybill.isalnum() and SHORTEST <= len(waybill) <= LONGEST
    return waybill if good else ""
