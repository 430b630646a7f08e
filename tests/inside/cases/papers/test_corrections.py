"""补正: one notice that lists everything, answered by file or word, sent back at once."""

import asyncio
from datetime import timedelta

import pytest

from portal.cases.life.case import Actor, Case, case_by_id, clock_on, history, move
from portal.cases.life.moves import NotAllowed, Role, State
from portal.cases.papers import corrections
from portal.cases.papers.corrections import Correction
from portal.cases.papers.defects import Defect, NewDefect, explain, said
from portal.core.store.database import fetch_value
from portal.core.tools import clock
from portal.documents import keep
from portal.regions.load import REGIONS
from tests.helpers.factories import add_document, citizen, make_case, make_person

pytestmark = pytest.mark.usefixtures("database")

REVIEWER, ANOTHER = Actor("one reviewer", Role.REVIEWER), Actor("another reviewer", Role.REVIEWER)
DEFECTS = (
    NewDefect("medical_records.diagnosis_certificate", "no_stamp", "请补盖章的诊断证明"),
    NewDefect("identity", "one_side", ""),
)


async def asked(region: str = "meishan") -> tuple[Case, Correction]:
    """Return a case whose citizen has been asked for two things, and the notice."""
    case = await (make_case() if region == "meishan" else make_case("xx-01", "xinxing", "M03900"))
    case = await corrections.ask(case, REVIEWER, DEFECTS)
    return case, await notice_of(case)


async def notice_of(case: Case) -> Correction:
    notice = await corrections.open_correction(case)
    assert notice
    return notice


async def defects(case: Case, notice: Correction) -> list[Defect]:
    return await corrections.defects(notice, await keep.documents(case.id))


async def test_a_notice_lists_everything_and_waits_for_the_citizen() -> None:
    case, notice = await asked()

    first, second = await defects(case, notice)
    assert case.at is State.CORRECTION
    assert (first.position, first.said) == (1, "没有医院公章：请补盖章的诊断证明")
    assert (second.position, second.said) == (2, "只有一面，缺另一面")
    assert notice.answer_by >= clock.today() + timedelta(days=30)
    assert not first.answered


async def test_the_clock_stands_still_until_the_answer() -> None:
    case, _ = await asked()

    assert case.due_on is None
    assert clock_on(case, await history(case)).paused_since == clock.today()


async def test_words_of_a_clerk_are_sealed_and_other_is_told_in_them_alone() -> None:
    case = await make_case()
    case = await corrections.ask(case, ANOTHER, [NewDefect("identity", "other", "请写新地址")])

    (defect,) = await defects(case, await notice_of(case))
    kept = bytes(await fetch_value("SELECT words FROM defect"))
    assert defect.said == "请写新地址"
    assert "新地址".encode() not in kept


async def test_a_defect_is_answered_by_a_file_or_by_words() -> None:
    case, notice = await asked()
    first, second = await defects(case, notice)

    await add_document(case, first.upload_slot)
    await explain(second, "只有这一面")

    assert [defect.answered for defect in await defects(case, notice)] == [True, True]
    assert (await defects(case, notice))[1].explanation == "只有这一面"


async def test_an_explanation_can_be_taken_back() -> None:
    case, notice = await asked()
    first, _ = await defects(case, notice)
    await explain(first, "没有")

    await explain(first, "")

    assert not (await defects(case, notice))[0].answered


async def test_the_answer_returns_a_case_of_meishan_to_where_it_came_from_and_restarts_its_day() -> None:
    case, notice = await asked()
    clock.shift(timedelta(days=3))

    answered = await corrections.answer(case, citizen(await make_person()), notice)

    assert answered.at is State.REVIEWING
    assert answered.due_on == answered.city.calendar.add(clock.today(), 1)
    assert await corrections.open_correction(answered) is None


async def test_before_acceptance_in_xinxing_it_returns_to_waiting_and_goes_on() -> None:
    case, notice = await asked("xinxing")
    submitted_on = clock.today()
    clock.shift(timedelta(days=3))

    answered = await corrections.answer(case, citizen(await make_person("xx-01")), notice)

    paused = (clock.today() - submitted_on).days
    assert answered.at is State.SUBMITTED
    assert clock_on(answered, await history(answered)).paused_days == paused


