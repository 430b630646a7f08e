"""专家鉴定: who may be asked, what the opinions come to, who takes whose place, what the expert is told."""

import asyncio
from datetime import timedelta

import msgspec
import pytest

from portal.accounts.staff import Member
from portal.cases.experts import panel
from portal.cases.experts.experts import candidates
from portal.cases.experts.panel import Conflicted, TooFew
from portal.cases.experts.seats import Seat, given, seated, seats, seats_of
from portal.cases.life.case import Actor, Case, history, move
from portal.cases.life.moves import NotAllowed, Role, State
from portal.cases.papers import corrections
from portal.cases.papers.defects import NewDefect
from portal.cases.result import decision, opinion
from portal.cases.result.opinion import Opinion, WordsNeeded
from portal.core.store.database import execute, fetch_value
from portal.core.tools import clock
from portal.letters.letter import letter, letters
from portal.letters.verify import letter_with
from portal.notices.inbox import messages
from portal.regions.criteria import Finding
from portal.regions.load import REGIONS
from tests.helpers.factories import APPROVER, REVIEWER, citizen, current, make_case, make_expert, make_person

pytestmark = pytest.mark.usefixtures("database")
DISEASE = "M03900"
ALL_MET: dict[int, Finding] = {1: "met", 2: "met", 3: "met"}
ONE_UNMET: dict[int, Finding] = {1: "met", 2: "met", 3: "unmet"}
ONE_UNCLEAR: dict[int, Finding] = {1: "met", 2: "met", 3: "unclear"}
YES = {DISEASE: Opinion(ALL_MET, "passed")}
NO = {DISEASE: Opinion(ONE_UNMET, "failed")}
CANNOT_TELL = {DISEASE: Opinion(ONE_UNCLEAR, "insufficient")}


async def accepted(no: str = "xx-01") -> Case:
    """Return a case of Xinxing that waits for its experts."""
    return await move(await make_case(no, "xinxing", DISEASE), "accept", REVIEWER)


async def pool(*names: str) -> list[Member]:
    return [await make_expert(name, hospital=f"{name} 的医院") for name in names]


async def asked(*names: str) -> tuple[Case, list[Member]]:
    """Return a case and the experts who were asked about it."""
    experts = await pool(*names)
    return await panel.invite(await accepted(), REVIEWER, [one.id for one in experts]), experts


async def place(case: Case, who: Member) -> Seat:
    return next(one for one in reversed(await seats(case.id)) if one.expert == who.id)


async def says(case: Case, who: Member, said: dict[str, Opinion]) -> Case:
    return await opinion.give(await place(case, who), who.id, said)


async def test_two_who_agree_send_the_case_to_the_approver_and_it_takes_effect_at_once() -> None:
    case, (one, other) = await asked("one", "other")

    case = await says(case, one, YES)
    assert case.at is State.APPRAISING
    case = await says(case, other, YES)

    assert case.at is State.DECIDING
    (disease,) = await decision.diseases(case)
    assert (disease.passed, disease.drafted_by) == (True, REVIEWER.id)
    approved = await decision.decide(case, APPROVER)
    assert approved.at is State.APPROVED
    assert await fetch_value("SELECT starts_on FROM benefit") in (clock.today(), clock.today().isoformat())


async def disagreeing() -> tuple[Case, list[Member]]:
    """Return a case on which two experts differ, with those two."""
    case, experts = await asked("one", "other")
    await says(case, experts[0], YES)
    return await says(case, experts[1], NO), experts


async def test_two_who_differ_wait_for_a_third_and_the_majority_holds() -> None:
    case, _ = await disagreeing()
    (third,) = await pool("third")
    stands = opinion.split(case, await seats(case.id), [DISEASE])
    assert (case.at, stands.given, stands.needed, stands.differ) == (State.APPRAISING, 2, 3, True)

    case = await panel.add(case, REVIEWER, third.id)
    case = await says(case, third, NO)

    assert case.at is State.DECIDING
    (disease,) = await decision.diseases(case)
    assert disease.refused
    unmet = REGIONS["xinxing"].diseases[DISEASE].evidence_zh[2]
    assert f"没有达到这一条：{unmet}" in disease.reasons.sentences()


