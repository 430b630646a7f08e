"""公示, switched on: the clock stands still, an objection sends it back, else the proposal becomes final by itself."""

from datetime import timedelta

import pytest

from portal.cases.benefits import benefit, effect
from portal.cases.life.case import Actor, Case, case_by_id, clock_on, history
from portal.cases.life.moves import NotAllowed, Role, State
from portal.cases.result import decision, publicity
from portal.cases.result.decision import Proposal, Reasons
from portal.cases.time import rounds
from portal.core.store.database import fetch_value
from portal.core.tools import clock
from portal.letters.letter import letters
from portal.letters.verify import letter_with, standing
from tests.helpers.changes import ChangeRegion
from tests.helpers.factories import APPROVER, REVIEWER, make_case

pytestmark = pytest.mark.usefixtures("database")
SUPERVISOR = Actor("a supervisor", Role.SUPERVISOR)


async def proposed() -> Case:
    case = await make_case()
    (disease,) = await decision.diseases(case)
    return await decision.draft(case, REVIEWER, [Proposal(disease.id, True, 12, Reasons())])


@pytest.fixture
async def shown(region: ChangeRegion) -> Case:
    """A case of Meishan that is being displayed."""
    region("meishan", publicity={"enabled": True})
    return await publicity.publish(await proposed(), APPROVER)


async def test_a_city_without_the_stage_cannot_begin_it() -> None:
    with pytest.raises(NotAllowed):
        await publicity.publish(await proposed(), APPROVER)


async def test_the_drafter_cannot_display_an_own_proposal(monkeypatch: pytest.MonkeyPatch, shown: Case) -> None:
    with pytest.raises(decision.SamePerson):
        await decision.decidable(shown, Actor(REVIEWER.id, Role.APPROVER))


async def test_the_clock_stands_still_and_the_proposal_becomes_final_by_itself(shown: Case) -> None:
    assert clock_on(shown, await history(shown)).paused_since == clock.today()
    last = await publicity.ends_on(shown)
    assert last
    clock.shift(timedelta(days=(last - clock.today()).days))
    assert await rounds.close_publicity() == 0

    clock.shift(timedelta(days=(last - clock.today()).days) + clock.ahead() + timedelta(days=1))
    assert await rounds.close_publicity() == 1

    ended = await case_by_id(shown.id)
    assert ended
    assert ended.at is State.APPROVED
    assert len(await benefit.of_case(ended)) == 1


async def test_an_objection_must_be_on_file_before_it_is_upheld(shown: Case) -> None:
    with pytest.raises(NotAllowed):
        await publicity.uphold(shown, REVIEWER, "属实")
    await publicity.object(shown, REVIEWER, "邻居来电：已经在外地参保")
    assert [one.words for one in await publicity.objections(shown)] == ["邻居来电：已经在外地参保"]
    assert "邻居".encode() not in bytes(await fetch_value("SELECT words FROM objection"))

    back = await publicity.uphold(shown, REVIEWER, "属实")

    assert back.at is State.DECIDING
    assert clock_on(back, await history(back)).due is not None


async def test_a_revoked_benefit_is_gone_at_once_with_reasons_and_ways_to_object() -> None:
    case = await decision.decide(await proposed(), APPROVER)
    ended_at = case.ended_at

    case = await benefit.revoke(case, SUPERVISOR, "诊断证明是伪造的")

    assert [one.state for one in await benefit.of_case(case)] == ["revoked"]
    assert (case.at, case.ended_at) == (State.APPROVED, ended_at)
    held = await letters(case.id)
    letter = next(one for one in held if one.kind == "L14").opened()
    assert "诊断证明是伪造的" in "".join(letter.body)
    assert any("申请行政复议" in item for part in letter.lists for item in part.items)
    certificate = next(one for one in held if one.kind == "L10").opened()
    found = await letter_with(certificate.code)
    assert found
    assert standing(found, (await benefit.of_case(case))[0]) == "revoked"
    with pytest.raises(NotAllowed):
        await benefit.revoke(case, SUPERVISOR, "再来一次")


async def test_who_accepted_does_not_approve_where_the_city_keeps_them_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    case = await proposed()
    own = Actor(REVIEWER.id, Role.APPROVER)

    with pytest.raises(decision.SamePerson):
        await decision.decide(case, own)


async def approved_again() -> Case:
    """Return a case of the same person and disease that was approved later."""
    return await decision.decide(await proposed(), APPROVER)


async def test_a_second_benefit_begins_the_day_after_the_first_ends() -> None:
    first, second = await approved_again(), await approved_again()

    (old,), (new,) = await benefit.of_case(first), await benefit.of_case(second)

    assert old.ends_on
    assert new.starts_on == old.ends_on + timedelta(days=1)
    assert new.state_on(clock.today()) == "pending_effective"


async def test_nobody_is_given_a_second_benefit_beside_one_without_end() -> None:
    first = await make_case()
    (disease,) = await decision.diseases(first)
    first = await decision.draft(first, REVIEWER, [Proposal(disease.id, True, 0, Reasons())])
    await decision.decide(first, APPROVER)

    with pytest.raises(effect.AlreadyHeld):
        await approved_again()

    assert await fetch_value("SELECT count(*) FROM benefit") == 1
    assert await fetch_value("SELECT count(*) FROM cases WHERE state = 'deciding'") == 1