@pytest.mark.parametrize("state", [State.SUBMITTED, State.REVIEWING, State.APPRAISING])
async def test_in_xinxing_it_returns_to_each_of_the_three_places_it_can_come_from(state: State) -> None:
    case = await make_case("xx-01", "xinxing", "M03900")
    for action in {State.SUBMITTED: (), State.REVIEWING: ("accept",)}.get(state, ("accept", "invite_experts")):
        case = await move(case, action, REVIEWER)

    case = await corrections.ask(case, REVIEWER, DEFECTS)
    answered = await corrections.answer(case, citizen(await make_person("xx-01")), await notice_of(case))

    assert answered.at is state


async def test_meishan_may_ask_once_and_a_second_notice_is_refused() -> None:
    case, notice = await asked()
    case = await corrections.answer(case, citizen(await make_person()), notice)

    with pytest.raises(NotAllowed):
        await corrections.ask(case, ANOTHER, DEFECTS)

    assert len(await corrections.corrections(case)) == 1


async def test_xinxing_may_ask_again_and_each_notice_has_its_number() -> None:
    case, notice = await asked("xinxing")
    case = await corrections.answer(case, citizen(await make_person("xx-01")), notice)

    case = await corrections.ask(case, ANOTHER, DEFECTS[:1])

    assert [one.number for one in await corrections.corrections(case)] == [1, 2]
    assert (await notice_of(case)).number == 2
    first = await corrections.correction(case, 1)
    assert first
    assert not first.open


async def test_a_notice_can_be_taken_back_with_a_reason() -> None:
    case, notice = await asked()

    cancelled = await corrections.cancel(case, ANOTHER, notice, "材料已经齐了")

    assert cancelled.at is State.REVIEWING
    assert (await history(cancelled))[-1].note == "材料已经齐了"
    assert cancelled.due_on == cancelled.city.calendar.add(clock.today(), 1)


async def test_after_it_was_answered_it_can_neither_be_answered_nor_taken_back_again() -> None:
    case, notice = await asked()
    who = citizen(await make_person())
    answered = await corrections.answer(case, who, notice)

    for late in (
        corrections.answer(case, who, notice),
        corrections.answer(answered, who, notice),
        corrections.cancel(answered, ANOTHER, notice, "来晚了"),
    ):
        with pytest.raises(NotAllowed):
            await late


async def test_answer_and_cancellation_at_the_same_moment_have_one_winner() -> None:
    case, notice = await asked()
    who = citizen(await make_person())

    outcomes = await asyncio.gather(
        corrections.answer(case, who, notice),
        corrections.cancel(case, ANOTHER, notice, "不用补了"),
        return_exceptions=True,
    )

    assert sum(isinstance(outcome, Case) for outcome in outcomes) == 1
    (closed,) = await corrections.corrections(case)
    assert bool(closed.answered_at) != bool(closed.cancelled_at)


async def test_two_notices_at_the_same_moment_have_one_winner() -> None:
    case = await make_case("xx-01", "xinxing", "M03900")

    outcomes = await asyncio.gather(
        corrections.ask(case, REVIEWER, DEFECTS), corrections.ask(case, ANOTHER, DEFECTS), return_exceptions=True
    )

    assert sum(isinstance(outcome, Case) for outcome in outcomes) == 1
    assert await fetch_value("SELECT count(*) FROM correction") == 1
    assert await fetch_value("SELECT count(*) FROM defect") == 2


@pytest.mark.parametrize("defects_", [[], [NewDefect("identity", "ugly", "")]])
async def test_a_notice_without_a_defect_or_with_a_reason_nobody_knows_is_not_sent(
    defects_: list[NewDefect],
) -> None:
    case = await make_case()

    with pytest.raises(ValueError, match="library"):
        await corrections.ask(case, ANOTHER, defects_)

    unchanged = await case_by_id(case.id)
    assert unchanged
    assert unchanged.at is State.REVIEWING


def test_every_reason_is_said_in_words() -> None:
    for code, reason in REGIONS["meishan"].reasons.correction.items():
        assert said(code, reason.words_zh, "") == reason.words_zh
        assert "请补" in said(code, reason.words_zh, "请补")
