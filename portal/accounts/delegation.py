"""委托: one person acts for another, within a scope, from one day to another, on one of four proofs.

``online``: the principal agrees with a code to their own phone; ``letter`` and ``guardian``: staff verify
the papers; ``offer``: the principal begins it (`accounts.offer`) and the proxy accepts. What a proxy may do is
asked at the moment of each act. Rooms above hear of each change (`CHANGED`).
"""

from datetime import date, datetime, timedelta
from typing import Any, Literal

import msgspec

from portal.accounts.delegation_states import ANYBODY, OPEN, OVER, STEPS
from portal.accounts.person import Person, person
from portal.accounts.tables import Delegation as DelegationTable
from portal.core.store import audit
from portal.core.store import change as store
from portal.core.store.crypto import opened, seal, token
from portal.core.store.database import execute, fetch_all, fetch_one, fetch_value, insert, transaction
from portal.core.tools import clock
from portal.core.tools.machine import NotAllowed, find_open, rows_open
from portal.core.tools.signals import Signal

Route = Literal["online", "letter", "guardian", "offer"]
# What a delegation may cover; which of them a city offers is its own data.
SCOPES = {
    "apply": "填写和提交申请",
    "correct": "补正、补充材料",
    "view": "查办理进度",
    "receive": "看结果、领证明",
    "collect_mail": "代收邮件",
    "withdraw": "撤回申请",
    "appeal": "申诉",
}
ROUTES = {"online": "本人短信确认", "letter": "授权委托书", "guardian": "监护人", "offer": "本人在网上委托"}
SEALED = ("scopes", "principal_phone", "proxy_phone", "reason")  # what is kept in another form than it is used
TOLD = "(route <> 'offer' OR asked_at IS NOT NULL)"  # `Delegation.told`, for a statement
LINK = 6  # random characters: the link only finds the page, which asks for the principal's own code


class DelegationRow(msgspec.Struct, frozen=True):
    """A delegation as stored."""

    id: str
    region: str
    principal: str
    proxy: str
    route: Route
    relation: str
    scope: str
    disease: str
    starts_on: date
    ends_on: date
    state: str
    principal_phone: bytes | None
    proxy_phone: bytes | None
    link: str
    reported: bool
    reason: bytes | None
    made_at: datetime
    asked_at: datetime | None
    decided_at: datetime | None
    ended_at: datetime | None


class Delegation(msgspec.Struct, frozen=True):
    """A delegation, opened."""

    id: str
    region: str
    principal: str
    proxy: str
    route: Route
    relation: str
    scopes: tuple[str, ...]
    disease: str
    starts_on: date
    ends_on: date
    state: str
    principal_phone: str
    proxy_phone: str
    link: str
    reported: bool
    reason: str
    made_at: datetime
    asked_at: datetime | None

    @property
    def verified(self) -> bool:
        """Whether the principal or the office has said yes."""
        return self.state == "active"

    @property
    def told(self) -> bool:
        """Whether the proxy knows of it; one that the principal begins is unknown to them until they are asked."""
        return self.route != "offer" or self.asked_at is not None

    @property
    def one_phone(self) -> bool:
        """Whether both are reached by the same phone."""
        return bool(self.principal_phone) and self.principal_phone == self.proxy_phone

    @property
    def asks_the_principal(self) -> bool:
        """Whether somebody asks the principal to let them act."""
        return self.state == "asked" and self.route != "offer"

    def state_on(self, day: date) -> str:
        """Return the state as people see it on *day*."""
        return "expired" if self.state in (*OPEN, "offered") and day > self.ends_on else self.state

    def open_on(self, day: date) -> bool:
        """Return whether it holds, or is on the way to, on *day*."""
        return self.state in OPEN and self.starts_on <= day <= self.ends_on

    def allows(self, act: str, day: date) -> bool:
        """Return whether the proxy may do *act* on *day*."""
        return act in self.scopes and self.open_on(day)


def open_in_sql(row: str, day: str, *, verified: bool = False) -> str:
    """Return the condition that *row* of the table is open on *day*, as `Delegation.open_on` says it, for a statement.

    Args:
        row: the name of the table in the statement.
        day: a placeholder.
        verified: ask that the principal or the office has said yes as well.
    """
    states = ", ".join(f"'{state}'" for state in (("active",) if verified else OPEN))
    return f"({row}.state IN ({states}) AND {row}.starts_on <= {day} AND {row}.ends_on >= {day})"


# The state of a delegation has changed: the delegation as it is now, and its old state.
CHANGED = Signal[[Delegation, str], None]()


class Wanted(msgspec.Struct, frozen=True):
    """What a delegation is to be, before it is one."""

    region: str
    principal: str
    proxy: str
    route: Route
    relation: str
    scopes: tuple[str, ...]
    disease: str
    starts_on: date
    ends_on: date
    principal_phone: str
    proxy_phone: str


async def propose(wanted: Wanted, *, at_most: int) -> Delegation:
    """Write a delegation that is not proven yet.

    A proxy with more than *at_most* principals needs the agreement of staff first.
    """
    state = "held" if await others_of(wanted.proxy, wanted.principal) >= at_most else "proposed"
    return await write(wanted, state, actor=wanted.proxy, role="proxy", act="propose_delegation")


async def others_of(proxy: str, principal: str) -> int:
    """Return for how many people besides *principal* the proxy acts or has asked to act."""
    found = await fetch_value(
        "SELECT count(DISTINCT principal) FROM delegation WHERE proxy = $1 AND principal <> $2 AND ends_on >= $3 "
        f"AND state IN ('held', 'proposed', 'asked', 'uploaded', 'offered', 'active', 'rejected') AND {TOLD}",
        proxy,
        principal,
        clock.today(),
    )
    return int(found or 0)


