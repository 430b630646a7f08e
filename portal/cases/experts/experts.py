"""The experts who can be invited to a case: the pool by specialty, with conflicts of interest excluded.

An expert has a conflict who works at the hospital of the treating doctor, is related to the person,
gave an earlier opinion on the same disease, or has worked on the case.
"""

import msgspec

from portal.accounts.experts import Expert, pool
from portal.cases.experts.seats import RELATION, SEATED, Seat, seats_of
from portal.cases.life.case import Case, answers_of, history
from portal.core.store.database import fetch_all

# The places an expert had for the same person: those of this illness, and every recusal.
ABOUT = """\
FROM appraisal WHERE expert = $1 AND (case_id = $2 OR case_id IN (
  SELECT c.id FROM cases c WHERE c.person = $3 AND (appraisal.state = 'recused' OR EXISTS (
    SELECT 1 FROM case_disease d WHERE d.case_id = c.id
    AND d.code IN (SELECT code FROM case_disease WHERE case_id = $2)))))
"""


class Candidate(msgspec.Struct, frozen=True):
    """An expert of the pool: whether the specialty fits, whether busy, and any conflict of interest."""

    expert: Expert
    fits: bool
    busy: int
    conflict: str


async def candidates(case: Case) -> list[Candidate]:
    """Return the pool for a case: fitting and free experts first, experts with a conflict last."""
    disease = case.city.diseases.get(answers_of(case).get("disease", ""))
    specialty = disease.specialty if disease else ""
    found = [
        Candidate(one, one.knows(specialty), len(await seats_of(one.staff, "invited")), await conflict(case, one))
        for one in await pool(case.region)
    ]
    return sorted(found, key=lambda one: (bool(one.conflict), not one.fits, one.busy))


async def conflict(case: Case, who: Expert) -> str:
    """Return why *who* may not give an opinion on *case*; empty if they may."""
    if who.hospital and who.hospital == answers_of(case).get("hospital", ""):
        return "和确诊医院是同一家"
    if who.staff in {event.actor for event in await history(case)}:
        return "经办过这件"
    earlier = await fetch_all(Seat, ABOUT, who.staff, case.id, case.person)
    return next((said for said in (_because_of(one, case) for one in earlier) if said), "")


def _because_of(earlier: Seat, case: Case) -> str:
    if earlier.state == "recused" and earlier.why_code == RELATION:
        return "和申请人有关系，回避过"
    if earlier.case_id != case.id:
        return "以前给同一个人鉴定过这个病种" if earlier.verdict else ""
    if earlier.state == "recused":
        return "这件回避过"
    return "已经请了" if earlier.state in SEATED else ""
