"""``/staff/mailroom``: 邮寄: print, post with a waybill, delivered or returned, sent again.

Here one sees to whom something goes and how many sheets, never what it is about: no disease, no
file, no answer. Names and addresses are masked in the lists; whoever opens or prints one is noted.
"""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, FromQuery

from portal.accounts.person import masked_name, masked_phone
from portal.accounts.staff import Member
from portal.cases.desk.tally import mail
from portal.cases.life.case import Case, case_by_id
from portal.cases.mail import delivery
from portal.cases.mail.acts import Hand, NotOpen
from portal.cases.mail.delivery import By, send_by
from portal.cases.mail.envelopes import ROWS, VIEWS, Delivery, batch, delivery_in, with_waybill
from portal.cases.mail.envelopes import view as view_of
from portal.core.store import audit
from portal.core.tools import clock
from portal.core.tools.errors import NotFound, Stale, found
from portal.core.tools.i18n import Said
from portal.core.web.forms import Form, clean
from portal.core.web.pages import file_answer, page, see_other
from portal.core.web.sessions import form_of
from portal.letters.post import AT_ONCE, as_pdf, inside, unprintable
from portal.questions.delivery import sends_mail
from portal.questions.rules import narrow
from portal.regions.load import REGIONS
from portal.staff.shared.mine import member
from portal.staff.shared.nav import Nav, links

TABS = {"print": "待打印", "post": "待寄出", "way": "在路上", "returned": "被退回", "over": "已结束"}
STANDS = {
    "requested": "等打印",
    "printed": "已打印，等寄出",
    "posted": "已寄出",
    "delivered": "已签收",
    "returned": "被退回，等改地址",
    "address_fixed": "地址已改，等再次打印",
    "cancelled": "申请人不要寄了",
}
MOVED_ON = "刚才有了变化，没有保存。申请人可能改了地址，或者别人已经办了。请看最新的情况。"
WAYBILL = (6, 40)


async def clerk(me: NamedDependency[Member]) -> Member:
    """Return who is signed in, where the city sends mail at all; else it looks as if there were no such desk."""
    return found(me if sends_mail(REGIONS[me.region]) else None)


class MailroomController(Controller):
    """The mail of one's city."""

    path = "/staff/mailroom"
    opt = {"who": ("mail_clerk",), "nav": Nav("邮寄", if_posted=True)}
    dependencies = {"me": Provide(member), "here": Provide(clerk)}

    @get()
    async def index(
        self, request: Request[Any, Any, Any], here: NamedDependency[Member], view: FromQuery[str] = "print"
    ) -> Response[bytes]:
        """Show one view: to print, to post, on the way, returned, over."""
        return await mailroom_page(request, here, view if view in VIEWS else "print", {})

    @post("/batches")
    async def make_batch(self, request: Request[Any, Any, Any], here: NamedDependency[Member]) -> Response[bytes]:
        """Take what is ticked as printed, once it is sure that it can be; lead to its PDF."""
        ticked = form_of(request).all("envelope")
        if not ticked or len(ticked) > AT_ONCE:
            said = Said("一次最多打印 {n} 份。", n=AT_ONCE) if ticked else "请先勾选要打印的。"
            return await mailroom_page(request, here, "print", {"envelope": said})
        envelopes = [await seen_envelope(one, here) for one in ticked]
        bad = await unprintable(REGIONS[here.region], envelopes)
        if bad:
            names = "、".join(masked_name(one.where.recipient) for one in bad)
            said = Said("有的字打印不出来：{names}。请不要勾选，交给管理员。", names=names)
            return await mailroom_page(request, here, "print", {"envelope": said})
        try:
            name = await delivery.print_all([known for _, known in envelopes], by(here))
        except NotOpen as error:
            raise Stale(MOVED_ON) from error
        return see_other(f"/staff/mailroom/batches/{name}")

    @get("/batches/{name:str}")
    async def show_batch(
        self, request: Request[Any, Any, Any], here: NamedDependency[Member], name: FromPath[str]
    ) -> Response[bytes]:
        """Show what was printed together, or send the PDF for an address that ends in ``.pdf``."""
        printed = [(await case_of(one), one) for one in await batch(here.region, name.removesuffix(".pdf"))]
        if not printed:
            raise NotFound
        if name.endswith(".pdf"):
            for _, known in printed:
                await noted(here, "print_letters", known)
            return file_answer(await as_pdf(REGIONS[here.region], printed), "application/pdf", "mail.pdf")
        return page(
            request,
            "staff/mail/mailroom/batch",
            region=REGIONS[here.region],
            me=here,
            links=links(request, here),
            name=name,
            rows=[await row(known) for _, known in printed],
        )

    @post("/postings")
    async def post_all(self, request: Request[Any, Any, Any], here: NamedDependency[Member]) -> Response[bytes]:
        """Keep the waybills that were scanned or typed: each of these envelopes has been handed to the courier."""
        form = form_of(request)
        errors = await errors_in_waybills(form, here)
        if errors:
            return await mailroom_page(request, here, "post", errors, form)
        envelopes = [found(await delivery_in(id, here.region)) for id in given(form)]
        try:
            if any(form[f"seen-{one.id}"] != str(one.row_version) for one in envelopes):
                raise NotOpen
            waybills = {one.id: tidy(form[f"no-{one.id}"]) for one in envelopes}
            await delivery.post_all(envelopes, waybills, form["courier"], by(here))
        except NotOpen as error:
            raise Stale(MOVED_ON) from error
        return see_other("/staff/mailroom?view=post")

    @get("/find")
    async def find(self, here: NamedDependency[Member], q: FromQuery[str] = "") -> Response[bytes]:
        """Lead to the envelope with a waybill: what comes back or was signed for is scanned."""
        known = await with_waybill(here.region, tidy(clean(q)))
        return see_other(f"/staff/mailroom/{known.id}" if known else "/staff/mailroom?view=way&nothing=1")


