"""Messages about the account itself: sign-in from a new browser, a new phone (N35)."""

from portal.accounts.phones import phones_of
from portal.core.store.crypto import token
from portal.notices.write import Reader, tell
from portal.regions.load import Region

CODE = "N35"


async def told(person: str, region: Region) -> None:
    """Write the message in the portal and to every phone of the person."""
    variables = {"sign": region.rules.notices.sign_zh, "hotline": region.hotline}
    occasion = token()  # a random occasion: every event is told, however soon after another
    first, *others = [number for _, number in await phones_of(person)] or [""]
    await tell(CODE, [Reader(person, first)], None, occasion, **variables)
    for count, number in enumerate(others):
        by_sms = Reader(person, number, in_portal=False)
        await tell(CODE, [by_sms], None, f"{occasion}:{count}", **variables)
