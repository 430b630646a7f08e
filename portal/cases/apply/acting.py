"""Cases under a delegation, from the draft to the consent of the principal or the verification by staff.

The delegation itself is in `accounts`; this module applies it to cases. `under` decides whether a proxy
may do an act on a case; it is called at each act.
"""

from datetime import timedelta

from portal.accounts import delegation as delegations
from portal.accounts.delegation import Delegation
from portal.cases.apply import draft
from portal.cases.apply.ready import Incomplete, UnderWay, register_stop, stops
from portal.cases.benefits.benefit import Benefit
from portal.cases.life.case import SYSTEM, Actor, Case, Event, answers_of, happened, move
from portal.cases.life.moves import ENDS, Move, NotAllowed, Role, State
from portal.core.store.database import execute, fetch_all, transaction
from portal.core.store.jobs import every
from portal.core.tools import clock
from portal.core.tools.errors import Stale
from portal.regions.load import REGIONS


async def under(case: Case, proxy: str, act: str) -> Delegation | None:
    """Return the delegation by which *proxy* may do *act* on *case* now; None if there is none.

    A disease that the catalogue marks as strictly private is hidden unless the delegation names it.
    """
    found = await delegations.delegation(case.delegation)
    if found is None or found.proxy != proxy or not found.allows(act, clock.today()):
        return None
    disease = answers_of(case).get("disease", "")
    return found if may_see(found, disease) else None


def may_see(delegation: Delegation, disease: str) -> bool:
    """Return whether the proxy may know about *disease*."""
    found = REGIONS[delegation.region].diseases.get(disease)
    return found is None or found.privacy != "strict" or delegation.disease == disease


def acting(delegation: Delegation) -> Actor:
    """Return the proxy as an actor for the principal."""
    return Actor(delegation.proxy, Role.PROXY, on_behalf_of=delegation.principal)


async def cases_under(delegation: Delegation) -> list[Case]:
    """Return the cases begun under a delegation, last changed first."""
    return await fetch_all(Case, "FROM cases WHERE delegation = $1 ORDER BY edited_at DESC, id", delegation.id)


async def begin(delegation: Delegation, proxy_mobile: str) -> Case:
    """Return the draft under a delegation, or a new one; what was verified once is not asked again."""
    return await draft.begin(
        delegation.principal, REGIONS[delegation.region], first_answers(delegation, proxy_mobile), delegation.id
    )


def first_answers(delegation: Delegation, proxy_mobile: str) -> dict[str, str]:
    """Return the first answers of a proxy's draft; never the principal's phone, which the proxy need not know."""
    return {
        "acting": "" if delegation.verified and delegation.route != "online" else delegation.route,
        "mobile": proxy_mobile,
        "notify_mobile": proxy_mobile,
        "receives": "yes" if "receive" in delegation.scopes else "no",
    }


async def over(benefit: Benefit, proxy: str, act: str) -> Delegation | None:
    """Return the verified delegation by which *proxy* may do *act* on *benefit* now; None if there is none."""
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
        Incomplete: something stops the submission. Another open case does not stop it yet: the principal is told of
            it when they agree.
        NotAllowed, Stale: the draft was sent already, or changed elsewhere.
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
    """Let the proxy upload a letter instead of waiting for the principal's consent by SMS; the draft stays as it is.

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
    """Return the case that waits for the principal's consent; None if there is none."""
    found = [case for case in await cases_under(delegation) if case.at is State.AWAITING_PRINCIPAL]
    return found[0] if found else None


async def consent(delegation: Delegation) -> Case:
    """Record the principal's consent: the delegation becomes valid, and the waiting case is submitted.

    Raises:
        Stale: the delegation no longer waits for consent.
        Incomplete: the register stops it, or the principal has an open case for this disease.
    """
    case = await waiting(delegation)
    if case is None:
        raise Stale
    not_insured = await register_stop(case)
    if not_insured:
        raise Incomplete([not_insured])
    principal = Actor(delegation.principal, Role.INSURED_PERSON)
    try:
        async with transaction():
            if await delegations.change(delegation, "active", actor=delegation.principal, role="principal") is None:
                raise Stale
            return await draft.submitted(case, "consent", principal, answers_of(case)["disease"])
    except NotAllowed as error:
        raise Stale from error


async def refuse(delegation: Delegation, *, reported: bool = False) -> None:
    """Record the principal's refusal (*reported*: the proxy is unknown to them); the proxy loses access at once.

    Raises:
        Stale: the delegation no longer waits for consent.
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
    """Record that staff verified letter and identities: the delegation becomes valid, and its cases go on.

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
    """Record that staff reject the papers: to be corrected, or *for_good*, which ends the proxy's access at once.

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
    """Record that staff allow a proxy who already acts for many others.

    Raises:
        Stale: somebody else has decided meanwhile.
    """
    after = "offered" if delegation.route == "offer" else "proposed"
    if await delegations.change(delegation, after, actor=by.id, role="staff") is None:
        raise Stale


async def accept(delegation: Delegation, *, agreed: bool) -> None:
    """Record whether the proxy accepts (*agreed*) the delegation that the principal offers.

    Raises:
        Stale: the offer is no longer open.
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
    """Write into the history of every open case that the delegation has ended."""
    for case in await cases_under(delegation):
        if case.at not in ENDS and case.at is not State.DRAFT:
            await happened(case, "end_delegation", by)


async def mended(case: Case, event: Event, _move: Move) -> None:
    """Ask staff to verify a proxy's corrected papers again."""
    if event.action != "answer_correction" or event.role != Role.PROXY:
        return
    known = await delegations.delegation(case.delegation)
    if known and known.state == "rejected":
        await delegations.change(known, "uploaded", actor=event.actor, role="proxy")


@every(timedelta(hours=1))
async def run_out() -> None:
    """Return the cases whose principal did not answer in time, and end the delegations past their last day."""
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
