"""The roster of a proxy: everybody they act for, each with the next thing to do and its last day."""

from datetime import date, timedelta

import msgspec

from portal.accounts import delegation as delegations
from portal.accounts.delegation import Delegation, both
from portal.accounts.delegation_states import LIVE, OPEN, STATES
from portal.accounts.person import Person
from portal.cases.apply.acting import cases_under, may_see
from portal.cases.apply.draft import kept_until
from portal.cases.benefits.standing import standing_of, state_words
from portal.cases.life.case import Case, answers_of
from portal.cases.life.moves import State, turn
from portal.cases.papers import corrections
from portal.citizen.shared.mine import address
from portal.core.tools import clock
from portal.regions.load import REGIONS, Region


class Client(msgspec.Struct, frozen=True):
    """One principal as the proxy sees them; *kind* is that of a status: yours, now, done or wait."""

    delegation: Delegation
    who: Person
    state: str
    kind: str
    todo: str
    until: date | None
    case: Case | None = None  # the latest one that the proxy may follow

    @property
    def home(self) -> str:
        """Address of the delegation."""
        return f"/{self.delegation.region}/delegations/{self.delegation.id}"

    @property
    def address(self) -> str:
        """Where the case is, or the delegation while there is none to follow."""
        return address(self.case) if self.case else self.home

    @property
    def number(self) -> str:
        """Number of the case; empty while there is none."""
        return self.case.number if self.case else ""

    @property
    def lasts(self) -> bool:
        """Whether the proxy acts for them still, or may begin to."""
        return self.state in LIVE

    @property
    def offered(self) -> bool:
        """Whether the principal asks, and the proxy has not answered."""
        return self.state == "offered"

    @property
    def stands(self) -> str:
        """How the delegation stands, in words."""
        return STATES[self.state]

    def fits(self, q: str) -> bool:
        """Return whether name or identity number contains *q*, as they always do when it is empty."""
        return q in self.who.name or q.upper() in self.who.id_number


ORDER = {"yours": 0, "now": 1, "wait": 2, "done": 3}
FAR = date(9999, 12, 31)


async def clients(proxy: str, region: Region) -> list[Client]:
    """Return everybody *proxy* acts for in *region*: first those who wait for the proxy, then by the last day."""
    roster = [await _client(delegation) for delegation in await delegations.of_proxy(proxy, region.id)]
    return sorted(roster, key=lambda client: (ORDER[client.kind], client.until or FAR))


async def _client(delegation: Delegation) -> Client:
    principal, _ = await both(delegation)
    state = delegation.state_on(clock.today())
    if state == "offered":
        return Client(delegation, principal, state, "yours", "愿意还是不愿意", _answer_by(delegation))
    if not delegation.allows("view", clock.today()) or state in ("held", "expired"):
        ended = state not in ("held", *OPEN)
        return Client(delegation, principal, state, "done" if ended else "wait", STATES[state], None)
    cases = await cases_under(delegation)
    seen = [case for case in cases if may_see(delegation, answers_of(case).get("disease", ""))]
    latest = seen[0] if seen else None
    kind, todo, until = await _next(delegation, latest)
    return Client(delegation, principal, state, kind, todo, until, latest)


def _answer_by(delegation: Delegation) -> date:
    """Return the last day on which the person who was asked can still say yes."""
    days = REGIONS[delegation.region].rules.proxy.consent_days
    return min(clock.day_of(delegation.asked_at or clock.now()) + timedelta(days=days), delegation.ends_on)


async def _next(delegation: Delegation, case: Case | None) -> tuple[str, str, date | None]:
    """Return kind, words and last day of the next thing to do."""
    if case is None:
        return "yours", "开始申请", delegation.ends_on
    match case.at:
        case State.DRAFT:
            return "yours", "接着填，填好提交", kept_until(case)
        case State.AWAITING_PRINCIPAL:
            return "now", "等本人用短信确认", _answer_by(delegation)
        case State.CORRECTION:
            notice = await corrections.open_correction(case)
            return "yours", "补材料或改正", notice.answer_by if notice else None
        case _ if turn(case.at) == "nobody":
            return "done", state_words(case, await standing_of(case)), None
        case _:
            return "now", "等经办机构处理", case.due_on