def by(here: Member) -> By:
    """Return the member as who acts."""
    return By(here.id, Hand.CLERK, "staff")


async def noted(here: Member, name: str, known: Delivery) -> None:
    """Write into the log that a member saw or printed what goes to a person."""
    await audit.note(actor=here.id, role="staff", act=name, thing=f"delivery:{known.id}", about=known.person)


async def case_of(known: Delivery) -> Case:
    """Return the case whose results are inside."""
    return found(await case_by_id(known.case_id))


async def seen_envelope(field: str, here: Member) -> tuple[Case, Delivery]:
    """Return the envelope of a ticked box, ``id.row version``.

    Raises:
        Stale: it is not as it was seen.
    """
    id, _, seen = field.partition(".")
    known = found(await delivery_in(id, here.region))
    if seen != str(known.row_version) or "print" not in known.open_to(Hand.CLERK):
        raise Stale(MOVED_ON)
    return await case_of(known), known


def tidy(waybill: str) -> str:
    """Return a waybill number as it is kept: narrow, upper case, without spaces and hyphens."""
    return "".join(narrow(waybill).upper().split()).replace("-", "")


def given(form: Form) -> list[str]:
    """Return the envelopes that a waybill was given for."""
    return [name.removeprefix("no-") for name in form if name.startswith("no-") and tidy(form[name])]


async def errors_in_waybills(form: Form, here: Member) -> dict[str, str]:
    """Return what is wrong with the waybills of a form, by field."""
    errors: dict[str, str] = {}
    if form["courier"] not in REGIONS[here.region].rules.delivery.couriers_zh:
        errors["courier"] = "请选快递公司。"
    typed = {id: tidy(form[f"no-{id}"]) for id in given(form)}
    if not typed and not errors:
        errors["waybills"] = "还没有填运单号。"
    for id, number in typed.items():
        if not (number.isascii() and number.isalnum() and WAYBILL[0] <= len(number) <= WAYBILL[1]):
            errors[f"no-{id}"] = "运单号只有字母和数字，6 到 40 位。请再扫一次。"
        elif list(typed.values()).count(number) > 1 or await with_waybill(here.region, number):
            errors[f"no-{id}"] = "这个运单号已经用过了。请看是不是扫重了。"
    return errors


async def row(known: Delivery) -> dict[str, Any]:
    """Return what a list shows of an envelope: masked, and how much is inside."""
    case, where = await case_of(known), known.where
    last = send_by(known, case)
    return {
        "known": known,
        "name": masked_name(where.recipient),
        "phone": masked_phone(where.recipient_mobile),
        "tail": case.number[-4:],
        "count": len(await inside(case)),
        "last": last,
        "late": bool(last and clock.today() > last),
        "stand": STANDS[known.state],
    }


async def mailroom_page(
    request: Request[Any, Any, Any], here: Member, view: str, errors: dict[str, str], form: Form | None = None
) -> Response[bytes]:
    """Return one view of the desk, with what was typed when it was refused."""
    known, counts = await view_of(here.region, view), await mail(here.region)
    return page(
        request,
        "staff/mail/mailroom/index",
        status=422 if errors else 200,
        region=REGIONS[here.region],
        me=here,
        links=links(request, here),
        view=view,
        tabs=TABS,
        counts={name: sum(counts[stand] for stand in VIEWS[name]) for name in TABS if name != "over"},
        rows=[await row(one) for one in known[:ROWS]],
        more=len(known) > ROWS,
        at_once=AT_ONCE,
        nothing="nothing" in request.query_params,
        courier_choices=[(one, one) for one in REGIONS[here.region].rules.delivery.couriers_zh],
        errors=errors,
        form=form,
    )
