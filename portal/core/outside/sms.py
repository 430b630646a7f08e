"""SMS gateways behind one interface: a template with parameters goes to a phone, at least once.

Providers want templates approved beforehand, so every message is a template id and parameters;
*text* is what they make of them, for gateways that send text and for the demonstration. What was
handed over stands in a ledger, by the provider's id and without phone or words; the provider's
report of what became of it is put beside it.
"""

from collections.abc import Sequence
from contextlib import suppress
from typing import Protocol

import msgspec

from portal.core.outside.gateways import Aliyun, NotSent, Plain, Report
from portal.core.store.crypto import keyed, opened, seal, token
from portal.core.store.database import Taken, execute, fetch_all, insert, transaction
from portal.core.store.tables import SentMessage, SentSms
from portal.core.tools import clock
from portal.core.tools.settings import SETTINGS
from portal.core.tools.signals import Signal

__all__ = ["REPORTED", "NotSent", "Report", "call", "demo_messages", "gateway", "send", "take_reports"]


class Gateway(Protocol):
    """What sends a message."""

    def speaks(self, template: str) -> bool:
        """Return whether it can call a phone and read the message *template* aloud."""

    async def send(self, phone: str, template: str, parameters: dict[str, str], text: str, key: str) -> str:
        """Hand the message over and return the provider's id; *key* marks a repeated one.

        Raises:
            NotSent: it was not taken.
        """

    async def call(self, phone: str, template: str, parameters: dict[str, str], text: str, key: str) -> str:
        """Have the phone called and the text read; as `send`."""

    def reports(self, body: bytes) -> list[Report]:
        """Return what the provider reports in *body*.

        Raises:
            msgspec.DecodeError: it cannot be read.
        """


class Demo:
    """Keeps messages in the database and sends them nowhere; the demonstration shows them."""

    def speaks(self, template: str) -> bool:
        """Return True: it keeps what would be read."""
        return True

    async def send(self, phone: str, template: str, parameters: dict[str, str], text: str, key: str) -> str:
        """Keep the message."""
        id = token()
        await insert(
            SentSms,
            id=id,
            phone_hash=keyed("sms", phone),
            text=seal(text, f"sent_sms.text:{id}"),
            template=template,
            sent_at=clock.now(),
        )
        return id

    async def call(self, phone: str, template: str, parameters: dict[str, str], text: str, key: str) -> str:
        """Keep what would be read."""
        return await self.send(phone, template, parameters, text, key)

    def reports(self, body: bytes) -> list[Report]:
        """Read reports in the form of a gateway of one's own."""
        return Plain().reports(body)


class Kept(msgspec.Struct, frozen=True):
    """A message the demonstration kept."""

    id: str
    text: bytes


async def demo_messages(phone: str, count: int = 20, templates: Sequence[str] = ()) -> list[str]:
    """Return the texts last sent to *phone* in the demonstration, newest first: of *templates*, or of all."""
    places = ", ".join(f"${place}" for place in range(3, 3 + len(templates)))
    only = f"AND template IN ({places})" if templates else ""
    rows = await fetch_all(
        Kept,
        f"FROM sent_sms WHERE phone_hash = $1 {only} ORDER BY sent_at DESC LIMIT $2",
        keyed("sms", phone),
        count,
        *templates,
    )
    return [opened(row.text, f"sent_sms.text:{row.id}") for row in rows]


GATEWAYS: dict[str, type[Gateway]] = {"demo": Demo, "http": Plain, "aliyun": Aliyun}


def gateway() -> Gateway:
    """Return the gateway of this installation.

    Raises:
        ValueError: the setting names none.
    """
    if SETTINGS.sms not in GATEWAYS:
        raise ValueError(f"PORTAL_SMS names no gateway: {SETTINGS.sms!r}")
    return GATEWAYS[SETTINGS.sms]()


async def send(phone: str, template: str, parameters: dict[str, str], text: str, key: str) -> str:
    """Send a message, write it down, and return the provider's id.

    Raises:
        NotSent: the gateway did not take it.
    """
    id = await gateway().send(phone, template, parameters, text, key)
    await _write_down(id, template, "sms")
    return id


async def call(phone: str, template: str, parameters: dict[str, str], text: str, key: str) -> str:
    """Have a phone called, write it down, and return the provider's id.

    Raises:
        NotSent: the gateway did not take it.
    """
    id = await gateway().call(phone, template, parameters, text, key)
    await _write_down(id, template, "voice")
    return id


async def _write_down(id: str, template: str, channel: str) -> None:
    with suppress(Taken):  # the provider knew the key: it is the same message
        await insert(SentMessage, id=id, template=template, channel=channel, state="sent", sent_at=clock.now())


REPORTED = Signal[[Report], None]()  # the provider reports what became of a message of ours


async def take_reports(body: bytes) -> int:
    """Keep what the provider reports; return how many of the messages are ours.

    Raises:
        msgspec.DecodeError: it cannot be read.
    """
    known = 0
    for report in gateway().reports(body):
        async with transaction():
            ours = await execute(
                "UPDATE sent_message SET state = $2, reason = $3, reported_at = $4 WHERE id = $1",
                report.id,
                "delivered" if report.arrived else "failed",
                report.reason[:60],
                clock.now(),
            )
            if ours:
                await REPORTED.send(report)
        known += ours
    return known
