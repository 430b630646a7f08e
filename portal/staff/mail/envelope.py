"""``/staff/mailroom/{id}``: one envelope: its address, and its state after posting."""

from datetime import date
from typing import Any

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath

from portal.cases.mail import delivery
from portal.cases.mail.acts import Hand
from portal.cases.mail.delivery import WHERE
from portal.cases.mail.envelopes import Address, Delivery
from portal.core.tools import clock
from portal.core.tools.machine import NotAllowed
from portal.core.web.forms import Form
from portal.core.web.pages import see_other
from portal.questions.model import Question
from portal.questions.rules import day
from portal.staff.mail.desk import CLERKS, MailDesk, at_mail_desk
from portal.staff.mail.envelope_row import EnvelopeRow, case_of, envelope_row

ELSEWHERE = ("print", "post")  # acts on many envelopes at once, on the page of the mailroom


class EnvelopeView(msgspec.Struct, frozen=True):
    """Content of the page of an envelope, with the typed input after an error."""

    row: EnvelopeRow
    typed: Form

    @property
    def today(self) -> date:
        """Today, the default for the day of the signature."""
        return clock.today()

    @property
    def signed_on(self) -> str:
        """The value of the field for the day of the signature."""
        return self.typed["day"] if self.typed else self.today.isoformat()

    @property
    def address_fields(self) -> list[tuple[Question, str]]:
        """The address questions with their answers, for an envelope that came back."""
        answers: Any = self.typed or msgspec.structs.asdict(self.row.address)
        return [(question, answers[question.name]) for question in WHERE] if self.row.is_returned else []


class EnvelopeController(Controller):
    """One envelope of one's city."""

    path = "/staff/mailroom/{id:str}"
    opt = {"who": CLERKS}
    dependencies = {"desk": Provide(at_mail_desk)}

    @get()
    async def show(self, desk: NamedDependency[MailDesk], id: FromPath[str]) -> Response[bytes]:
        """Show one envelope with its full address, and log the view."""
        envelope = await desk.envelope(id)
        await desk.note("read_address", envelope)
        return await envelope_page(desk, envelope, {})

    @post()
    async def change(self, desk: NamedDependency[MailDesk], id: FromPath[str]) -> Response[bytes]:
        """Record that it was signed for, came back or is sent again, or store a new address."""
        envelope = await desk.envelope(id)
        form = desk.form
        act = form["action"]
        if act not in envelope.open_to(Hand.CLERK) or act in ELSEWHERE:
            raise NotAllowed
        match act:
            case "deliver":
                errors = await signed_for(desk, envelope, form)
            case "fix_address":
                errors = await fix_address(desk, envelope, form)
            case _:
                await carry_out(desk, envelope, act, form)
                errors = {}
        return await envelope_page(desk, envelope, errors) if errors else see_other(f"/staff/mailroom/{id}")


async def signed_for(desk: MailDesk, envelope: Delivery, form: Form) -> dict[str, str]:
    """Record the day of the signature for the envelope; return errors by field."""
    signed = day(form["day"].strip())
    if signed is None or not envelope.posted_at or not clock.day_of(envelope.posted_at) <= signed <= clock.today():
        return {"day": "请填寄出以后、今天以前的日期。"}
    await carry_out(desk, envelope, "deliver", form, delivered_on=signed)
    return {}


async def fix_address(desk: MailDesk, envelope: Delivery, form: Form) -> dict[str, str]:
    """Store the address that the citizen gave by telephone; return errors by field."""
    typed = {question.name: question.read(form) for question in WHERE}
    errors = delivery.errors_in(typed, await case_of(envelope))
    if errors:
        return errors
    as_seen(envelope, form)
    await delivery.change_address(envelope, msgspec.convert(typed, Address), desk.by)
    return {}


async def carry_out(desk: MailDesk, envelope: Delivery, act: str, form: Form, **changes: Any) -> None:
    """Carry out an act on the envelope that the clerk saw."""
    as_seen(envelope, form)
    await delivery.act(envelope, act, desk.by, **changes)


def as_seen(envelope: Delivery, form: Form) -> None:
    """Check that the envelope has not changed since the clerk's page was made.

    Raises:
        NotAllowed: the envelope has changed meanwhile (409 page).
    """
    if form["row_version"] != str(envelope.row_version):
        raise NotAllowed


async def envelope_page(desk: MailDesk, envelope: Delivery, errors: dict[str, str]) -> Response[bytes]:
    """Return the page of one envelope."""
    view = EnvelopeView(await envelope_row(envelope), desk.form)
    return desk.page("staff/mail/envelope/show", errors, view=view)
