"""A case: submitted once, moved by one, told to the other."""

import asyncio
from datetime import timedelta

import pytest

from portal.accounts.staff import Member
from portal.cases.apply import draft
from portal.cases.apply.ready import Incomplete, UnderWay
from portal.cases.life.case import Case, case_by_id, history, move
from portal.cases.life.moves import NotAllowed, Role, State
from portal.cases.result import decision
from portal.cases.result.decision import Proposal, Reasons
from portal.core.store.database import fetch_value
from portal.core.tools import clock
from portal.core.tools.errors import Stale
from tests.helpers.factories import acting, add_papers, citizen, make_case, make_draft, make_person, make_staff, send_in

pytestmark = pytest.mark.usefixtures("database")


async def proposal(case: Case, *, passed: bool = True, reasons: Reasons = Reasons()) -> list[Proposal]:  # noqa: B008
    (disease,) = await decision.diseases(case)
    return [Proposal(disease.id, passed, 24, reasons)]


async def drafted(case: Case, by: Member, *, passed: bool = True) -> Case:
    reasons = Reasons() if passed else Reasons(("criteria",), "糖化血红蛋白低于标准")
    return await decision.draft(case, acting(by, Role.REVIEWER), await proposal(case, passed=passed, reasons=reasons))


async def test_a_case_of_meishan_is_accepted_the_moment_it_is_submitted() -> None:
    case = await make_case()

    assert case.at is State.REVIEWING
    assert [event.action for event in await history(case)] == ["submit", "accept"]


async def test_a_case_of_xinxing_waits_for_a_reviewer() -> None:
    case = await make_case("xx-01", "xinxing", "M03900")

    assert case.at is State.SUBMITTED


async def test_pressing_submit_twenty_times_makes_one_case() -> None:
    case = await make_draft()
    who = citizen(await make_person())
    await add_papers(case)

    outcomes = await asyncio.gather(
        *(draft.submit(case, who, case.submit_token) for _ in range(20)), return_exceptions=True
    )

    numbers = {outcome.number for outcome in outcomes if isinstance(outcome, Case)}
    assert len(numbers) == 1
    assert all(isinstance(outcome, Case | NotAllowed | Incomplete) for outcome in outcomes)
    assert await fetch_value("SELECT count(*) FROM cases WHERE application_no IS NOT NULL") == 1
    assert await fetch_value("SELECT count(*) FROM case_event WHERE action = 'submit'") == 1


async def test_a_second_application_for_the_same_disease_is_led_to_the_first() -> None:
    first = await make_case()
    second = await make_draft()
    who = citizen(await make_person())
    await add_papers(second)

    with pytest.raises(Incomplete) as incomplete:
        await draft.submit(second, who, second.submit_token)

    assert incomplete.value.stops == [UnderWay(first.number)]


async def test_the_second_of_two_reviewers_is_told_the_case_has_moved_on() -> None:
    case = await make_case("xx-01", "xinxing", "M03900")
    reviewer = acting(await make_staff(region="xinxing"), Role.REVIEWER)
    await move(case, "accept", reviewer)

    with pytest.raises(NotAllowed):
        await move(case, "accept", reviewer)

    assert await fetch_value("SELECT count(*) FROM case_event WHERE action = 'accept'") == 1


async def test_of_twenty_approvers_at_once_one_decides() -> None:
    case = await drafted(await make_case(), await make_staff())
    approver = acting(await make_staff("approver"), Role.APPROVER)

    outcomes = await asyncio.gather(*(decision.decide(case, approver) for _ in range(20)), return_exceptions=True)

    assert sum(isinstance(outcome, Case) for outcome in outcomes) == 1
    assert all(isinstance(outcome, Case | NotAllowed) for outcome in outcomes)
    assert await fetch_value("SELECT count(*) FROM benefit") == 1


async def test_who_drafted_a_decision_does_not_decide() -> None:
    both = await make_staff("reviewer approver", login="both")
    case = await drafted(await make_case(), both)

    with pytest.raises(decision.SamePerson):
        await decision.decide(case, acting(both, Role.APPROVER))


async def test_a_refusal_without_a_reason_cannot_be_drafted() -> None:
    case = await make_case()
    reviewer = acting(await make_staff(), Role.REVIEWER)

    with pytest.raises(decision.ReasonsNeeded):
        await decision.draft(case, reviewer, await proposal(case, passed=False))


async def test_a_refusal_carries_reasons_and_the_ways_to_object() -> None:
    case = await drafted(await make_case(), await make_staff(), passed=False)
    case = await decision.decide(case, acting(await make_staff("approver"), Role.APPROVER))

    from portal.letters.letter import letters

    refusal = next(row for row in await letters(case.id) if row.kind == "L11").opened()
    assert case.at is State.DENIED
    assert "不符合这个病种的认定标准" in refusal.lists[0].items
    assert any("行政复议" in sentence for sentence in refusal.lists[1].items)


async def test_an_application_can_be_taken_back_for_ten_minutes_to_the_second() -> None:
    case = await make_case()
    who = citizen(await make_person())
    clock.shift(timedelta(minutes=10) - (clock.now() - case.submitted_at))  # type: ignore[operator]

    taken = await draft.take_back(case, who)

    assert taken.at is State.DRAFT
    assert taken.number == case.number


async def test_after_ten_minutes_it_can_not() -> None:
    case = await make_case()
    who = citizen(await make_person())
    clock.shift(timedelta(minutes=10, seconds=1))

    with pytest.raises(NotAllowed):
        await draft.take_back(case, who)


async def test_nor_after_somebody_at_the_office_has_acted() -> None:
    case = await drafted(await make_case(), await make_staff())

    with pytest.raises(NotAllowed):
        await draft.take_back(case, citizen(await make_person()))


async def test_taken_back_and_submitted_again_it_keeps_its_number_and_begins_anew() -> None:
    case = await make_case()
    who = citizen(await make_person())
    taken = await draft.take_back(case, who)
    again = await send_in(taken, who)

    assert again.number == case.number
    assert again.submit_token != case.submit_token
    assert await fetch_value("SELECT count(*) FROM letter WHERE void_at IS NOT NULL") == 2


async def test_a_second_tab_that_saw_an_older_draft_is_told_so() -> None:
    case = await make_draft()
    await draft.keep_answers(case, {"hospital": "甲医院"}, seen=str(case.row_version))

    with pytest.raises(Stale):
        await draft.keep_answers(case, {"hospital": "乙医院"}, seen=str(case.row_version))

    kept = await case_by_id(case.id)
    assert kept
    assert kept.row_version == case.row_version + 1


async def test_approval_and_withdrawal_at_the_same_moment_have_one_winner() -> None:
    case = await drafted(await make_case(), await make_staff())
    approver = acting(await make_staff("approver"), Role.APPROVER)
    who = citizen(await make_person())

    outcomes = await asyncio.gather(
        decision.decide(case, approver), move(case, "withdraw", who), return_exceptions=True
    )

    assert sum(isinstance(outcome, Case) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, NotAllowed) for outcome in outcomes) == 1
