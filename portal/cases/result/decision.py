"""认定结论: for each disease, drafted by one staff member and decided by another.

A refusal must carry reasons, its basis and the ways to object; the last two come from the region
and cannot be left out. A draft can be edited until it is decided; a decision never.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

import msgspec

from portal.cases.benefits import benefit, effect
from portal.cases.experts.seats import seats
from portal.cases.life.case import SYSTEM, Actor, Case, history, move
from portal.cases.life.moves import NotAllowed, State
from portal.cases.life.words import REREVIEW
from portal.core.store.crypto import opened_json, seal_json
from portal.core.store.database import execute, fetch_all
from portal.core.tools import clock
from portal.core.tools.i18n import Said
from portal.regions.load import Region
from portal.regions.reasons import OTHER, Reason


class ReasonsNeeded(Exception):
    """A refusal without reasons cannot be drafted or issued."""


class AppealNeeded(Exception):
    """The region names no body for objections; without it no refusal can be issued."""


class SamePerson(Exception):
    """The member who drafted a decision may not decide it."""


class DiseaseRow(msgspec.Struct, frozen=True):
    """A disease of a case as stored."""

    id: str
    case_id: str
    person: str
    code: str
    decision: str
    drafted_by: str
    decided_by: str
    reasons: bytes | None
    findings: bytes | None
    validity_months: int
    starts_on: date | None
    ends_on: date | None
    decided_at: datetime | None


class Reasons(msgspec.Struct, frozen=True):
    """Why a disease was not recognised: codes of the city's library, and the clerk's own words."""

    codes: tuple[str, ...] = ()
    words: str = ""
    unmet: tuple[str, ...] = ()  # the criteria that were not met, in the words of the catalogue then
    # D61: the words of that day; the library may change, a notice that went out may not.
    said: tuple[str, ...] = ()  # what the codes were called when it was drafted

    @property
    def given(self) -> bool:
        """Whether a reason is given; 其他 without words is none."""
        return bool(set(self.codes) - {OTHER} or self.unmet or self.words)

    def worded(self, library: Mapping[str, Reason]) -> "Reasons":
        """Return these reasons with the words of *library* for their codes."""
        said = tuple(library[code].words_zh for code in self.codes if code != OTHER and code in library)
        return msgspec.structs.replace(self, said=said)

    def sentences(self) -> list[str]:
        """Return one sentence for each reason."""
        unmet = [Said("没有达到这一条：{criterion}", criterion=text) for text in self.unmet]
        return [*self.said, *unmet, *([self.words] if self.words else [])]


# D98: kept sealed with the disease, and named by the letters.
class Proof(msgspec.Struct, frozen=True):
    """A criterion as the reviewer found it, ``met`` or ``unmet``, and the page that proves it; no file if none does."""

    finding: str
    file: str = ""
    leaf: int = 0


class Decided(msgspec.Struct, frozen=True):
    """A disease of a case, with its decision or the draft of one."""

    id: str
    code: str
    decision: str
    drafted_by: str
    decided_by: str
    reasons: Reasons
    validity_months: int
    starts_on: date | None
    ends_on: date | None
    decided_at: datetime | None
    proofs: dict[str, Proof] = {}  # by the number of the criterion

    @property
    def passed(self) -> bool:
        """Whether the disease is recognised, or proposed to be."""
        return self.decision == "passed"

    @property
    def refused(self) -> bool:
        """Whether the disease is refused for a reason, or proposed to be."""
        return self.decision == "failed" and self.reasons.given


async def diseases(case: Case) -> list[Decided]:
    """Return the diseases of a case."""
    rows = await fetch_all(DiseaseRow, "FROM case_disease WHERE case_id = $1 ORDER BY code", case.id)
    return [_opened(row) for row in rows]


def _opened(row: DiseaseRow) -> Decided:
    kept = opened_json(row.reasons, f"case_disease.reasons:{row.id}") if row.reasons else {}
    found = opened_json(row.findings, f"case_disease.findings:{row.id}") if row.findings else {}
    return Decided(
        id=row.id,
        code=row.code,
        decision=row.decision,
        drafted_by=row.drafted_by,
        decided_by=row.decided_by,
        reasons=msgspec.convert(kept, Reasons),
        validity_months=row.validity_months,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        decided_at=row.decided_at,
        proofs=msgspec.convert(found, dict[str, Proof]),
    )


class Proposal(msgspec.Struct, frozen=True):
    """What a reviewer proposes for one disease; months of 0 mean without end."""

    id: str
    passed: bool
    validity_months: int
    reasons: Reasons
    proofs: dict[str, Proof] = {}  # by the number of the criterion


async def draft(case: Case, actor: Actor, proposals: Sequence[Proposal]) -> Case:
    """Write the proposals and send the case on to the approver; return the case.

    Raises:
        ReasonsNeeded: a refusal has no reason, or only 其他 without words.
        NotAllowed: not now, or not by this role.
    """
    for proposal in proposals:
        if not proposal.passed and not proposal.reasons.given:
            raise ReasonsNeeded
    if {proposal.id for proposal in proposals} != {disease.id for disease in await diseases(case)}:
        raise NotAllowed("a proposal for each disease of the case, and no other")

    library = case.city.reasons.refusal

    async def together() -> None:
        for proposal in proposals:
            await execute(
                "UPDATE case_disease SET decision = $2, drafted_by = $3, reasons = $4, validity_months = $5, "
                "findings = $6 WHERE id = $1",
                proposal.id,
                "passed" if proposal.passed else "failed",
                actor.id,
                seal_json(proposal.reasons.worded(library), f"case_disease.reasons:{proposal.id}"),
                proposal.validity_months,
                seal_json(msgspec.to_builtins(proposal.proofs), f"case_disease.findings:{proposal.id}"),
            )

    return await move(case, "draft_decision", actor, together=together)


async def decide(case: Case, actor: Actor) -> Case:
    """Make the draft final: grant benefits and end the case, which issues letters and messages; return the case.

    Raises:
        SamePerson: the approver drafted the decision.
        ReasonsNeeded: a disease has no proposal yet, or a refusal has no reason.
        AppealNeeded: a refusal, and the region names no body to object to.
        AlreadyHeld, NotHeld: as for `effect.period`.
        NotAllowed: not now, or the case had moved on.
    """
    decided = await decidable(case, actor)
    today = clock.today()

    async def together() -> None:
        for disease in decided:
            start, end = None, None
            if disease.passed:
                start, end = await effect.period(case, disease.code, disease.validity_months, today)
            await execute(
                "UPDATE case_disease SET decided_by = $2, decided_at = $3, starts_on = $4, ends_on = $5 WHERE id = $1",
                disease.id,
                actor.id,
                clock.now(),
                start,
                end,
            )
            await _take_effect(case, disease, actor, start, end)
        await execute("UPDATE cases SET outcome = $2 WHERE id = $1", case.id, outcome(decided).value)

    return await move(case, "decide", actor, together=together, outcome=outcome(decided))


async def _take_effect(case: Case, disease: Decided, actor: Actor, start: date | None, end: date | None) -> None:
    """Grant a recognised disease's benefit; after a re-review, continue or end the existing benefit."""
    held = await benefit.benefit(case.parent_benefit) if case.kind == REREVIEW else None
    if held:
        await (benefit.confirm(held, case) if start else benefit.terminate(held, actor))
    elif start:
        await benefit.grant(case, disease.code, start, end)