async def write(wanted: Wanted, state: str, *, actor: str, role: str, act: str) -> Delegation:
    """Write a delegation in its first state, and *act* of the person who begins it into the audit log."""
    id = token()
    async with transaction():
        await insert(
            DelegationTable,
            id=id,
            **{name: getattr(wanted, name) for name in Wanted.__struct_fields__ if name not in SEALED},
            scope=" ".join(wanted.scopes),
            state=state,
            principal_phone=seal(wanted.principal_phone, _phone(id, "principal")) if wanted.principal_phone else None,
            proxy_phone=seal(wanted.proxy_phone, _phone(id, "proxy")) if wanted.proxy_phone else None,
            link="",
            reported=False,
            made_at=clock.now(),
        )
        await audit.note(actor=actor, role=role, act=act, thing=f"delegation:{id}", about=wanted.principal)
    made = await delegation(id)
    assert made
    return made


async def delegation(id: str) -> Delegation | None:
    """Return the delegation called *id*."""
    row = await fetch_one(DelegationRow, "FROM delegation WHERE id = $1", id) if id else None
    return _opened(row) if row else None


async def with_link(link: str) -> Delegation | None:
    """Return the delegation that a principal was asked about by *link*."""
    row = await fetch_one(DelegationRow, "FROM delegation WHERE link = $1", link) if link else None
    return _opened(row) if row else None


async def of_proxy(person: str, region: str) -> list[Delegation]:
    """Return the delegations under which *person* acts for others, or is asked to, the latest first."""
    mine = f"proxy = $1 AND region = $2 AND {TOLD}"
    return await _all(f"FROM delegation WHERE {mine} ORDER BY made_at DESC, id", person, region)


async def of_principal(person: str, region: str) -> list[Delegation]:
    """Return the delegations under which others act for *person*, the latest first."""
    return await _all("FROM delegation WHERE principal = $1 AND region = $2 ORDER BY made_at DESC, id", person, region)


async def at_the_desk(region: str) -> list[Delegation]:
    """Return what staff must look at: letters to verify, proxies of many people, reports; the oldest first."""
    waits = "(state IN ('held', 'uploaded', 'rejected') OR reported)"
    return await _all(f"FROM delegation WHERE region = $1 AND {waits} ORDER BY made_at, id", region)


async def asked_before(moment: datetime) -> list[Delegation]:
    """Return the delegations whose principal or proxy was asked before *moment* and has not answered."""
    return await _all("FROM delegation WHERE state IN ('asked', 'offered') AND asked_at < $1", moment)


async def ended_unnoticed(day: date) -> list[Delegation]:
    """Return the delegations that ran out before *day* without anybody having been told."""
    return await _all("FROM delegation WHERE ends_on < $1 AND ended_at IS NULL AND state = 'active'", day)


async def _all(sql: str, *args: Any) -> list[Delegation]:
    return [_opened(row) for row in await fetch_all(DelegationRow, sql, *args)]


async def change(
    known: Delegation, after: str, *, actor: str, role: str, reason: str = "", reported: bool = False
) -> Delegation | None:
    """Bring a delegation to the state *after*, with a row in the audit log; None if it had moved on meanwhile.

    A principal or proxy who is asked gets a new link.
    """
    now = clock.now()
    values = {
        "link": token()[:LINK] if after == "asked" else known.link,
        "asked_at": now if after in ("asked", "offered") else known.asked_at,
        "decided_by": actor,
        "decided_at": now,
        "reason": seal(reason, f"delegation.reason:{known.id}") if reason else None,
        "reported": reported or known.reported,
        "ended_at": now if after in OVER else None,
    }
    async with transaction():
        try:
            row = find_open(rows_open(STEPS, known.state, ANYBODY), after, f"from {known.state}")
            await store.change("delegation", known, state=row.action, **values)
        except NotAllowed:
            return None
        act = f"delegation_{after}"
        await audit.note(actor=actor, role=role, act=act, thing=f"delegation:{known.id}", about=known.principal)
        renewed = await delegation(known.id)
        assert renewed
        await CHANGED.send(renewed, known.state)
    return renewed


async def clear_report(delegation: Delegation, *, actor: str) -> None:
    """Note that staff have looked at a report."""
    async with transaction():
        await execute("UPDATE delegation SET reported = $2 WHERE id = $1", delegation.id, False)
        await audit.note(
            actor=actor,
            role="staff",
            act="report_seen",
            thing=f"delegation:{delegation.id}",
            about=delegation.principal,
        )


async def both(delegation: Delegation) -> tuple[Person, Person]:
    """Return principal and proxy."""
    principal = await person(delegation.principal)
    proxy = await person(delegation.proxy)
    assert principal and proxy
    return principal, proxy


def link_holds(delegation: Delegation, days: int) -> bool:
    """Return whether the principal can still answer: *days* from when they were asked."""
    return (
        delegation.state == "asked"
        and delegation.asked_at is not None
        and clock.now() - delegation.asked_at < timedelta(days=days)
    )


def _phone(id: str, whose: str) -> str:
    return f"delegation.{whose}_phone:{id}"


def _opened(row: DelegationRow) -> Delegation:
    plain = {name: getattr(row, name) for name in Delegation.__struct_fields__ if name not in SEALED}
    return Delegation(
        **plain,
        scopes=tuple(row.scope.split()),
        principal_phone=opened(row.principal_phone, _phone(row.id, "principal")) if row.principal_phone else "",
        proxy_phone=opened(row.proxy_phone, _phone(row.id, "proxy")) if row.proxy_phone else "",
        reason=opened(row.reason, f"delegation.reason:{row.id}") if row.reason else "",
    )
