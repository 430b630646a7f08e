"""``/staff/mailroom``: 邮寄: print, post with a waybill, delivered or returned, sent again.

These pages show recipient and number of sheets, but no content of the case: no disease, no file, no
answer. Names and addresses are masked in the lists; opening or printing an envelope is logged.
"""

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, FromQuery

from portal.accounts.person import masked_name
from portal.cases.desk.tally import mail
from portal.cases.life.case import Case
from portal.cases.mail import delivery
from portal.cases.mail.acts import Hand
from portal.cases.mail.envelopes import ROWS, VIEWS, Delivery, batch, with_waybill
from portal.cases.mail.envelopes import view as envelopes_in
from portal.core.tools.errors import NotFound
from portal.core.tools.i18n import Said
from portal.core.tools.machine import NotAllowed
from portal.core.web.forms import Form, clean
from portal.core.web.pages import file_answer, see_other
from portal.core.web.second import stands_on
from portal.letters.envelopes import AT_ONCE, as_pdf, unprintable
from portal.staff.mail import waybill
from portal.staff.mail.desk import CLERKS, MailDesk, at_mail_desk
from portal.staff.mail.envelope_row import EnvelopeRow, case_of, envelope_row
from portal.staff.shared.nav import Nav

HOME = "/staff/mailroom"
PRINT, POST, WAY, RETURNED, OVER = VIEWS
TABS = {PRINT: "待打印", POST: "待寄出", WAY: "在路上", RETURNED: "被退回", OVER: "已结束"}


class Tab(msgspec.Struct, frozen=True):
    """One view of the mail with its number of envelopes; finished envelopes are not counted."""

    name: str
    words: str
    count: int | str
    is_shown: bool


class MailroomView(msgspec.Struct, frozen=True):
    """What the page of one view shows."""

    name: str
    tabs: list[Tab]
    rows: list[EnvelopeRow]
    has_more: bool
    couriers: list[tuple[str, str]]
    typed: Form

    @property
    def words(self) -> str:
        """What the view is called."""
        return TABS[self.name]

    @property
    def is_to_print(self) -> bool:
        """Whether these envelopes wait to be printed."""
        return self.name == PRINT

    @property
    def is_to_post(self) -> bool:
        """Whether these envelopes wait for a waybill."""
        return self.name == POST

    @property
    def has_waybills(self) -> bool:
        """Whether these envelopes can be found by their waybills."""
        return self.name in (WAY, OVER)

    @property
    def at_once(self) -> int:
        """The most envelopes of one batch."""
        return AT_ONCE


class MailroomController(Controller):
    """The mail of one's city."""

    path = HOME
    opt = {"who": CLERKS, "nav": Nav("邮寄", if_posted=True)}
    dependencies = {"desk": Provide(at_mail_desk)}

    @get()
    async def index(self, desk: NamedDependency[MailDesk], view: FromQuery[str] = PRINT) -> Response[bytes]:
        """Show one view: to print, to post, on the way, returned, over."""
        return await mailroom_page(desk, view if view in VIEWS else PRINT, {})

    @post("/batches")
    async def make_batch(self, desk: NamedDependency[MailDesk]) -> Response[bytes]:
        """Mark the ticked envelopes as printed if their PDF can be made; redirect to it."""
        ticked = desk.form.all("envelope")
        if not ticked or len(ticked) > AT_ONCE:
            said = Said("一次最多打印 {n} 份。", n=AT_ONCE) if ticked else "请先勾选要打印的。"
            return await mailroom_page(desk, PRINT, {"envelope": said})
        envelopes = [await seen_envelope(desk, box) for box in ticked]
        bad = await unprintable(desk.region, envelopes)
        if bad:
            names = "、".join(masked_name(envelope.where.recipient) for envelope in bad)
            said = Said("有的字打印不出来：{names}。请不要勾选，交给管理员。", names=names)
            return await mailroom_page(desk, PRINT, {"envelope": said})
        name = await delivery.print_all([envelope for _, envelope in envelopes], desk.by)
        return see_other(f"{HOME}/batches/{name}")

    @get("/batches/{name:str}")
    async def show_batch(self, desk: NamedDependency[MailDesk], name: FromPath[str]) -> Response[bytes]:
        """Show a batch, or send its PDF if the address ends in ``.pdf``."""
        printed = await batch(desk.me.region, name.removesuffix(".pdf"))
        if not printed:
            raise NotFound
        if name.endswith(".pdf"):
            return await printed_together(desk, printed)
        rows = [await envelope_row(envelope) for envelope in printed]
        return desk.page("staff/mail/mailroom/batch", name=name, rows=rows)

    @post("/postings")
    async def post_all(self, desk: NamedDependency[MailDesk]) -> Response[bytes]:
        """Record the scanned or typed waybills of envelopes handed to the courier."""
        stands_on(desk.request, f"{HOME}?view={POST}")
        form = desk.form
        errors = await errors_in_waybills(desk, form)
        if errors:
            return await mailroom_page(desk, POST, errors)
        envelopes = [await desk.envelope(id) for id in given(form)]
        if any(form[f"seen-{envelope.id}"] != str(envelope.row_version) for envelope in envelopes):
            raise NotAllowed
        numbers = {envelope.id: waybill.tidy(form[f"no-{envelope.id}"]) for envelope in envelopes}
        await delivery.post_all(envelopes, numbers, form["courier"], desk.by)
        return see_other(f"{HOME}?view={POST}")

    @get("/find")
    async def find(self, desk: NamedDependency[MailDesk], q: FromQuery[str] = "") -> Response[bytes]:
        """Redirect to the envelope with a scanned waybill."""
        envelope = await with_waybill(desk.me.region, waybill.tidy(clean(q)))
        return see_other(f"{HOME}/{envelope.id}" if envelope else f"{HOME}?view={WAY}&nothing=1")


