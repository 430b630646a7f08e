"""专家意见: each expert's findings and verdict, and the joint result of all opinions.

Experts see other opinions only after giving their own. When enough agree, or most of three, the case
goes to the approver automatically, with the proposal that follows from the opinions.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from portal.cases.experts.panel import locked
from portal.cases.experts.seats import Seat, given, seat, seats
from portal.cases.life.case import SYSTEM, Actor, Case, move
from portal.cases.life.moves import NotAllowed, State
from portal.cases.life.told import tell
from portal.cases.result.decision import Decided, Reasons, diseases
from portal.core.store.crypto import opened_json, seal_json
from portal.core.store.database import execute, transaction
from portal.core.tools import clock
from portal.regions.criteria import Finding
from portal.regions.reasons import CRITERIA

Verdict = Literal["passed", "failed", "insufficient"]
VERDICTS: dict[Verdict, str] = {
    "passed": "符合认定标准",
    "failed": "不符合认定标准",
    "insufficient": "材料不足，看不出来",
}
FINDINGS: dict[Finding, str] = {"met": "符合", "unmet": "不符合", "unclear": "材料不足"}
# What the criteria come to, as a verdict.
FOLLOWS: dict[Finding, Verdict] = {"met": "passed", "unmet": "failed", "unclear": "insufficient"}


class Opinion(msgspec.Struct, frozen=True):
    """One expert's opinion on one disease; *words* are for the office only."""

    findings: dict[int, Finding]
    verdict: Verdict
    words: str = ""


class WordsNeeded(Exception):
    """The verdict differs from the result of the criteria, and the expert gave no explanation."""


class Split(msgspec.Struct, frozen=True):
    """The opinions on a case: how many of the required ones are given, and whether they settle it."""

    given: int
    needed: int
    verdicts: dict[str, Verdict]  # disease: what was settled
    differ: bool
    unsure: bool

    @property
    def settled(self) -> bool:
        """Whether every disease has its verdict."""
        return bool(self.verdicts)


def opinion_of(seat: Seat) -> dict[str, Opinion]:
    """Return ``{disease code: opinion}`` of a seat; empty if none is given yet."""
    if seat.opinion is None:
        return {}
    return msgspec.convert(opened_json(seat.opinion, f"appraisal.opinion:{seat.id}"), dict[str, Opinion], strict=False)


def check(case: Case, code: str, opinion: Opinion) -> None:
    """Check that an opinion is complete and that a verdict against the criteria is explained.

    Raises:
        ValueError: a criterion without a finding, or one that does not exist.
        WordsNeeded: the verdict differs from the result of the findings, without an explanation.
    """
    criteria = case.city.criteria[code]
    if set(opinion.findings) != {number for number, _ in criteria.numbered()}:
        raise ValueError("a finding for each criterion, and for no other")
    if opinion.verdict != FOLLOWS[criteria.come_to(opinion.findings)] and not opinion.words:
        raise WordsNeeded


async def give(seat: Seat, actor: str, opinions: Mapping[str, Opinion]) -> Case:
    """Store an expert's opinions on all diseases of the case; return the case, which may go on to the approver.

    Raises:
        WordsNeeded, ValueError: as for `check`.
        NotAllowed: the seat is another expert's or closed, or the case is not being appraised.
    """
    async with transaction():
        case = await locked(seat.case_id)
        known = await diseases(case)
        if case.at is not State.APPRAISING or seat.expert != actor or set(opinions) != {one.code for one in known}:
            raise NotAllowed("give: not now, or not theirs")
        for code, opinion in opinions.items():
            check(case, code, opinion)
        await _keep(seat, opinions)
        await tell(case.id)
        return await concluded(case)


async def _keep(seat: Seat, opinions: Mapping[str, Opinion]) -> None:
    kept = await execute(
        "UPDATE appraisal SET state = 'given', ended_at = $2, verdict = $3, opinion = $4 "
        "WHERE id = $1 AND state = 'invited'",
        seat.id,
        clock.now(),
        overall([opinion.verdict for opinion in opinions.values()]),
        seal_json({code: msgspec.to_builtins(one) for code, one in opinions.items()}, f"appraisal.opinion:{seat.id}"),
    )
    if not kept:
        raise NotAllowed("give: the place was given up, or the opinion is in")


