"""Find what an address names and check that the visitor may see it, before the handler runs.

The address names the case, and so the insured person; a proxy needs a delegation that covers the act
(``scope=`` of the route) now. A foreign case and one that does not exist give the same 404. Each handler
names one of these dependencies, so it cannot forget the check. It is one dependency, not several, because
the framework resolves several in a task group, which costs as much as the rest of the request.
"""

from typing import Any

import msgspec
from litestar import Request
from litestar.params import FromPath

from portal.accounts import person as people
from portal.accounts.delegation import Delegation, of_principal
from portal.accounts.delegation import delegation as delegation_by_id
from portal.accounts.person import Person
from portal.cases.apply.acting import acting, over, under
from portal.cases.benefits.benefit import Benefit
from portal.cases.benefits.benefit import benefit as benefit_by_id
from portal.cases.life.case import Actor, Case, answers_of, case_by_id, case_by_number, history, moves_for
from portal.cases.life.moves import Role, State
from portal.cases.life.number import read_number
from portal.cases.log.words import words
from portal.core.tools import clock
from portal.core.tools.errors import First, NotFound, Problem, Stale, found
from portal.core.tools.i18n import Said
from portal.core.web.sessions import form_of, visitor_of
from portal.questions.catalogue import journey
from portal.questions.model import Step
from portal.regions.load import REGIONS, Region

CITIZEN = ("citizen",)
VERIFIED = ("phone",)  # the phone is verified, the identity is not yet known
Asked = Request[Any, Any, Any]


class Me(msgspec.Struct, frozen=True):
    """The person who is signed in, in a city."""

    region: Region
    person: Person


class Acting(msgspec.Struct, frozen=True):
    """The principal a proxy acts for on a page, for the banner at the top."""

    name: str
    delegation: Delegation

    @property
    def address(self) -> str:
        """Address of the delegation."""
        return f"/{self.delegation.region}/delegations/{self.delegation.id}"


class MyDraft(msgspec.Struct, frozen=True):
    """A draft of the person who is signed in, or of somebody they act for."""

    region: Region
    case: Case
    answers: dict[str, str]
    actor: Actor
    delegation: Delegation | None = None

    @property
    def home(self) -> str:
        """Address of the draft."""
        return f"/{self.region.id}/apply/{self.case.id}"

    # D33: otherwise anybody could learn about a person by claiming to act for them.
    @property
    def proven(self) -> bool:
        """Whether the register's data may be shown: to the insured person, or to a proxy with a verified delegation."""
        return self.delegation is None or self.delegation.verified

    async def person(self) -> Person:
        """Return the insured person."""
        return found(await people.person(self.case.person))

    async def signer(self) -> Person:
        """Return the person who fills in the draft and signs it: the insured person or the proxy."""
        return found(await people.person(self.actor.id))

    def step(self, slug: str) -> Step:
        """Return the step called *slug*; raise 404 if it does not apply to this draft."""
        return found({step.slug: step for step in journey(self.region, self.answers)}.get(slug))


class MyCase(msgspec.Struct, frozen=True):
    """A submitted case of the person who is signed in, or of somebody they act for; `person` is the insured person."""

    region: Region
    case: Case
    person: Person
    actor: Actor
    delegation: Delegation | None = None

    def may(self, scope: str) -> bool:
        """Return whether the visitor may do the acts of *scope*; the insured person always may."""
        return self.delegation is None or scope in self.delegation.scopes

    def open_now(self, action: str) -> bool:
        """Return whether the visitor may carry out *action* in the present state of the case."""
        return action in [move.action for move in moves_for(self.case, self.actor.role)]

    @property
    def home(self) -> str:
        """Address of the case."""
        return f"/{self.region.id}/cases/{self.case.number}"


class MyBenefit(msgspec.Struct, frozen=True):
    """A benefit of the person who is signed in, or of somebody they act for."""

    region: Region
    benefit: Benefit
    delegation: Delegation | None = None

    @property
    def home(self) -> str:
        """Address of the benefit."""
        return f"/{self.region.id}/benefits/{self.benefit.id}"


async def region_named(r: FromPath[str]) -> Region:
    """Return the region in the address, or 404."""
    return found(REGIONS.get(r))


async def me_in(r: FromPath[str], request: Asked) -> Me:
    """Return the person who is signed in, in the city of the address."""
    return Me(found(REGIONS.get(r)), found(await people.person(visitor_of(request).subject)))


# D15: one dependency for each handler; several are resolved in a task group and cost as much as the page.
async def draft_named(r: FromPath[str], key: FromPath[str], request: Asked) -> MyDraft:
    """Return the draft in the address; 404 for a made-up key as for a draft not in the visitor's care.

    Raises:
        First: to the page of the case, if the draft was handed in meanwhile; a form gets the 409 page instead.
    """
    case = await case_by_id(key)
    case = found(case if case and case.region == r else None)
    actor, delegation = await who_acts(case, request)
    if case.at is not State.DRAFT:
        raise await moved_on(case) if request.method == "POST" else First(address(case))
    return MyDraft(case.city, case, answers_of(case), actor, delegation)


