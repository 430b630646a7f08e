"""The envelope of a case as its citizen reads it: where it is, what happened to it, what may be done."""

from datetime import date, datetime

import msgspec

from portal.cases.desk import calls
from portal.cases.life.case import Case
from portal.cases.log.words import TOLD, words
from portal.cases.mail import delivery
from portal.cases.mail.acts import OVER, Hand, Stand, acts_open
from portal.cases.mail.envelopes import Address, Delivery, latest
from portal.citizen.shared.mine import MyCase
from portal.core.store import audit
from portal.core.store.audit import Entry
from portal.core.tools import clock


class Said(msgspec.Struct, frozen=True):
    """How an envelope stands: a few words with the kind of their status, and what the person should know."""

    words: str
    kind: str
    explained: str = ""


STANDS = {
    Stand.REQUESTED: Said("等寄出", "now", "我们会打印好再寄，打印前可以改地址、可以不寄。"),
    Stand.PRINTED: Said("已打印，等寄出", "now", "现在不能改地址了。"),
    Stand.POSTED: Said("已寄出", "now", "快递员会打收件人的电话，请留意接听。"),
    Stand.DELIVERED: Said("已签收", "done"),
    Stand.RETURNED: Said("被退回，请核对地址", "yours", "请核对收件人、手机号和地址。改好后我们再寄一次。"),
    Stand.ADDRESS_FIXED: Said("地址已改，等再次寄出", "now", "打印前还可以改地址。"),
    Stand.CANCELLED: Said("不寄了", "done", "电子的一直在网上，随时可以看、可以下载。"),
}


class Line(msgspec.Struct, frozen=True):
    """One line of what happened to an envelope."""

    at: datetime
    who: str
    did: str


class MayMail(msgspec.Struct, frozen=True):
    """What the citizen may do with the mail now."""

    order: bool
    change_address: bool
    fix_address: bool
    cancel: bool
    miss: bool


class MailView(msgspec.Struct, frozen=True):
    """The mail of one case; *envelope* is the latest one, or None if none was ordered."""

    envelope: Delivery | None
    where: Address | None
    send_by: date | None
    may: MayMail
    needs_address: bool  # a letter must reach the person on paper, and nobody knows where to
    on_line: bool  # the person agreed to get letters on line: those count as served
    log: list[Line]  # the latest first

    @property
    def stands(self) -> Said:
        """How the envelope stands."""
        assert self.envelope
        return STANDS[self.envelope.at]

    @property
    def first_words(self) -> str:
        """What the person should know while no envelope is under way."""
        if self.needs_address:
            return "您没有同意网上收结果，我们要把结果寄给您，还缺收件地址。请填在下面，我们就寄。"
        if self.on_line:
            return "电子的和纸质的一样有效，不用等邮寄。想要纸质的，随时可以要一份。"
        return "结果在网上随时可以看。想要纸质的，随时可以要一份。"

    @property
    def seen(self) -> str:
        """What a form carries to show which envelope was seen."""
        return version(self.envelope)


async def mail_view(mine: MyCase) -> MailView:
    """Return the mail of a case as its citizen reads it."""
    envelope = await latest(mine.case)
    log = await audit.done_to(f"delivery:{envelope.id}") if envelope else []
    return MailView(
        envelope=envelope,
        where=envelope.where if envelope else None,
        send_by=delivery.send_by(envelope, mine.case) if envelope else None,
        may=_open_acts(envelope),
        needs_address=await needs_address(mine.case),
        on_line=not await delivery.owed(mine.case, mine.case.ended_at or clock.now()),
        log=[_line(entry, mine) for entry in reversed(log) if entry.act in TOLD["did"]],
    )


async def needs_address(case: Case) -> bool:
    """Return whether an address given now has a letter sent that waits for one."""
    call = await calls.waiting_for(case)
    return call is not None and call.wants_address


def stand(envelope: Delivery | None) -> Stand:
    """Return where an envelope is; nothing was ordered when there is none."""
    return envelope.at if envelope else Stand.NOTHING


def version(envelope: Delivery | None) -> str:
    """Return which envelope that is, and in which version."""
    return f"{envelope.id}.{envelope.row_version}" if envelope else ""


def may_give_address(envelope: Delivery | None) -> bool:
    """Return whether an address may be given now: for a new copy, or before this one is printed."""
    open_now = _open_acts(envelope)
    return stand(envelope) in OVER or open_now.change_address or open_now.fix_address


def _open_acts(envelope: Delivery | None) -> MayMail:
    missed = envelope is not None and envelope.missed
    names = {act.action for act in acts_open(stand(envelope), Hand.CITIZEN, missed=missed)}
    return MayMail(**{name: name in names for name in MayMail.__struct_fields__})


def _line(entry: Entry, mine: MyCase) -> Line:
    """Return a row of the log in words."""
    return Line(entry.at, _who(entry, mine), words(entry.act, "did"))


def _who(entry: Entry, mine: MyCase) -> str:
    if entry.actor == mine.person.id:
        return mine.person.name
    return "代办人" if entry.role == "proxy" else "经办机构"
