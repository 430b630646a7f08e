"""The letters of a case as the desk lists them: how they are served, whether opened, the state of the envelope."""

from datetime import datetime

import msgspec

from portal.cases.life.case import Case
from portal.cases.mail import envelopes
from portal.cases.mail.acts import Stand
from portal.cases.mail.delivery import may_order
from portal.cases.mail.envelopes import Delivery
from portal.cases.mail.serving import Service, service
from portal.core.tools import clock
from portal.letters import letter as letters
from portal.letters.kinds import INTERNAL
from portal.questions.delivery import sends_mail
from portal.staff.shared.sign import Sign

MAIL = {
    Stand.REQUESTED: "等打印",
    Stand.PRINTED: "已打印，等寄出",
    Stand.POSTED: "已寄出",
    Stand.DELIVERED: "已签收",
    Stand.RETURNED: "被退回，等改地址",
    Stand.ADDRESS_FIXED: "地址已改，等再寄",
    Stand.CANCELLED: "不寄了",
}


class LetterRow(msgspec.Struct, frozen=True):
    """A letter in the list, and whether it has reached its reader."""

    letter: letters.Letter
    electronic: bool  # it counts as served on line

    @property
    def internal(self) -> bool:
        """Whether the letter is internal, so that it is never opened by a citizen."""
        return self.letter.kind == INTERNAL

    @property
    def waiting(self) -> str:
        """Where an unopened letter waits."""
        return "已送到网上账号，申请人还没有打开" if self.electronic else "放在网上账号里，没有同意电子送达"


class Mailing(msgspec.Struct, frozen=True):
    """The envelope of the result."""

    delivery: Delivery

    @property
    def words(self) -> str:
        """Where it is, in words."""
        return MAIL[self.delivery.at]


class Post(msgspec.Struct, frozen=True):
    """The letters of the case and how they are served."""

    served: Sign
    letters: list[LetterRow]
    mailing: Mailing | None


async def post(case: Case) -> Post:
    """Return the letters of a case; the way of service is that of the next letter, or of the last in an ended case."""
    known = await service(case)
    all_letters = await letters.letters(case.id, desk=True)
    open_to_citizen = [letter for letter in all_letters if letter.kind != INTERNAL]
    at = open_to_citizen[-1].issued_at if case.ended and open_to_citizen else clock.now()
    envelope = await envelopes.latest(case)
    return Post(
        served=_served(case, known, at, envelope),
        letters=[LetterRow(letter, known.electronic(letter.issued_at)) for letter in all_letters],
        mailing=Mailing(envelope) if case.ended and envelope else None,
    )


def _served(case: Case, known: Service, at: datetime, envelope: Delivery | None) -> Sign:
    if known.electronic(at):
        return Sign("done", "申请人同意电子送达")
    if not sends_mail(case.city):
        return Sign("yours", "没有同意电子送达，本地不邮寄，请按本地的办法送达")
    if may_order(case) and envelope is None:
        return Sign("yours", "没有同意电子送达，须邮寄；没有地址，请问申请人寄到哪里")
    return Sign("yours", "没有同意电子送达，结果文书须邮寄")
