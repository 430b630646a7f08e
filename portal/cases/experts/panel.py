"""专家鉴定, the panel: invite, remind and replace experts; let them step back.

Each change is a move of the table; what hears `INVITED` tells the experts.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

from portal.accounts.experts import pool
from portal.cases.experts.experts import conflict
from portal.cases.experts.seats import OFF, RECUSALS, Seat, given, seated, seats
from portal.cases.experts.tables import Appraisal
from portal.cases.life.case import Actor, Case, Event, case_by_id, happened, move
from portal.cases.life.moves import Move, NotAllowed, Role, State
from portal.core.store.crypto import seal, token
from portal.core.store.database import execute, fetch_all, fetch_value, insert, transaction
from portal.core.store.jobs import every
from portal.core.tools import clock
from portal.core.tools.i18n import Said
from portal.core.tools.signals import Signal


class TooFew(Exception):
    """Fewer experts than the city requires; the argument is the required number."""


class Conflicted(Exception):
    """An expert who cannot be asked for this case."""


INVITED = Signal[[Case, Seat], None]()  # an expert was invited or reminded
LOST = Signal[[Case, Seat], None]()  # an expert is gone, and the office must invite another


async def _may_sit(case: Case, staff: str) -> None:
    who = next((one for one in await pool(case.region) if one.staff == staff), None)
    if who is None:
        raise Conflicted("不在专家库里。")
    why = await conflict(case, who)
    if why:
        raise Conflicted(Said("{name}不能请：{why}。", name=who.name, why=why))


async def invite(case: Case, actor: Actor, experts: Sequence[str]) -> Case:
    """Invite *experts* and return the case.

    Raises:
        TooFew: fewer experts than the city requires.
        Conflicted: one of the experts may not be invited.
        NotAllowed: not now, or the case had moved on.
    """
    required = case.city.rules.experts.required
    if len(set(experts)) < required:
        raise TooFew(required)
    for staff in experts:
        await _may_sit(case, staff)

    async def together() -> None:
        for staff in dict.fromkeys(experts):
            await _sit(case, actor.id, staff)

    async with transaction():
        moved = await move(case, "invite_experts", actor, together=together)
        await _tell(moved, "invited")
    return moved


async def add(case: Case, actor: Actor, staff: str) -> Case:
    """Invite one more expert because opinions differ; return the case.

    Raises:
        Conflicted, NotAllowed: as for `invite`.
    """
    await _may_sit(case, staff)
    return await _changed(case, actor, "加请一位专家", lambda: _sit(case, actor.id, staff), tell=staff)


async def replace(case: Case, actor: Actor, old: Seat, staff: str) -> Case:
    """Invite the expert *staff* in place of one who does not answer; return the case.

    Raises:
        Conflicted, NotAllowed: as for `invite`; also when the opinion has arrived meanwhile.
    """
    await _may_sit(case, staff)

    async def together() -> None:
        await _leave(old, "replaced", "")
        await _sit(case, actor.id, staff)

    return await _changed(case, actor, "换了一位专家", together, tell=staff)


async def revoke(case: Case, actor: Actor, old: Seat) -> Case:
    """Withdraw an invitation; return the case.

    Raises:
        NotAllowed: the opinion has arrived meanwhile, or too few would be left.
    """
    left = len(seated(await seats(case.id))) - 1
    if left < case.city.rules.experts.required:
        raise NotAllowed("revoke: too few experts would be left")
    return await _changed(case, actor, "撤下一位专家", lambda: _leave(old, "revoked", ""))


async def remind(case: Case, actor: Actor, late: Seat) -> Case:
    """Remind an expert; return the case.

    Raises:
        NotAllowed: the opinion has arrived meanwhile.
    """
    return await _changed(case, actor, "提醒了专家", lambda: _reminded(late), tell=late.expert)


async def recuse(late: Seat, actor: str, code: str) -> None:
    """Let an expert step back for the reason *code*; the reviewer invites another.

    Raises:
        NotAllowed: the invitation is not open any more.
    """
    if late.expert != actor or code not in RECUSALS:
        raise NotAllowed("recuse: not theirs")
    async with transaction():
        await locked(late.case_id)
        await _leave(late, "recused", code)


async def dismiss(case: Case, staff: str, *, by: str) -> None:
    """Withdraw the open invitation of *staff*, deactivated by *by*; joins a transaction that has locked the case."""
    for lost in [seat for seat in await seats(case.id) if seat.open and seat.expert == staff]:
        await _leave(lost, "revoked", OFF)
        await happened(case, "change_panel", Actor(by, Role.SYSTEM), "一位专家的账号停用了，请另请一位专家")
        await LOST.send(case, lost)


async def _changed(
    case: Case, actor: Actor, note: str, change: Callable[[], Awaitable[None]], *, tell: str = ""
) -> Case:
    async with transaction():
        moved = await move(case, "change_panel", actor, note=note, together=change)
        if tell:
            await _tell(moved, "invited", tell)
    return moved


async def _sit(case: Case, by: str, staff: str) -> None:
    now = clock.now()
    await insert(
        Appraisal,
        id=token(),
        case_id=case.id,
        expert=staff,
        state="invited",
        invited_by=by,
        invited_at=now,
        due_on=case.city.calendar.add(clock.day_of(now), case.city.rules.experts.opinion_workdays),
        verdict="",
    )


async def _leave(old: Seat, state: str, why: str) -> None:
    left = await execute(
        "UPDATE appraisal SET state = $2, ended_at = $3, why = $4 WHERE id = $1 AND state = 'invited'",
        old.id,
        state,
        clock.now(),
        seal(why, f"appraisal.why:{old.id}") if why else None,
    )
    if not left:
        raise NotAllowed("the opinion has arrived, or the place was given up")


async def _reminded(late: Seat) -> None:
    if not await execute(
        "UPDATE appraisal SET reminded_on = $2 WHERE id = $1 AND state = 'invited'", late.id, clock.today()
    ):
        raise NotAllowed("the opinion has arrived")


async def _tell(case: Case, state: str, only: str = "") -> None:
    for seat in await seats(case.id):
        if seat.state == state and only in ("", seat.expert):
            await INVITED.send(case, seat)


async def locked(case_id: str) -> Case:
    """Return the case as it is now, locked until the transaction ends."""
    # D37: two opinions at once: the second waits here, so that each counts the other on both databases.
    await execute("UPDATE cases SET row_version = row_version WHERE id = $1", case_id)
    case = await case_by_id(case_id)
    assert case
    return case


async def follow(case: Case, event: Event, move: Move) -> None:
    """Dismiss the panel of an ended case; after a correction, ask again the experts whose opinion was unclear."""
    if case.ended:
        await execute(
            "UPDATE appraisal SET state = 'revoked', ended_at = $2 WHERE case_id = $1 AND state = 'invited'",
            case.id,
            event.at,
        )
    if move.action == "answer_correction" and case.at is State.APPRAISING:
        for unsure in [one for one in given(await seats(case.id)) if one.verdict == "insufficient"]:
            await execute("UPDATE appraisal SET state = 'replaced', ended_at = $2 WHERE id = $1", unsure.id, event.at)
            await _sit(case, unsure.invited_by, unsure.expert)
            await _tell(case, "invited", unsure.expert)


@every(timedelta(hours=1))
async def remind_late() -> int:
    """Remind every expert whose opinion is due by tomorrow, once a day; return how many."""
    today = clock.today()
    waiting = await fetch_all(
        Seat,
        "FROM appraisal WHERE state = 'invited' AND due_on <= $1 AND (reminded_on IS NULL OR reminded_on < $2)",
        today + timedelta(days=1),
        today,
    )
    count = 0
    for late in waiting:
        async with transaction():
            case = await locked(late.case_id)
            if (
                case.at is State.APPRAISING
                and await fetch_value("SELECT state FROM appraisal WHERE id = $1", late.id) == "invited"
            ):
                await _reminded(late)
                await _tell(case, "invited", late.expert)
                count += 1
    return count
