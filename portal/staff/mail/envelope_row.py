"""An envelope as the mail desk shows it: recipient, number of letters, last day for posting."""

from datetime import date

import msgspec

from portal.accounts.person import masked_name, masked_phone
from portal.cases.life.case import Case, case_by_id
from portal.cases.mail.acts import Hand, Stand
from portal.cases.mail.delivery import send_by
from portal.cases.mail.envelopes import Address, Delivery
from portal.core.tools import clock
from portal.core.tools.errors import found
from portal.letters.envelopes import inside

# Where an envelope is, in the words of the desk.
STANDS = {
    Stand.REQUESTED: "等打印",
    Stand.PRINTED: "已打印，等寄出",
    Stand.POSTED: "已寄出",
    Stand.DELIVERED: "已签收",
    Stand.RETURNED: "被退回，等改地址",
    Stand.ADDRESS_FIXED: "地址已改，等再次打印",
    Stand.CANCELLED: "申请人不要寄了",
}


class EnvelopeRow(msgspec.Struct, frozen=True):
    """An envelope with its address, its number of letters, and the last day for posting.

    The last day is None if the desk need not act.
    """

    envelope: Delivery
    case: Case
    address: Address
    letters: int
    last_day: date | None

    @property
    def name(self) -> str:
        """The masked name of the recipient."""
        return masked_name(self.address.recipient)

    @property
    def phone(self) -> str:
        """The masked phone of the recipient."""
        return masked_phone(self.address.recipient_mobile)

    @property
    def tail(self) -> str:
        """The last digits of the case's number."""
        return self.case.number[-4:]

    @property
    def words(self) -> str:
        """The state in words."""
        return STANDS[self.envelope.at]

    @property
    def is_late(self) -> bool:
        """Whether the last day for posting has passed."""
        return self.last_day is not None and clock.today() > self.last_day

    @property
    def is_delivered(self) -> bool:
        """Whether somebody has signed for it."""
        return self.envelope.at is Stand.DELIVERED

    @property
    def is_returned(self) -> bool:
        """Whether it came back and waits for a new address."""
        return self.envelope.at is Stand.RETURNED

    def may(self, act: str) -> bool:
        """Return whether the clerk may do *act* now."""
        return act in self.envelope.open_to(Hand.CLERK)


async def envelope_row(envelope: Delivery) -> EnvelopeRow:
    """Return an envelope as the pages show it."""
    case = await case_of(envelope)
    return EnvelopeRow(envelope, case, envelope.where, len(await inside(case)), send_by(envelope, case))


async def case_of(envelope: Delivery) -> Case:
    """Return the case whose letters are inside."""
    return found(await case_by_id(envelope.case_id))
