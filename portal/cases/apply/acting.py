"""Acting for somebody: cases under a delegation, from the first page to the principal's word or the desk's.

The delegation itself lives in `accounts`; here is what it means for cases. Whether a proxy may do
something with a case is one question, `under`, asked at the moment of each act.
"""

from datetime import timedelta

from portal.accounts import delegation as delegations
from portal.accounts.delegation import Delegation
from portal.cases.apply import draft
from portal.cases.apply.ready import Incomplete, NotInsured, UnderWay, register_stop, stops
from portal.cases.benefits.benefit import Benefit
from portal.cases.life.case import SYSTEM, Actor, Case, Event, answers_of, happened, move
from portal.cases.life.moves import ENDS, Move, NotAllowed, Role, State
from portal.core.store.database import execute, fetch_all, transaction
from portal.core.store.jobs import every
from portal.core.tools import clock
from portal.core.tools.errors import Stale
from portal.regions.load import REGIONS


async def under(case: Case, proxy: str, act: str) -> Delegation | None:
    """Return the delegation by which *proxy* may do *act* with *case* now, or nothing.

    A disease that the catalogue marks as strictly private is hidden unless the delegation names it.
    """
    found = await delegations.delegation(case.delegation)
    if found is None or found.proxy != proxy or not found.allows(act, clock.today()):
        return None
    disease = answers_of(case).get("disease", "")
    return found if may_see(found, disease) else None


def may_see(delegation: Delegation, disease: str) -> bool:
    """Return whether the proxy may know of *disease*."""
    found = REGIONS[delegation.region].diseases.get(disease)
    return found is None or found.privacy != "strict" or delegation.disease == disease


def acting(delegation: Delegation) -> Actor:
    """Return the proxy as who acts, for the principal."""
    return Actor(delegation.proxy, Role.PROXY, on_behalf_of=delegation.principal)


async def cases_under(delegation: Delegation) -> list[Case]:
    """Return the cases begun under a delegation, the last touched first."""
    return await fetch_all(Case, "FROM cases WHERE delegation = $1 ORDER BY edited_at DESC, id", delegation.id)


async def begin(delegation: Delegation, proxy_mobile: str) -> Case:
    """Return the draft under a delegation, or a new one; what was verified once is not asked for again."""
    return await draft.begin(
        delegation.principal, REGIONS[delegation.region], first_answers(delegation, proxy_mobile), delegation.id
    )


def first_answers(delegation: Delegation, proxy_mobile: str) -> dict[str, str]:
    """Return what a draft of a proxy begins with; never a phone on record, which the proxy need not know."""
    return {
        "acting": "" if delegation.verified and delegation.route != "online" else delegation.route,
        "mobile": proxy_mobile,
        "notify_mobile": proxy_mobile,
        "receives": "yes" if "receive" in delegation.scopes else "no",
    }


async def over(benefit: Benefit, proxy: str, act: str) -> Delegation | None:
    """Return the delegation by which *proxy* may do *act* about a benefit now: one that was verified, or nothing."""
    for known in await delegations.of_principal(benefit.person, benefit.region):
        if (
            known.proxy == proxy
            and known.verified
            and known.allows(act, clock.today())
            and may_see(known, benefit.code)
        ):
            return known
    return None


async def send_for_consent(case: Case, delegation: Delegation, submit_token: str) -> Case:
    """Ask the principal to agree; the case waits for them.

    Raises:
        Incomplete: something stops it. Another open case does not: the principal hears of it when they agree.
        NotAllowed, Stale: it was sent already, or changed elsewhere.
    """
    if case.submit_token != submit_token:
        raise Stale
    proxy = acting(delegation)
    found = [stop for stop in await stops(case, proxy) if not isinstance(stop, UnderWay)]
    if found:
        raise Incomplete(found)

    async def together() -> None:
        if await delegations.change(delegation, "asked", actor=delegation.proxy, role="proxy") is None:
            raise Stale

    return await move(case, "send_for_consent", proxy, together=together)


async def switch_to_letter(delegation: Delegation) -> None:
    """Have the proxy prove by a letter what the principal has not agreed to by SMS; the draft stays as it is.

    Raises:
        Stale: somebody else has decided meanwhile.
    """
    async with transaction():
        if delegation.state != "proposed" and not await delegations.change(
            delegation, "proposed", actor=delegation.proxy, role="proxy"
        ):
            raise Stale
        await execute("UPDATE delegation SET route = 'letter' WHERE id = $1", delegation.id)
        for case in await cases_under(delegation):
            if case.at is State.DRAFT:
                await draft.keep_answers(case, {"acting": "letter"}, seen=str(case.row_version))


async def waiting(delegation: Delegation) -> Case | None:
    """Return the case that waits for the principal's word, or nothing."""
    found = [case for case in await cases_under(delegation) if case.at is State.AWAITING_PRINCIPAL]
    return found[0] if found else None


