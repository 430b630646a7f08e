"""``/staff/delegations``: verify letters and proofs, release proxies of many people, handle reports."""

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath

from portal.accounts import delegation as delegations
from portal.accounts import staff
from portal.accounts.delegation import ROUTES, SCOPES, Delegation, both
from portal.accounts.delegation_states import STATES
from portal.accounts.person import Person, person
from portal.accounts.staff import Member
from portal.cases.apply import acting
from portal.cases.apply.acting import cases_under
from portal.cases.life.case import Case
from portal.cases.life.moves import Role
from portal.cases.log.words import TOLD, words
from portal.cases.papers import sent
from portal.core.store import audit
from portal.core.store.audit import Entry
from portal.core.tools import clock
from portal.core.tools.errors import BadRequest, Stale, found
from portal.core.web.pages import see_other
from portal.documents.keep import Document
from portal.questions.materials import names
from portal.regions.load import Region
from portal.staff.shared.desk import Asked, Desk, at_desk, member
from portal.staff.shared.nav import Nav

# Why papers are not accepted. The last two end the delegation at once.
REASONS = {
    "unreadable": "看不清，请重新拍照",
    "unsigned": "委托人没有签名或按手印",
    "wrong_person": "委托书上的人和申请里的不一样",
    "expired": "委托书过期了",
    "scope": "委托书没有写明办什么事",
    "identity": "缺委托人或代办人的身份证明",
    "no_relation": "看不出监护关系",
    "not_agreed": "委托人说没有委托",
    "fraud": "疑似冒用",
}
FOR_GOOD = ("not_agreed", "fraud")
PAPERS = ("authorization_letter", "relationship_proof", "identity", "proxy_identity", "guardian_identity")
MENDED = "补正材料"  # a paper that answers a correction, and stands in none of the slots above


class DelegationRow(msgspec.Struct, frozen=True):
    """A delegation as the list shows it."""

    delegation: Delegation
    principal: Person
    proxy: Person

    @property
    def route(self) -> str:
        """How it is proven."""
        return ROUTES[self.delegation.route]

    @property
    def status_kind(self) -> str:
        """The shape and colour of its status."""
        if self.delegation.reported:
            return "late"
        return "yours" if self.delegation.state in ("uploaded", "held") else "wait"

    @property
    def status_words(self) -> str:
        """What the delegation waits for, in words."""
        return "委托人说不认识代办人" if self.delegation.reported else STATES[self.delegation.state]


class Paper(msgspec.Struct, frozen=True):
    """A paper that was handed in with a case, and what it is called."""

    case: Case
    file: Document
    name: str

    @property
    def address(self) -> str:
        """Where it is shown."""
        return f"/staff/cases/{self.case.number}?file={self.file.id}#viewer"


class Line(msgspec.Struct, frozen=True):
    """A line of the history."""

    entry: Entry
    name: str

    @property
    def did(self) -> str:
        """What was done."""
        return words(self.entry.act, "did")


class DelegationView(msgspec.Struct, frozen=True):
    """What the page of a delegation shows; *others* counts the other people for whom the proxy acts."""

    delegation: Delegation
    principal: Person
    proxy: Person
    region: Region
    cases: list[Case]
    papers: list[Paper]
    others: int
    log: list[Line]

    @property
    def route(self) -> str:
        """How it is proven."""
        return ROUTES[self.delegation.route]

    @property
    def scopes(self) -> list[str]:
        """What the proxy may do."""
        return [SCOPES[scope] for scope in self.delegation.scopes]

    @property
    def disease(self) -> str:
        """The disease that the delegation names; empty when it names none."""
        disease = self.region.diseases.get(self.delegation.disease)
        return disease.name_zh if disease else self.delegation.disease

    @property
    def state(self) -> str:
        """Its state as it is today."""
        return self.delegation.state_on(clock.today())

    @property
    def words(self) -> str:
        """What the state is called."""
        return STATES[self.state]

    @property
    def reasons(self) -> dict[str, str]:
        """The reasons for which papers can be refused."""
        return REASONS

    @property
    def waits_for_a_look(self) -> bool:
        """Whether the clerk has papers to verify."""
        return self.state == "uploaded" and bool(self.papers)

    @property
    def waits_for_consent(self) -> bool:
        """Whether the clerk must allow a proxy who acts for many people."""
        return self.state == "held"


class DelegationDesk(Desk):
    """A member of staff with a delegation of their city before them."""

    def __init__(self, request: Asked, me: Member, delegation: Delegation, principal: Person, proxy: Person) -> None:
        """Work for *me* on *delegation*."""
        super().__init__(request, me)
        self.delegation = delegation
        self.principal = principal
        self.proxy = proxy


