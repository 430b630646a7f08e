"""``/staff/audit``: 审计: search the audit log of who did or saw what, and why."""

from collections.abc import Mapping
from urllib.parse import quote, urlencode

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency, Provide

from portal.accounts import staff
from portal.accounts.staff import Member
from portal.cases.life.case import Case, case_by_id, case_by_number
from portal.cases.life.number import read_number
from portal.cases.log.words import TOLD, words
from portal.core.store import audit
from portal.core.store.audit import Entry
from portal.core.tools.i18n import Said
from portal.core.web.forms import clean
from portal.core.web.pages import grouped
from portal.core.web.sessions import form_of
from portal.staff.shared.desk import Desk, at_desk
from portal.staff.shared.nav import Nav

HOME = "/staff/audit"
CHECKED = 2000  # rows that the page checks; the command checks all
MOST_TYPED = 60
# Actors of the log that are nobody.
NOBODY = {"system": "系统", "": "没有登录的人"}


class Filters(msgspec.Struct, frozen=True):
    """The filters in the address, as typed."""

    number: str = ""
    login: str = ""
    act: str = ""
    before: str = ""


class Row(msgspec.Struct, frozen=True):
    """One row of the log in words; *case* is what it is about, if that is a case of the member's city."""

    entry: Entry
    who: str
    case: Case | None

    @property
    def did(self) -> str:
        """What was done."""
        return words(self.entry.act, "audit")

    @property
    def thing(self) -> str:
        """The object of the act: the number of a case, or an identifier."""
        return grouped(self.case.number) if self.case else self.entry.thing


class Checked(msgspec.Struct, frozen=True):
    """The result of checking the log."""

    words: str
    is_broken: bool


class AuditView(msgspec.Struct, frozen=True):
    """One page of the log."""

    filters: Filters
    rows: list[Row]
    has_more: bool
    checked: Checked | None

    @property
    def acts(self) -> Mapping[str, str]:
        """The acts that can be searched, with their words."""
        return TOLD["audit"]

    @property
    def next_page(self) -> str:
        """The address of the rows before these; empty when there are none."""
        if not self.has_more:
            return ""
        filters = msgspec.structs.asdict(self.filters) | {"before": self.rows[-1].entry.id}
        return f"{HOME}?{urlencode(filters, quote_via=quote)}"


class AuditController(Controller):
    """The log."""

    path = HOME
    opt = {"who": ("auditor",), "nav": Nav("审计日志")}
    dependencies = {"desk": Provide(at_desk)}

    @get()
    async def index(self, desk: NamedDependency[Desk]) -> Response[bytes]:
        """Show one page of the rows that fit, latest first."""
        query = desk.request.query_params
        given = {name: clean(query.get(name, ""))[:MOST_TYPED] for name in Filters.__struct_fields__}
        return await audit_page(desk, Filters(**given))

    @post()
    async def check(self, desk: NamedDependency[Desk]) -> Response[bytes]:
        """Check the last rows against each other, and show the result."""
        form_of(desk.request)
        return await audit_page(desk, Filters(), await checked())


async def checked() -> Checked:
    """Check the last rows against each other."""
    last, hash = await audit.head()
    bad = await audit.broken(await audit.at_most(max(last - CHECKED, 0)))
    if bad is not None:
        said = Said("日志在第 {n} 行对不上：这一行或它前面的一行被改过、删过。请马上报告。", n=bad)
    else:
        said = Said(
            "最近 {n} 行都对得上。最后一行是第 {last} 行，校验码 {hash}。", n=CHECKED, last=last, hash=hash[:16]
        )
    return Checked(said, is_broken=bad is not None)


async def audit_page(desk: Desk, filters: Filters, result: Checked | None = None) -> Response[bytes]:
    """Return the page of the log; viewing it is logged, too."""
    me = desk.me
    case = case_in_city(await case_by_number(read_number(filters.number)), me) if filters.number else None
    actor = await actor_named(filters.login, me) if filters.login else None
    thing = f"case:{case.id}" if case else ""
    unknown = (filters.number and not case) or (filters.login and not actor)
    before = int(filters.before) if filters.before.isascii() and filters.before.isdigit() else 0
    found = []
    if not unknown:
        found = await audit.entries(thing=thing, actor=actor.id if actor else "", act=filters.act, before=before)
    await audit.note(actor=me.id, role="auditor", act="read_audit", thing=thing)
    view = AuditView(
        filters=filters,
        rows=[await row(entry, me) for entry in found[: audit.PAGE]],
        has_more=len(found) > audit.PAGE,
        checked=result,
    )
    return desk.page("staff/records/audit/index", view=view)


def case_in_city(case: Case | None, me: Member) -> Case | None:
    """Return *case* if it is one of the member's city."""
    return case if case and case.region == me.region else None


async def actor_named(login: str, me: Member) -> Member | None:
    """Return the colleague with a login, if they work in the member's city."""
    colleague = await staff.by_login(login)
    return colleague if colleague and colleague.region == me.region else None


async def row(entry: Entry, me: Member) -> Row:
    """Return a row in words, without names of citizens.

    The log is one for all cities: of another city's cases and staff only the identifiers are shown.
    """
    kind, _, id = entry.thing.partition(":")
    case = await case_by_id(id) if kind == "case" else None
    return Row(entry, await actor_of(entry, me), case_in_city(case, me))


async def actor_of(entry: Entry, me: Member) -> str:
    """Return the actor of a row."""
    colleague = await staff.member(entry.actor)
    if colleague is None:
        return NOBODY.get(entry.actor, "申请人")
    return colleague.name if colleague.region == me.region else "别的城市的工作人员"