async def decidable(case: Case, actor: Actor) -> list[Decided]:
    """Return the proposals of a case if *actor* may make them final.

    Raises:
        SamePerson, ReasonsNeeded, AppealNeeded: as for `decide`.
    """
    decided = await diseases(case)
    if actor.id in await worked_on(case, decided):
        raise SamePerson
    if not all(disease.passed or disease.refused for disease in decided):
        raise ReasonsNeeded
    if not all(disease.passed for disease in decided) and not can_refuse(case.city):
        raise AppealNeeded
    return decided


async def worked_on(case: Case, decided: Sequence[Decided]) -> set[str]:
    """Return ids of members who may not approve: drafter, experts, acceptor (unless the city allows the acceptor)."""
    drafters = {disease.drafted_by for disease in decided}
    experts = {seat.expert for seat in await seats(case.id)}
    acceptors: set[str] = set()
    if not case.city.rules.decision.acceptor_may_approve:
        accepted = [event for event in await history(case) if event.action == "accept"]
        acceptors = {event.actor for event in accepted} - {SYSTEM.id}
    return drafters | experts | acceptors


async def send_back(case: Case, actor: Actor, why: str) -> Case:
    """Send the case back to the reviewer because of *why*; return the case.

    Raises:
        NotAllowed: not now.
    """
    return await move(case, "send_back", actor, note=why)


def outcome(decided: Sequence[Decided]) -> State:
    """Return the end state that follows from the decisions on all diseases."""
    passed = [disease.passed for disease in decided]
    if all(passed):
        return State.APPROVED
    return State.PARTLY_APPROVED if any(passed) else State.DENIED


def can_refuse(region: Region) -> bool:
    """Return whether the region names a body for objections; without it no refusal may be issued."""
    appeal = region.rules.appeal
    return bool(appeal.agency_zh and appeal.reconsideration_body_zh and appeal.court_zh)
