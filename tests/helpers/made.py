"""Cases that hold each kind of letter, made with as few words as possible."""

from collections.abc import Awaitable, Callable, Mapping

from portal.cases.apply import draft
from portal.cases.life.case import SYSTEM, Actor, Case, history, move
from portal.cases.life.moves import Move, Role
from portal.cases.papers import corrections
from portal.cases.papers.defects import NewDefect
from portal.cases.result import decision
from portal.cases.result.decision import Proposal, Reasons
from portal.letters.issue import issue
from portal.letters.letter import Letter, letters
from tests.helpers.factories import APPROVER, REVIEWER, citizen, make_case, make_person

SUPERVISOR = Actor("a supervisor", Role.SUPERVISOR)


async def decided(*, passed: bool = True, months: int = 24, no: str = "ms-01", words: str = "化验低于标准") -> Case:
    """Return a case of Meishan that was decided."""
    case = await make_case(no)
    (disease,) = await decision.diseases(case)
    reasons = Reasons() if passed else Reasons(("criteria", "other"), words)
    case = await decision.draft(case, REVIEWER, [Proposal(disease.id, passed, months, reasons)])
    return await decision.decide(case, APPROVER)


async def asked() -> Case:
    """Return a case of Meishan with an open notice."""
    defects = [NewDefect("identity", "one_side", "请补反面"), NewDefect("medical_records.exam_report", "too_old", "")]
    return await corrections.ask(await make_case(), REVIEWER, defects)


async def answered() -> Case:
    """Return a case whose notice was answered."""
    case = await asked()
    notice = await corrections.open_correction(case)
    assert notice
    return await corrections.answer(case, citizen(await make_person()), notice)


async def refused_at_the_door(note: str = "不在本市参保") -> Case:
    """Return a case of Xinxing that was not accepted because of *note*."""
    return await move(await make_case("xx-01", "xinxing", "M03900"), "not_accept", REVIEWER, note=note)


async def revoked() -> Case:
    """Return a case whose benefit was revoked; the move itself is still to come, its letter is there."""
    case = await decided()
    event = (await history(case))[-1]
    row = Move("T27", "revoke_benefit", (case.at,), "stay", (Role.SUPERVISOR,), "N21", "L14", "")
    await issue(case, event, row)
    return case


async def lapsed() -> Case:
    """Return a case whose notice nobody answered in time."""
    return await move(await asked(), "lapse", SYSTEM)


async def refused() -> Case:
    """Return a case of Meishan that was refused."""
    return await decided(passed=False)


async def withdrawn() -> Case:
    """Return a case that its citizen withdrew."""
    return await move(await make_case(), "withdraw", citizen(await make_person()))


async def extended() -> Case:
    """Return a case for which the office took a day more."""
    return await move(await make_case(), "extend_deadline", SUPERVISOR, note="系统停机两天", days=1)


HOLDING: Mapping[str, Callable[[], Awaitable[Case]]] = {
    "L01": make_case,
    "L02": make_case,
    "L03": refused_at_the_door,
    "L04": asked,
    "L05": answered,
    "L06": lapsed,
    "L09": decided,
    "L10": decided,
    "L11": refused,
    "L12": withdrawn,
    "L13": extended,
    "L14": revoked,
}


async def holding(kind: str) -> Case:
    """Return a case that holds a letter of *kind*."""
    return await HOLDING[kind]()


async def taken_back() -> Case:
    """Return a case that was taken back, with the letters of its submission void."""
    return await draft.take_back(await make_case(), citizen(await make_person()))


async def letter_of(case: Case, kind: str) -> Letter:
    """Return the case's letter of *kind*."""
    return next(row for row in await letters(case.id) if row.kind == kind)