async def test_who_cannot_tell_is_asked_again_when_the_citizen_has_answered() -> None:
    case, (one, other) = await asked("one", "other")
    await says(case, one, YES)
    case = await says(case, other, CANNOT_TELL)
    assert case.at is State.APPRAISING
    assert opinion.split(case, await seats(case.id), [DISEASE]).unsure

    case = await corrections.ask(case, REVIEWER, [NewDefect("medical_records.exam_report", "missing", "")])
    notice = await corrections.open_correction(case)
    assert notice
    case = await corrections.answer(case, citizen(await make_person("xx-01")), notice)

    assert case.at is State.APPRAISING
    assert [seat.state for seat in await seats(case.id)].count("replaced") == 1
    assert (await place(case, other)).open
    assert (await says(case, other, YES)).at is State.DECIDING


async def test_nobody_gives_an_opinion_while_the_citizen_is_asked_for_more() -> None:
    case, (one, _) = await asked("one", "other")
    await corrections.ask(case, REVIEWER, [NewDefect("medical_records.exam_report", "missing", "")])

    with pytest.raises(NotAllowed):
        await says(case, one, YES)


async def test_fewer_than_the_city_asks_for_are_too_few() -> None:
    (one,) = await pool("one")
    case = await accepted()

    with pytest.raises(TooFew):
        await panel.invite(case, REVIEWER, [one.id, one.id])


async def test_who_works_at_the_hospital_of_the_treating_doctor_is_not_asked() -> None:
    (good,) = await pool("good")
    own = await make_expert("own", hospital="眉山市人民医院")  # the hospital in the answers of the case
    case = await accepted()

    with pytest.raises(Conflicted, match="同一家"):
        await panel.invite(case, REVIEWER, [good.id, own.id])
    assert await fetch_value("SELECT count(*) FROM appraisal") == 0


async def test_who_gave_an_opinion_on_the_same_illness_before_is_not_asked_again() -> None:
    case, (one, other) = await asked("one", "other")
    await says(case, one, NO)
    case = await says(case, other, NO)
    await decision.decide(case, APPROVER)

    again = await accepted()

    assert {one_.conflict for one_ in await candidates(again)} == {"以前给同一个人鉴定过这个病种"}


async def test_who_is_related_to_the_person_is_never_asked_about_them_again() -> None:
    case, (one, _) = await asked("one", "other")
    await panel.recuse(await place(case, one), one.id, "relation")
    await move(await current(case), "withdraw", citizen(await make_person("xx-01")))

    again = await accepted()

    said = {one_.expert.staff: one_.conflict for one_ in await candidates(again)}
    assert said[one.id] == "和申请人有关系，回避过"


async def test_who_has_worked_on_the_case_gives_no_opinion_on_it() -> None:
    experts = await pool("one", "other")
    case = await make_case("xx-01", "xinxing", DISEASE)
    case = await move(case, "accept", Actor(experts[0].id, Role.REVIEWER))

    with pytest.raises(Conflicted, match="经办过"):
        await panel.invite(case, REVIEWER, [one.id for one in experts])


async def test_those_who_fit_and_are_free_come_first() -> None:
    await make_expert("busy", hospital="甲")
    await make_expert("other field", hospital="乙", specialties="精神科")
    case, _ = await asked("one", "other")
    await move(case, "withdraw", citizen(await make_person("xx-01")))

    found = await candidates(await accepted("xx-02"))

    assert [one.fits for one in found] == sorted((one.fits for one in found), reverse=True)
    assert found[-1].expert.name.startswith("expert of")