async def printed_together(desk: MailDesk, envelopes: list[Delivery]) -> Response[bytes]:
    """Return the PDF of *envelopes*, and log the printing."""
    with_cases = [(await case_of(envelope), envelope) for envelope in envelopes]
    for envelope in envelopes:
        await desk.note("print_letters", envelope)
    return file_answer(await as_pdf(desk.region, with_cases), "application/pdf", "mail.pdf")


async def seen_envelope(desk: MailDesk, box: str) -> tuple[Case, Delivery]:
    """Return the envelope of a ticked box, whose value is ``id.row version``.

    Raises:
        NotAllowed: the envelope has changed meanwhile.
    """
    id, _, seen = box.partition(".")
    envelope = await desk.envelope(id)
    if seen != str(envelope.row_version) or "print" not in envelope.open_to(Hand.CLERK):
        raise NotAllowed
    return await case_of(envelope), envelope


def given(form: Form) -> list[str]:
    """Return the ids of the envelopes that a waybill was given for."""
    return [name.removeprefix("no-") for name in form if name.startswith("no-") and waybill.tidy(form[name])]


async def errors_in_waybills(desk: MailDesk, form: Form) -> dict[str, str]:
    """Return ``{field: message}`` for the wrong waybills in a form."""
    errors: dict[str, str] = {}
    if form["courier"] not in desk.region.rules.delivery.couriers_zh:
        errors["courier"] = "请选快递公司。"
    numbers = {id: waybill.tidy(form[f"no-{id}"]) for id in given(form)}
    if not numbers and not errors:
        errors["waybills"] = "还没有填运单号。"
    for id, number in numbers.items():
        if not waybill.is_waybill(number):
            errors[f"no-{id}"] = waybill.WRONG
        elif list(numbers.values()).count(number) > 1 or await with_waybill(desk.me.region, number):
            errors[f"no-{id}"] = "这个运单号已经用过了。请看是不是扫重了。"
    return errors


async def mailroom_page(desk: MailDesk, name: str, errors: dict[str, str]) -> Response[bytes]:
    """Return one view of the mail, with the typed input after an error."""
    envelopes = await envelopes_in(desk.me.region, name)
    view = MailroomView(
        name=name,
        tabs=await tabs(desk, name),
        rows=[await envelope_row(envelope) for envelope in envelopes[:ROWS]],
        has_more=len(envelopes) > ROWS,
        couriers=[(courier, courier) for courier in desk.region.rules.delivery.couriers_zh],
        typed=desk.form,
    )
    unknown = "nothing" in desk.request.query_params
    return desk.page("staff/mail/mailroom/index", errors, view=view, unknown_waybill=unknown)


async def tabs(desk: MailDesk, shown: str) -> list[Tab]:
    """Return the views of the mail, with how many envelopes are in each."""
    counts = await mail(desk.me.region)
    return [
        Tab(name, words, "" if name == OVER else sum(counts[stand] for stand in VIEWS[name]), is_shown=name == shown)
        for name, words in TABS.items()
    ]
