"""``/staff/cases/{no}/originals``: ask for papers; ``/staff/mailroom/originals``: the register of what comes in."""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath

from portal.accounts.person import masked_name, person
from portal.accounts.staff import Member
from portal.cases.life.case import Case, case_by_id
from portal.cases.mail import delivery, originals
from portal.cases.mail.originals import Original, kept_on_paper, original_in
from portal.core.store import audit
from portal.core.tools.errors import NotFound, Stale, found
from portal.core.tools.machine import NotAllowed
from portal.core.web.pages import page, see_other
from portal.core.web.sessions import form_of
from portal.questions.rules import tidy_number
from portal.regions.load import REGIONS
from portal.staff.mail import waybill as waybills
from portal.staff.mail.desk import clerk
from portal.staff.shared.mine import CASEWORK, case_named, member
from portal.staff.shared.nav import links

PLACES = {
    "not_needed": "不用寄了",
    "asked": "等申请人寄来",
    "in_transit": "申请人已寄出",
    "received": "已收到，等核对",
    "checked": "已核对，等寄回",
    "sent_back": "已寄回",
}
MOVED_ON = "刚才有了变化，没有保存。请看最新的情况。"


class OriginalsController(Controller):
    """The originals of one case, for whoever works on it."""

    path = "/staff/cases/{no:str}/originals"
    opt = {"who": CASEWORK}
    dependencies = {"me": Provide(member), "case": Provide(case_named)}

    @get()
    async def show(
        self, request: Request[Any, Any, Any], case: NamedDependency[Case], me: NamedDependency[Member]
    ) -> Response[bytes]:
        """Show what may be asked for and where the packet is."""
        return await case_page(request, case, me, {})

    @post(opt={"who": ("reviewer",)})
    async def change(
        self, request: Request[Any, Any, Any], case: NamedDependency[Case], me: NamedDependency[Member]
    ) -> Response[bytes]:
        """Ask for originals, do without them, or note that they are as on the scans."""
        form, known = form_of(request), await originals.of(case)
        if form["action"] == "ask" and not form.all("material"):
            return await case_page(request, case, me, {"material": "请勾选要看的原件。"})
        try:
            if form["action"] == "ask":
                await originals.ask(case, form.all("material"), me.id)
            elif known is None or form["row_version"] != str(known.row_version):
                raise NotAllowed
            else:
                await originals.act(known, form["action"], "office", me.id, "staff")
        except NotAllowed as error:
            raise Stale(MOVED_ON) from error
        return see_other(f"/staff/cases/{case.number}/originals")


async def case_page(request: Request[Any, Any, Any], case: Case, me: Member, errors: dict[str, str]) -> Response[bytes]:
    """Return the page of a case's originals; a city that keeps none on paper has no such page."""
    choices, known = kept_on_paper(case.city), await originals.of(case)
    if not choices:
        raise NotFound
    state = known.at if known else originals.Place.NOT_NEEDED
    return page(
        request,
        "staff/casework/originals/show",
        status=422 if errors else 200,
        region=case.city,
        me=me,
        links=links(request, me),
        case=case,
        choices=choices,
        known=known,
        names=originals.named(known, case.city) if known else [],
        place=PLACES[state],
        can=originals.acts_open(state, "office") if me.has("reviewer") else [],
        errors=errors,
    )


class RegisterController(Controller):
    """What comes in by post, in one's city."""

    path = "/staff/mailroom/originals"
    opt = {"who": ("mail_clerk",)}
    dependencies = {"me": Provide(member), "here": Provide(clerk)}

    @get()
    async def index(self, request: Request[Any, Any, Any], here: NamedDependency[Member]) -> Response[bytes]:
        """Show the register, masked."""
        rows = [await row(one) for one in await originals.register(here.region)]
        return page(
            request,
            "staff/casework/originals/index",
            region=REGIONS[here.region],
            me=here,
            links=links(request, here),
            rows=rows,
        )

    @get("/{id:str}")
    async def show(
        self, request: Request[Any, Any, Any], here: NamedDependency[Member], id: FromPath[str]
    ) -> Response[bytes]:
        """Show one packet with the address it goes back to, and note who looked."""
        known = found(await original_in(id, here.region))
        await audit.note(
            actor=here.id, role="staff", act="read_address", thing=f"original:{known.id}", about=known.person
        )
        return await packet_page(request, here, known, "", {})

    @post("/{id:str}")
    async def change(
        self, request: Request[Any, Any, Any], here: NamedDependency[Member], id: FromPath[str]
    ) -> Response[bytes]:
        """Note that it came, or was sent back."""
        known, form, changes = found(await original_in(id, here.region)), form_of(request), dict[str, Any]()
        if form["action"] == "send_back":
            waybill = tidy_number(form["waybill"])
            if not waybills.is_waybill(waybill):
                errors = {"waybill": waybills.WRONG}
                return await packet_page(request, here, known, form["waybill"], errors)
            changes = {"back_waybill": waybill}
        try:
            if form["row_version"] != str(known.row_version):
                raise NotAllowed
            await originals.act(known, form["action"], "mail_clerk", here.id, "staff", **changes)
        except NotAllowed as error:
            raise Stale(MOVED_ON) from error
        return see_other(f"/staff/mailroom/originals/{known.id}")


async def row(known: Original) -> dict[str, Any]:
    """Return what the register shows of a packet: masked."""
    case, who = found(await case_by_id(known.case_id)), found(await person(known.person))
    return {
        "known": known,
        "name": masked_name(who.name),
        "tail": case.number[-4:],
        "names": originals.named(known, case.city),
        "place": PLACES[known.state],
    }


async def packet_page(
    request: Request[Any, Any, Any], here: Member, known: Original, typed: str, errors: dict[str, str]
) -> Response[bytes]:
    """Return the page of one packet."""
    case, who = found(await case_by_id(known.case_id)), found(await person(known.person))
    return page(
        request,
        "staff/casework/originals/packet",
        status=422 if errors else 200,
        region=REGIONS[here.region],
        me=here,
        links=links(request, here),
        row=await row(known),
        known=known,
        where=delivery.usual(case, who.name),
        can=known.open_to("mail_clerk"),
        typed=typed,
        errors=errors,
    )