async def consent(delegation: Delegation) -> Case:
    """The principal agrees: the delegation holds, and the case that waited is submitted.

    Raises:
        Stale: there is nothing to agree to any more.
        Incomplete: the register stops it, or the principal has an open case for this disease.
    """
    case = await waiting(delegation)
    if case is None:
        raise Stale
    reason = await register_stop(case)
    if reason:
        raise Incomplete([NotInsured(reason)])
    principal = Actor(delegation.principal, Role.INSURED_PERSON)
    try:
        async with transaction():
            if await delegations.change(delegation, "active", actor=delegation.principal, role="principal") is None:
                raise Stale
            return await draft.submitted(case, "consent", principal, answers_of(case)["disease"])
    except NotAllowed as error:
        raise Stale from error


async def refuse(delegation: Delegation, *, reported: bool = False) -> None:
    """The principal does not agree, or does not know the proxy at all: the proxy is out at once.

    Raises:
        Stale: there is nothing to refuse any more.
    """
    case = await waiting(delegation)
    async with transaction():
        changed = await delegations.change(
            delegation, "refused", actor=delegation.principal, role="principal", reported=reported
        )
        if changed is None or case is None:
            raise Stale
        await move(case, "refuse", Actor(delegation.principal, Role.INSURED_PERSON))


async def verify(delegation: Delegation, by: Actor) -> None:
    """Staff find letter and identities in order: the delegation holds, and its cases go on.

    Raises:
        Stale: somebody else has decided meanwhile.
    """
    async with transaction():
        if await delegations.change(delegation, "active", actor=by.id, role="staff") is None:
            raise Stale
        await execute("UPDATE cases SET unverified = $2 WHERE delegation = $1", delegation.id, False)
        for case in await cases_under(delegation):
            if case.at is State.SUBMITTED and case.city.rules.acceptance.automatic:
                await move(case, "accept", SYSTEM)


async def reject(delegation: Delegation, by: Actor, why: str, *, for_good: bool) -> None:
    """Staff do not accept the papers: to be mended, or *for_good*, which puts the proxy out at once.

    Raises:
        Stale: somebody else has decided meanwhile.
    """
    async with transaction():
        after = "refused" if for_good else "rejected"
        if await delegations.change(delegation, after, actor=by.id, role="staff", reason=why) is None:
            raise Stale
        if for_good:
            await execute("UPDATE cases SET unverified = $2 WHERE delegation = $1", delegation.id, False)
            await _told(delegation, by)


async def release(delegation: Delegation, by: Actor) -> None:
    """Staff let somebody act who acts for many others already.

    Raises:
        Stale: somebody else has decided meanwhile.
    """
    after = "offered" if delegation.route == "offer" else "proposed"
    if await delegations.change(delegation, after, actor=by.id, role="staff") is None:
        raise Stale


async def accept(delegation: Delegation, *, agreed: bool) -> None:
    """The proxy takes on what the principal offers, or does not want to.

    Raises:
        Stale: there is nothing to accept any more.
    """
    after = "active" if agreed else "refused"
    if await delegations.change(delegation, after, actor=delegation.proxy, role="proxy") is None:
        raise Stale


async def end(delegation: Delegation, by: Actor) -> None:
    """End a delegation at once; its open cases stay with the principal.

    Raises:
        Stale: it has ended already.
    """
    async with transaction():
        if await delegations.change(delegation, "revoked", actor=by.id, role=by.role.value) is None:
            raise Stale
        case = await waiting(delegation)
        if case:
            await move(case, "refuse", Actor(delegation.principal, Role.INSURED_PERSON))
        await execute("UPDATE cases SET unverified = $2 WHERE delegation = $1", delegation.id, False)
        await _told(delegation, by)


async def _told(delegation: Delegation, by: Actor) -> None:
    """Write into the history of every open case that the proxy is gone."""
    for case in await cases_under(delegation):
        if case.at not in ENDS and case.at is not State.DRAFT:
            await happened(case, "end_delegation", by)


async def mended(case: Case, event: Event, _move: Move) -> None:
    """Have new papers of a proxy verified once more."""
    if event.action != "answer_correction" or event.role != Role.PROXY:
        return
    known = await delegations.delegation(case.delegation)
    if known and known.state == "rejected":
        await delegations.change(known, "uploaded", actor=event.actor, role="proxy")


@every(timedelta(hours=1))
async def run_out() -> None:
    """Give back what no principal answered in time, and end what has come to its last day."""
    for region in REGIONS.values():
        days = region.rules.proxy.consent_days
        for known in await delegations.asked_before(clock.now() - timedelta(days=days)):
            if known.region == region.id:
                await _not_answered(known)
    for known in await delegations.ended_unnoticed(clock.today()):
        async with transaction():
            await delegations.change(known, "expired", actor=SYSTEM.id, role="system")
            await _told(known, SYSTEM)


async def _not_answered(delegation: Delegation) -> None:
    if delegation.state == "offered":
        await delegations.change(delegation, "expired", actor=SYSTEM.id, role="system")
        return
    case = await waiting(delegation)
    async with transaction():
        if await delegations.change(delegation, "proposed", actor=SYSTEM.id, role="system") and case:
            await move(case, "refuse", SYSTEM)
