"""``/staff/identities``: identities that the register did not confirm; staff confirm or refuse them."""

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath

from portal.accounts import checks
from portal.accounts.checks import Check
from portal.accounts.person import masked_name, masked_number, phone_number
from portal.accounts.register import Insured, Unreachable, register
from portal.core.store import audit
from portal.core.tools.errors import Stale, found
from portal.core.web.pages import see_other
from portal.questions.identity import LABELS
from portal.staff.shared.desk import Desk, at_desk
from portal.staff.shared.nav import Nav

GONE = "这件刚才已经有人处理过了，或者这个证件号已经另外注册了。请回列表看最新的情况。"
# Why somebody has to look, in the list and on the page.
WHY = {"mismatch": "和参保登记对不上", "rebind": "要换手机号"}
WHAT_TO_DO = {
    "mismatch": "填的和参保登记对不上。可能是同音字、生僻字，也可能是冒用。请打电话问本人。",
    "rebind": "这个证件号已经用别的手机号注册过，现在要换成下面的手机号。请打电话核对是不是本人。",
}


class CheckRow(msgspec.Struct, frozen=True):
    """An identity as the list shows it: masked."""

    check: Check

    @property
    def name(self) -> str:
        """The masked name."""
        return masked_name(self.check.claim.name)

    @property
    def number(self) -> str:
        """The masked number of the identity document."""
        return masked_number(self.check.claim.id_number)

    @property
    def why(self) -> str:
        """Why staff must check the identity."""
        return WHY[self.check.kind]


class CheckView(msgspec.Struct, frozen=True):
    """An identity beside the register's record; None if the register has none or does not answer."""

    check: Check
    phone: str
    record: Insured | None

    @property
    def document(self) -> str:
        """The kind of the identity document."""
        return LABELS[self.check.claim.id_type]

    @property
    def what_to_do(self) -> str:
        """Why staff must check the identity, and how."""
        return WHAT_TO_DO[self.check.kind]

    @property
    def reasons(self) -> dict[str, str]:
        """The reasons for which it can be refused."""
        return checks.REASONS

    @property
    def is_open(self) -> bool:
        """Whether it waits for somebody to look."""
        return self.check.state == "open"

    @property
    def is_passed(self) -> bool:
        """Whether staff confirmed the identity."""
        return self.check.state == "passed"


class IdentitiesController(Controller):
    """The waiting identities, and one of them."""

    path = "/staff/identities"
    opt = {"who": ("reviewer", "supervisor"), "nav": Nav("身份核对")}
    dependencies = {"desk": Provide(at_desk)}

    @get()
    async def index(self, desk: NamedDependency[Desk]) -> Response[bytes]:
        """Show what waits in one's city, masked."""
        rows = [CheckRow(check) for check in await checks.open_in(desk.me.region)]
        return desk.page("staff/people/identities/index", rows=rows)

    @get("/{id:str}")
    async def show(self, desk: NamedDependency[Desk], id: FromPath[str]) -> Response[bytes]:
        """Show the typed identity beside the register's record, and log the view."""
        check = found(await checks.check_in(id, desk.me.region))
        thing = f"identity_check:{check.id}"
        await audit.note(actor=desk.me.id, role="staff", act="read_identity", thing=thing, about=check.person)
        return await check_page(desk, check, {})

    @post("/{id:str}")
    async def settle(self, desk: NamedDependency[Desk], id: FromPath[str]) -> Response[bytes]:
        """Confirm the identity, or refuse it with a reason."""
        check = found(await checks.check_in(id, desk.me.region))
        form = desk.form
        refused = form["action"] == "refuse"
        reason = form["reason"] if refused else ""
        if refused and reason not in checks.REASONS:
            return await check_page(desk, check, {"reason": "请选一条不通过的理由。"})
        if not await checks.settle(check, by=desk.me.id, role="staff", region=desk.region, reason=reason):
            raise Stale(GONE)
        return see_other("/staff/identities")


async def check_page(desk: Desk, check: Check, errors: dict[str, str]) -> Response[bytes]:
    """Return the page of one identity."""
    try:
        record = await register().find(check.claim.id_number)
    except Unreachable:
        record = None
    view = CheckView(check, await phone_number(check.phone), record)
    return desk.page("staff/people/identities/show", errors, view=view)