async def delegation_in_hand(id: FromPath[str], request: Asked) -> DelegationDesk:
    """Return the desk with the delegation in the address if it is of the member's city, or 404."""
    me = await member(request)
    delegation = await delegations.delegation(id)
    delegation = found(delegation if delegation and delegation.region == me.region else None)
    return DelegationDesk(request, me, delegation, *await both(delegation))


class DeskDelegationsController(Controller):
    """The list of delegations, one delegation, and the decision on it."""

    path = "/staff/delegations"
    opt = {"who": ("reviewer",), "nav": Nav("委托核验")}
    dependencies = {"desk": Provide(delegation_in_hand)}

    @get(dependencies={"desk": Provide(at_desk)})
    async def index(self, desk: NamedDependency[Desk]) -> Response[bytes]:
        """Show what waits, oldest first."""
        waiting = await delegations.at_the_desk(desk.me.region)
        rows = [DelegationRow(delegation, *await both(delegation)) for delegation in waiting]
        return desk.page("staff/people/delegations/index", rows=rows)

    @get("/{id:str}")
    async def show(self, desk: NamedDependency[DelegationDesk]) -> Response[bytes]:
        """Show principal, proxy and papers with hints for the check; the view is logged."""
        thing = f"delegation:{desk.delegation.id}"
        await audit.note(actor=desk.me.id, role="staff", act="read_case", thing=thing, about=desk.principal.id)
        return await delegation_page(desk, {})

    @post("/{id:str}")
    async def decide(self, desk: NamedDependency[DelegationDesk]) -> Response[bytes]:
        """Verify or reject the papers, release a proxy of many people, or clear a report."""
        form = desk.form
        delegation = desk.delegation
        by = desk.acting(Role.REVIEWER)
        if form["state"] != delegation.state:
            raise Stale
        match form["action"], delegation.state:
            case "verify", "uploaded":
                if not await papers_of(delegation, desk.region) or not delegation.open_on(clock.today()):
                    raise Stale  # taken back, or run out, since the clerk looked
                await acting.verify(delegation, by)
            case "reject", "uploaded":
                if form["reason"] not in REASONS:
                    return await delegation_page(desk, {"reason": "请选不通过的原因。"})
                for_good = form["reason"] in FOR_GOOD
                await acting.reject(delegation, by, REASONS[form["reason"]], for_good=for_good)
            case "release", "held":
                await acting.release(delegation, by)
            case "refuse", "held":
                await acting.end(delegation, by)
            case "seen", _ if delegation.reported:
                await delegations.clear_report(delegation, actor=desk.me.id)
            case _:
                raise BadRequest
        return see_other(f"/staff/delegations/{delegation.id}")


async def delegation_page(desk: DelegationDesk, errors: dict[str, str]) -> Response[bytes]:
    """Return the page of one delegation."""
    delegation = desk.delegation
    of_proxy = await delegations.of_proxy(delegation.proxy, delegation.region)
    view = DelegationView(
        delegation=delegation,
        principal=desk.principal,
        proxy=desk.proxy,
        region=desk.region,
        cases=await sent_cases(delegation),
        papers=await papers_of(delegation, desk.region),
        others=len({other.principal for other in of_proxy} - {delegation.principal}),
        log=await history_of(delegation),
    )
    return desk.page("staff/people/delegations/show", errors, view=view)


async def sent_cases(delegation: Delegation) -> list[Case]:
    """Return the submitted cases under a delegation."""
    return [case for case in await cases_under(delegation) if case.submitted_at]


async def papers_of(delegation: Delegation, region: Region) -> list[Paper]:
    """Return the letter, the proof and the identities that were handed in, each with its case."""
    called = names(region)
    return [
        Paper(case, file, called.get(file.slot, MENDED))
        for case in await sent_cases(delegation)
        for file in await sent.documents(case)
        if file.slot in PAPERS or file.slot.startswith("defect:")
    ]


async def history_of(delegation: Delegation) -> list[Line]:
    """Return the history of a delegation, latest first."""
    entries = await audit.done_to(f"delegation:{delegation.id}")
    return [Line(entry, await actor_of(entry)) for entry in reversed(entries) if entry.act in TOLD["did"]]


async def actor_of(entry: Entry) -> str:
    """Return the actor's name: in full for a colleague, masked for a citizen."""
    colleague = await staff.member(entry.actor)
    if colleague:
        return colleague.name
    citizen = await person(entry.actor)
    return citizen.masked_name if citizen else "系统"
