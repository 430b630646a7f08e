"""Tell people about their account itself: a new browser has signed in, a phone was added or removed (N35)."""

from portal.accounts import devices
from portal.accounts.phones import phones_of
from portal.core.store import outbox
from portal.core.store.crypto import seal, seal_json, token
from portal.core.store.database import insert
from portal.core.tools import clock
from portal.notices.tables import Notice as Table
from portal.regions.load import Region

CODE = "N35"


@devices.on_new_place
async def tell(person: str, region: Region) -> None:
    """Write the message: in the portal, and to every phone of the person."""
    variables = {"sign": region.rules.notices.sign_zh, "hotline": region.hotline}
    await _add(person, "in_app", "", variables)
    for _, number in await phones_of(person):
        await _add(person, "sms", number, variables)


async def _add(person: str, channel: str, to: str, variables: dict[str, str]) -> None:
    id, in_app = token(), channel == "in_app"
    await insert(
        Table,
        id=id,
        key=f"{CODE}:{id}",
        case_id="",
        event_id=0,
        person=person,
        code=CODE,
        channel=channel,
        state="delivered" if in_app else "queued",
        recipient=seal(to, f"notice.recipient:{id}") if to else None,
        variables=seal_json(variables, f"notice.variables:{id}"),
        link="",
        tries=0,
        made_at=clock.now(),
        sent_at=clock.now() if in_app else None,
    )
    if not in_app:
        await outbox.add("send_notice", id, notice=id)