async def test_a_verdict_against_the_criteria_needs_words() -> None:
    case, (one, _) = await asked("one", "other")

    with pytest.raises(WordsNeeded):
        await says(case, one, {DISEASE: Opinion(ALL_MET, "failed")})

    await says(case, one, {DISEASE: Opinion(ALL_MET, "failed", "检查单的日期对不上")})
    assert (await place(case, one)).state == "given"


async def test_a_criterion_may_not_be_left_out() -> None:
    case, (one, _) = await asked("one", "other")

    with pytest.raises(ValueError):
        await says(case, one, {DISEASE: Opinion({1: "met"}, "insufficient")})


async def test_an_opinion_is_sealed_and_given_once_by_its_expert_only() -> None:
    case, (one, other) = await asked("one", "other")
    seat = await place(case, one)
    with pytest.raises(NotAllowed):
        await opinion.give(seat, other.id, YES)
    await opinion.give(seat, one.id, {DISEASE: Opinion(ONE_UNMET, "failed", "靶器官没有损害")})

    with pytest.raises(NotAllowed):
        await opinion.give(seat, one.id, YES)

    kept = bytes(await fetch_value("SELECT opinion FROM appraisal WHERE id = $1", seat.id))
    assert "损害".encode() not in kept
    assert opinion.opinion_of(await place(case, one))[DISEASE].words == "靶器官没有损害"


async def test_one_who_does_not_answer_is_reminded_once_a_day_and_replaced() -> None:
    case, (slow, _) = await asked("slow", "other")
    (new,) = await pool("new")
    clock.shift(timedelta(days=16))
    assert (await place(case, slow)).late

    assert await panel.remind_late() == 2
    assert await panel.remind_late() == 0
    case = await panel.replace(case, REVIEWER, await place(case, slow), new.id)

    assert (await place(case, slow)).state == "replaced"
    assert len(seated(await seats(case.id))) == 2
    with pytest.raises(NotAllowed):
        await says(case, slow, YES)
    assert (await history(case))[-1].note == "换了一位专家"


async def test_an_expert_hears_of_every_invitation_and_of_reminders_but_not_who_the_person_is() -> None:
    case, (one, _) = await asked("one", "other")
    clock.shift(timedelta(days=20))
    await panel.remind(case, REVIEWER, await place(case, one))

    said = [message.text for message in await messages(one.id)]
    assert len(said) == 2
    assert all(text.startswith("您有1件待鉴定") for text in said)
    assert case.number[-4:] not in "".join(said)


async def test_a_seat_may_be_given_up_only_while_enough_are_left() -> None:
    case, (one, _) = await asked("one", "other")
    (third,) = await pool("third")
    with pytest.raises(NotAllowed):
        await panel.revoke(case, REVIEWER, await place(case, one))
    case = await panel.add(case, REVIEWER, third.id)

    case = await panel.revoke(case, REVIEWER, await place(case, one))

    assert (await place(case, one)).state == "revoked"


async def test_a_third_who_was_asked_is_dismissed_when_two_agree() -> None:
    case, (one, other, third) = await asked("one", "other", "third")
    await says(case, one, YES)

    case = await says(case, other, YES)

    assert case.at is State.DECIDING
    assert (await place(case, third)).state == "revoked"
    with pytest.raises(NotAllowed):
        await says(case, third, NO)


async def test_a_case_that_ends_dismisses_its_panel() -> None:
    case, (one, _) = await asked("one", "other")

    await move(case, "withdraw", citizen(await make_person("xx-01")))

    assert await seats_of(one.id, "invited") == []


async def test_an_approver_sends_back_to_the_panel_and_the_reviewer_answers() -> None:
    case, (one, other) = await asked("one", "other")
    await says(case, one, YES)
    case = await decision.send_back(await says(case, other, YES), APPROVER, "第三条怎么看出来的？")
    assert case.at is State.APPRAISING

    case = await opinion.conclude_again(case, REVIEWER, "检查报告第 2 页写明了。")

    assert case.at is State.DECIDING
    assert [event.action for event in await history(case)][-3:] == ["send_back", "change_panel", "conclude_appraisal"]