def overall(verdicts: Sequence[Verdict]) -> str:
    """Return the common verdict on several diseases; if they differ, insufficient if one is, else mixed."""
    if "insufficient" in verdicts:
        return "insufficient"
    return verdicts[0] if len(set(verdicts)) == 1 else "mixed"


def split(case: Case, panel: Sequence[Seat], codes: Sequence[str]) -> Split:
    """Return the state of the opinions; they settle a case if all required ones agree, or most of three and more."""
    required = case.city.rules.experts.required
    opinions = [opinion_of(seat) for seat in given(panel)]
    verdicts_on = {code: [opinion[code].verdict for opinion in opinions] for code in codes}
    settled: dict[str, Verdict] = {}
    for code, verdicts in verdicts_on.items():
        verdict = _settled(verdicts, required)
        if verdict:
            settled[code] = verdict
    all_settled = len(settled) == len(codes)
    needed = required
    if len(opinions) >= required and not all_settled:
        needed = len(opinions) + 1
    return Split(
        given=len(opinions),
        needed=needed,
        verdicts=settled if all_settled else {},
        differ=any(len(set(verdicts)) > 1 for verdicts in verdicts_on.values()),
        unsure=any("insufficient" in verdicts for verdicts in verdicts_on.values()),
    )


def _settled(verdicts: Sequence[Verdict], required: int) -> Verdict | None:
    """Return the settled verdict: that of all *verdicts*, or of most if there are more than *required*; else None."""
    if len(verdicts) < required or not verdicts:
        return None
    verdict, count = Counter(verdicts).most_common(1)[0]
    # D36: an expert who cannot tell has not voted.
    if verdict == "insufficient":
        return None
    return verdict if count == len(verdicts) or (len(verdicts) > required and 2 * count > len(verdicts)) else None


# D35: no clerk stands between the last opinion and the approver; the proposal follows from the opinions.
async def concluded(case: Case) -> Case:
    """Send the case on to the approver if the opinions settle it; return the case. Joins a transaction."""
    known = await diseases(case)
    panel = await seats(case.id)
    stands = split(case, panel, [one.code for one in known])
    if not stands.settled:
        return case

    async def together() -> None:
        for disease in known:
            await _propose(case, disease, panel, stands.verdicts[disease.code])
        await execute(
            "UPDATE appraisal SET state = 'revoked', ended_at = $2 WHERE case_id = $1 AND state = 'invited'",
            case.id,
            clock.now(),
        )

    return await move(case, "conclude_appraisal", SYSTEM, together=together)


async def _propose(case: Case, disease: Decided, panel: Sequence[Seat], verdict: Verdict) -> None:
    """Write the proposal that follows from the opinions, in the name of the reviewer who convened the panel."""
    agreeing = [one for one in (opinion_of(seat)[disease.code] for seat in given(panel)) if one.verdict == verdict]
    reasons = reasons_of(case, disease.code, agreeing) if verdict == "failed" else Reasons()
    await execute(
        "UPDATE case_disease SET decision = $2, drafted_by = $3, reasons = $4 WHERE id = $1",
        disease.id,
        verdict,
        panel[0].invited_by,
        seal_json(reasons, f"case_disease.reasons:{disease.id}"),
    )


def reasons_of(case: Case, code: str, opinions: Sequence[Opinion]) -> Reasons:
    """Return the reasons of a refusal: every criterion that most of the agreeing experts found not met."""
    criteria = case.city.criteria[code]
    unmet = [
        text
        for number, text in criteria.numbered()
        if 2 * sum(one.findings[number] == "unmet" for one in opinions) >= len(opinions)
    ]
    words = next((opinion.words for opinion in opinions if opinion.words), "")
    return Reasons((CRITERIA,), "" if unmet else words, tuple(unmet)).worded(case.city.reasons.refusal)


async def conclude_again(case: Case, actor: Actor, why: str) -> Case:
    """Send a case that the approver returned to the approver again, with the reviewer's answer *why*; return it.

    Raises:
        NotAllowed: the opinions do not settle it, or the case had moved on.
    """
    async with transaction():
        answered = await move(case, "change_panel", actor, note=why)
        after = await concluded(answered)
        if after.at is State.APPRAISING:
            raise NotAllowed("conclude: the opinions do not settle it")
        return after


async def place_named(id: str, staff: str) -> Seat | None:
    """Return the seat *id* of the expert *staff*; None if there is none."""
    found = await seat(id)
    return found if found and found.expert == staff else None
