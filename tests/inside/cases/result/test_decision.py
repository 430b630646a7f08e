"""认定结论: from when, until when, what several diseases come to, and what a refusal needs."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.cases.benefits.benefit import benefits_of
from portal.cases.benefits.effect import ends_on, starts_on
from portal.cases.life.case import SYSTEM, Case, case_by_id, history, move
from portal.cases.life.moves import NotAllowed, State
from portal.cases.result import decision
from portal.cases.result.decision import Decided, Proposal, Reasons, outcome
from portal.core.store.database import execute, fetch_value
from portal.core.tools import clock
from portal.regions.load import REGIONS
from tests.helpers.changes import ChangeRegion
from tests.helpers.factories import APPROVER, REVIEWER, make_case

MEISHAN, XINXING = REGIONS["meishan"], REGIONS["xinxing"]


@pytest.mark.parametrize(
    ("decided", "starts"), [("2026-11-20", "2026-12-01"), ("2026-12-31", "2027-01-01"), ("2028-02-29", "2028-03-01")]
)
def test_in_meishan_a_benefit_starts_on_the_first_of_the_next_month(decided: str, starts: str) -> None:
    assert starts_on(date.fromisoformat(decided), MEISHAN) == date.fromisoformat(starts)


def test_in_xinxing_it_starts_on_the_day_of_approval() -> None:
    assert starts_on(date(2026, 11, 20), XINXING) == date(2026, 11, 20)


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2026-12-01", 12, "2027-11-30"),
        ("2026-11-20", 24, "2028-11-19"),
        ("2026-11-20", 1, "2026-12-19"),
        ("2026-01-31", 1, "2026-02-28"),  # a shorter month: its last day counts
        ("2028-01-31", 1, "2028-02-29"),
        ("2026-08-31", 6, "2027-02-28"),
        ("2028-02-29", 12, "2029-02-28"),
        ("2026-10-31", 1, "2026-11-30"),
        ("2026-12-31", 2, "2027-02-28"),
        ("2026-12-31", 12, "2027-12-30"),
        ("2026-05-31", 1, "2026-06-30"),
    ],
)
def test_a_benefit_ends_the_day_before_its_months_are_over(start: str, months: int, end: str) -> None:
    assert ends_on(date.fromisoformat(start), months) == date.fromisoformat(end)


def test_a_benefit_without_months_has_no_end() -> None:
    assert ends_on(date(2026, 11, 20), 0) is None


@given(st.dates(date(2026, 1, 1), date(2040, 1, 1)), st.integers(1, 600))
def test_more_months_never_end_earlier_and_a_month_is_a_month(start: date, months: int) -> None:
    end, later = ends_on(start, months), ends_on(start, months + 1)

    assert end
    assert later
    assert start < end < later
    assert 27 <= (later - end).days <= 31


def decided(*passed: bool) -> list[Decided]:
    return [
        Decided(str(n), "M01600", "passed" if one else "failed", "", "", Reasons(), 0, None, None, None)
        for n, one in enumerate(passed)
    ]


def test_several_diseases_come_to_approved_partly_or_denied() -> None:
    assert outcome(decided(True)) is State.APPROVED
    assert outcome(decided(True, True)) is State.APPROVED
    assert outcome(decided(True, False)) is State.PARTLY_APPROVED
    assert outcome(decided(False, False)) is State.DENIED


def test_reasons_are_said_one_each_and_other_only_in_the_clerks_words() -> None:
    library = MEISHAN.reasons.refusal

    worded = Reasons(("criteria", "other"), "化验低于标准").worded(library)

    assert worded.sentences() == [library["criteria"].words_zh, "化验低于标准"]
    assert not Reasons(("other",)).given
    assert not Reasons().given


async def proposed(case: Case, *, passed: bool = True, months: int = 24) -> Case:
    """Return the case with a proposal for its disease, ready for an approver."""
    (disease,) = await decision.diseases(case)
    reasons = Reasons() if passed else Reasons(("criteria",), "化验低于标准")
    return await decision.draft(case, REVIEWER, [Proposal(disease.id, passed, months, reasons)])


async def test_an_approval_grants_the_benefit_from_the_next_month(database: None) -> None:
    case = await decision.decide(await proposed(await make_case()), APPROVER)

    (benefit,) = await benefits_of(case.person, "meishan")
    start = starts_on(clock.today(), MEISHAN)
    assert case.at is State.APPROVED
    assert (benefit.code, benefit.starts_on, benefit.ends_on) == ("M01600", start, ends_on(start, 24))
    assert benefit.state_on(clock.today()) == "pending_effective"
    assert (case.outcome, case.ended) == ("approved", True)


async def test_a_refusal_grants_nothing(database: None) -> None:
    case = await decision.decide(await proposed(await make_case(), passed=False), APPROVER)

    assert case.at is State.DENIED
    assert await benefits_of(case.person, "meishan") == []
    (refused,) = await decision.diseases(case)
    assert (refused.starts_on, refused.ends_on) == (None, None)
    assert refused.decided_at


async def test_who_decided_and_who_drafted_are_kept(database: None) -> None:
    case = await decision.decide(await proposed(await make_case()), APPROVER)

    (disease,) = await decision.diseases(case)
    assert (disease.drafted_by, disease.decided_by) == (REVIEWER.id, APPROVER.id)


async def test_only_other_without_words_is_no_reason(database: None) -> None:
    case = await make_case()
    (disease,) = await decision.diseases(case)

    with pytest.raises(decision.ReasonsNeeded):
        await decision.draft(case, REVIEWER, [Proposal(disease.id, False, 0, Reasons(("other",)))])


async def test_a_proposal_is_for_each_disease_of_the_case_and_no_other(database: None) -> None:
    case, other = await make_case(), await make_case("ms-10")
    (foreign,) = await decision.diseases(other)

    for proposals in ([], [Proposal(foreign.id, True, 0, Reasons())]):
        with pytest.raises(NotAllowed):
            await decision.draft(case, REVIEWER, proposals)

    unchanged = await case_by_id(case.id)
    assert unchanged
    assert unchanged.at is State.REVIEWING
    assert await fetch_value("SELECT count(*) FROM case_disease WHERE decision <> 'pending'") == 0


async def test_what_nobody_has_proposed_cannot_be_decided(database: None) -> None:
    case = await make_case("xx-01", "xinxing", "M03900")
    for action, actor in (("accept", REVIEWER), ("invite_experts", REVIEWER), ("conclude_appraisal", SYSTEM)):
        case = await move(case, action, actor)

    with pytest.raises(decision.ReasonsNeeded):
        await decision.decide(case, APPROVER)

    unchanged = await case_by_id(case.id)
    assert unchanged
    assert unchanged.at is State.DECIDING


async def test_a_city_that_names_no_body_to_object_to_cannot_refuse_anybody(
    database: None, region: ChangeRegion
) -> None:
    region("meishan", appeal={"reconsideration_body_zh": ""})
    case = await proposed(await make_case(), passed=False)

    with pytest.raises(decision.AppealNeeded):
        await decision.decide(case, APPROVER)


async def test_what_was_sent_back_is_drafted_anew_by_whoever_reviews_it(database: None) -> None:
    case = await proposed(await make_case(), passed=False)
    case = await decision.send_back(case, APPROVER, "请再看一遍化验单")
    assert (case.at, (await history(case))[-1].note) == (State.REVIEWING, "请再看一遍化验单")

    case = await decision.decide(await proposed(case, passed=True), APPROVER)

    assert case.at is State.APPROVED


async def test_a_draft_of_a_decision_ends_nothing(database: None) -> None:
    case = await proposed(await make_case())

    assert not case.ended
    assert await benefits_of(case.person, "meishan") == []
    assert await fetch_value("SELECT count(*) FROM case_disease WHERE open") == 1


async def test_a_benefit_of_xinxing_holds_at_once(database: None) -> None:
    case = await make_case("xx-01", "xinxing", "M00500")
    for action, actor in (("accept", REVIEWER), ("invite_experts", REVIEWER), ("conclude_appraisal", SYSTEM)):
        case = await move(case, action, actor)
    await pass_unread(case)

    case = await decision.decide(case, APPROVER)

    (benefit,) = await benefits_of(case.person, "xinxing")
    assert benefit.starts_on == clock.today()
    assert benefit.state_on(clock.today()) == "active"
    assert benefit.state_on(clock.today() - timedelta(days=1)) == "pending_effective"


async def pass_unread(case: Case) -> None:
    """Write that the disease passed, as whoever concludes an appraisal will."""
    await execute("UPDATE case_disease SET decision = 'passed', validity_months = 12 WHERE case_id = $1", case.id)