async def test_what_is_not_settled_is_not_sent_on_by_the_reviewer() -> None:
    case, _ = await disagreeing()

    with pytest.raises(NotAllowed):
        await opinion.conclude_again(case, REVIEWER, "请审批")
    assert (await current(case)).row_version == case.row_version


async def test_neither_who_convened_nor_who_gave_an_opinion_nor_who_accepted_approves() -> None:
    case, (one, other) = await asked("one", "other")
    await says(case, one, YES)
    case = await says(case, other, YES)

    for who in (REVIEWER.id, one.id, other.id):
        with pytest.raises(decision.SamePerson):
            await decision.decide(case, Actor(who, Role.APPROVER))


async def test_the_opinions_go_into_the_file_and_not_to_the_citizen() -> None:
    case, (one, other) = await asked("one", "other")
    await says(case, one, {DISEASE: Opinion(ALL_MET, "passed", "符合")})
    await says(case, other, YES)

    kept = {row.kind: row for row in await letters(case.id, desk=True)}

    assert "L07" not in {row.kind for row in await letters(case.id)}
    assert await letter(case.id, kept["L07"].id) is None
    content = kept["L07"].opened()
    assert len(content.lists[0].items) == 2
    assert all("符合认定标准" in item for item in content.lists[0].items)
    assert await letter_with(content.code) is None


async def test_two_opinions_that_arrive_together_send_the_case_on_once() -> None:
    case, experts = await asked("one", "other", "third")
    places = [await place(case, one) for one in experts]

    outcomes = await asyncio.gather(*(opinion.give(seat, seat.expert, YES) for seat in places), return_exceptions=True)

    moved = await current(case)
    assert moved.at is State.DECIDING
    assert [event.action for event in await history(moved)].count("conclude_appraisal") == 1
    assert len(given(await seats(case.id))) == 2
    assert sum(isinstance(one, NotAllowed) for one in outcomes) == 1
    assert not [one for one in outcomes if isinstance(one, Exception) and not isinstance(one, NotAllowed)]


async def test_an_opinion_and_a_withdrawal_at_the_same_moment_leave_one_outcome() -> None:
    case, (one, other) = await asked("one", "other")
    await says(case, one, YES)
    me = citizen(await make_person("xx-01"))

    outcomes = await asyncio.gather(
        says(case, other, YES), move(await current(case), "withdraw", me), return_exceptions=True
    )

    moved = await current(case)
    assert moved.at in (State.WITHDRAWN, State.DECIDING)
    assert any(isinstance(one_, NotAllowed) for one_ in outcomes)


async def test_of_twenty_approvers_one_decides() -> None:
    case, (one, other) = await asked("one", "other")
    await says(case, one, YES)
    case = await says(case, other, YES)

    outcomes = await asyncio.gather(
        *(decision.decide(case, Actor(f"approver {number}", Role.APPROVER)) for number in range(20)),
        return_exceptions=True,
    )

    assert sum(isinstance(one_, Case) for one_ in outcomes) == 1
    assert sum(isinstance(one_, NotAllowed) for one_ in outcomes) == 19
    assert await fetch_value("SELECT count(*) FROM benefit") == 1
    assert await fetch_value("SELECT count(*) FROM letter WHERE kind = 'L10'") == 1


async def test_the_opinion_is_due_after_the_citys_working_days() -> None:
    case, (one, _) = await asked("one", "other")

    region = case.city
    assert (await place(case, one)).due_on == region.calendar.add(clock.today(), region.rules.experts.opinion_workdays)


async def test_only_a_panel_of_experts_can_be_late() -> None:
    case, (one, _) = await asked("one", "other")
    await says(case, one, YES)
    await execute("UPDATE appraisal SET due_on = $1", clock.today() - timedelta(days=1))

    assert [(seat.late, seat.open) for seat in await seats(case.id)] in (
        [(False, False), (True, True)],
        [(True, True), (False, False)],
    )
    assert msgspec.structs.asdict(await place(case, one))["verdict"] == "passed"