async def begun_named(r: FromPath[str], key: FromPath[str], request: Asked) -> MyDraft:
    """Return the draft in the address, even if submitted meanwhile, for a button that may be pressed twice."""
    case = await case_by_id(key)
    case = found(case if case and case.region == r else None)
    actor, delegation = await who_acts(case, request)
    return MyDraft(case.city, case, answers_of(case), actor, delegation)


async def case_named(r: FromPath[str], no: FromPath[str], request: Asked) -> MyCase:
    """Return the submitted case in the address; 404 if there is none, also for a case taken back (a draft again)."""
    case = await case_by_number(read_number(no))
    case = found(case if case and case.region == r else None)
    actor, delegation = await who_acts(case, request)
    return MyCase(case.city, case, found(await people.person(case.person)), actor, delegation)


async def benefit_named(r: FromPath[str], id: FromPath[str], request: Asked) -> MyBenefit:
    """Return the benefit in the address; 404 for a made-up id as for a benefit not in the visitor's care.

    A proxy needs a verified delegation: without proof nobody may learn about another person's benefits.
    """
    benefit = await benefit_by_id(id)
    benefit = found(benefit if benefit and benefit.region == r else None)
    subject = visitor_of(request).subject
    if subject == benefit.person:
        return MyBenefit(REGIONS[r], benefit)
    delegation = await over(benefit, subject, request.scope["route_handler"].opt.get("scope", ""))
    if delegation is None:
        given = [known for known in await of_principal(benefit.person, r) if known.proxy == subject]
        raise gone(given[0] if given else None, subject, request)
    principal = found(await people.person(benefit.person))
    request.scope["state"]["acting"] = Acting(principal.masked_name, delegation)
    return MyBenefit(REGIONS[r], benefit, delegation)


# D31: asked at each request; a mode of acting for somebody would be forgotten and stay on.
async def who_acts(case: Case, request: Asked, act: str = "") -> tuple[Actor, Delegation | None]:
    """Return the visitor as an actor on *case*, and the delegation used (None for the insured person); else 404.

    Args:
        case: the case that the address names.
        request: its route states the scope of a delegation that it needs; a route without a scope is for
            the insured person only.
        act: the scope to check instead of the route's.
    """
    subject = visitor_of(request).subject
    if subject == case.person:
        return insured(subject), None
    asked = act or request.scope["route_handler"].opt.get("scope", "")
    delegation = await under(case, subject, asked)
    if delegation is None:
        raise gone(await delegation_by_id(case.delegation), subject, request)
    principal = found(await people.person(case.person))
    request.scope["state"]["acting"] = Acting(principal.masked_name, delegation)
    return acting(delegation), delegation


def gone(known: Delegation | None, subject: str, request: Asked) -> Problem:
    """Return what somebody meets who may not act under the delegation *known*.

    A proxy whose delegation has ended, or waits anew to be confirmed, is led to its page, which says so and leads on.
    For everybody else there is nothing here: a stranger, and a proxy for whom this was never meant. So it is for a
    part of a page that the browser fetches by itself.
    """
    was_theirs = known is not None and known.proxy == subject and known.told and not known.open_on(clock.today())
    if known is None or not was_theirs or request.scope["route_handler"].opt.get("quiet"):
        return NotFound()
    return First(f"/{known.region}/delegations/{known.id}")


def insured(person: str) -> Actor:
    """Return *person* as an actor on their own case."""
    return Actor(person, Role.INSURED_PERSON)


async def leave_if_stale(request: Asked, case: Case) -> None:
    """Raise the 409 page if the form was made from an earlier version of *case* than the current one."""
    if is_stale(request, case):
        raise await moved_on(case)


def is_stale(request: Asked, case: Case) -> bool:
    """Return whether the form was made from an earlier version of *case* than the current one."""
    return form_of(request)["row_version"] != str(case.row_version)


async def moved_on(case: Case) -> Stale:
    """Return the 409 page for a stale form: it says what happened last to the case, and who did it.

    That need not be the change: a new calendar, or a supervisor who allows another notice, leaves no row of history.
    """
    events = await history(case)
    if not events:
        return Stale()
    last = events[-1]
    by = {"insured_person": "申请人", "proxy": "代办人", "system": "系统"}.get(last.role, "经办机构")
    sentence = "刚才有了变化，为了不弄错，这一次没有保存。最近的一步：{by}{did}。"
    return Stale(Said(sentence, by=by, did=words(last.action, "did")))


def address(case: Case) -> str:
    """Return the address of a case: with the key of a draft, or the number of a submitted case."""
    if case.at is State.DRAFT:
        return f"/{case.region}/apply/{case.id}"
    if case.at is State.AWAITING_PRINCIPAL:  # the case has no number yet
        return f"/{case.region}/delegations/{case.delegation}"
    return f"/{case.region}/cases/{case.number}"
