"""What time does to cases: reminders, deemed acceptance, lapse, overdue told honestly, old drafts, new calendars."""

from datetime import timedelta

import pytest

from portal.cases.apply import draft
from portal.cases.life.case import Actor, Case, answers_of, case_by_id, history, move
from portal.cases.life.moves import NotAllowed, Role, State
from portal.cases.papers import corrections
from portal.cases.papers.corrections import Correction
from portal.cases.papers.defects import NewDefect, explain
from portal.cases.time import redating, rounds
from portal.core.store import audit
from portal.core.store.database import fetch_value
from portal.core.store.jobs import run_rounds
from portal.core.tools import clock
from portal.letters.letter import letters
from portal.notices.inbox import messages
from portal.regions.workdays import Calendar, Year
from tests.helpers.changes import ChangeRegion
from tests.helpers.factories import (
    REVIEWER,
    acting,
    add_document,
    citizen,
    current,
    make_case,
    make_draft,
    make_person,
    make_staff,
)
from tests.helpers.post import to_noon_of, work

pytestmark = pytest.mark.usefixtures("database", "published")


async def said(case: Case) -> list[str]:
    return [message.text for message in await messages(case.person)]


async def test_what_nobody_accepted_in_time_is_accepted_as_of_the_day_of_receipt() -> None:
    case = await make_case("xx-01", "xinxing", "M03900")
    received = clock.today()
    assert case.due_on == case.city.calendar.add(received, 5)
    to_noon_of(case.due_on)
    assert await rounds.accept_late() == 0

    to_noon_of(case.due_on + timedelta(days=1))
    assert await rounds.accept_late() == 1
    assert await rounds.accept_late() == 0

    accepted = await current(case)
    assert accepted.at is State.REVIEWING
    assert accepted.due_on == case.city.calendar.add(received, 20)
    assert "L02" in [letter.kind for letter in await letters(case.id)]


async def test_on_a_calendar_that_is_not_published_the_office_is_warned_and_nothing_is_late(
    region: ChangeRegion,
) -> None:
    case = await make_case("xx-01", "xinxing", "M03900")
    region("xinxing", calendar=Calendar([{2000: Year(published=True, source="test")}]))
    to_noon_of(clock.today() + timedelta(days=90))

    assert (await rounds.accept_late(), await rounds.tell_overdue()) == (0, 1)
    assert not any("抱歉" in text for text in await said(case))


async def test_when_the_time_is_over_people_and_supervisors_are_told_once_and_nothing_is_decided() -> None:
    supervisor = await make_staff("supervisor")
    case = await make_case()
    assert case.due_on
    to_noon_of(case.due_on + timedelta(days=1))

    await rounds.tell_overdue()
    await rounds.tell_overdue()

    assert (await current(case)).at is State.REVIEWING
    assert sum("到期还没有办完，很抱歉" in text for text in await said(case)) == 1
    assert len(await messages(supervisor.id)) == 1


async def asked(case: Case | None = None) -> tuple[Case, Correction]:
    """Return a case with a notice, and the notice."""
    case = await corrections.ask(case or await make_case(), REVIEWER, [NewDefect("identity", "one_side", "")])
    notice = await corrections.open_correction(case)
    assert notice
    return case, notice


async def test_three_reminders_then_the_case_lapses_and_the_files_come_along_to_a_new_one() -> None:
    case, notice = await asked()
    for days in (8, 7, 6, 3, 1, 0):
        to_noon_of(notice.answer_by - timedelta(days=days))
        await rounds.mind_corrections()
        await rounds.mind_corrections()
        await work()
    assert sum("还差1样没补" in text for text in await said(case)) == 3
    assert (await current(case)).at is State.CORRECTION

    to_noon_of(notice.answer_by + timedelta(days=1))
    await rounds.mind_corrections()

    lapsed = await current(case)
    assert lapsed.at is State.LAPSED
    assert "L06" in [letter.kind for letter in await letters(case.id)]
    fresh = await draft.again(lapsed)
    assert answers_of(fresh)["disease"] == "M01600"
    assert fresh.at is State.DRAFT


async def test_nobody_lapses_who_was_not_reminded_before() -> None:
    case, notice = await asked()
    to_noon_of(notice.answer_by + timedelta(days=5))

    await rounds.mind_corrections()
    await work()
    assert (await current(case)).at is State.CORRECTION
    to_noon_of(clock.today() + timedelta(days=1))
    await rounds.mind_corrections()

    assert (await current(case)).at is State.LAPSED


async def test_more_time_for_a_correction_is_given_once() -> None:
    case, notice = await asked()
    me = citizen(await make_person())

    case = await corrections.extend(case, me, notice)

    longer = await corrections.open_correction(case)
    assert longer
    assert longer.answer_by == case.city.calendar.on_or_after(clock.day_of(notice.asked_at) + timedelta(days=45))
    assert any("只能延这一次" in text for text in await said(case))
    with pytest.raises(NotAllowed):
        await corrections.extend(case, me, longer)


async def test_the_office_extends_once_before_its_time_is_over() -> None:
    case = await make_case("xx-01", "xinxing", "M03900")
    case = await move(case, "accept", REVIEWER)
    supervisor = Actor("a supervisor", Role.SUPERVISOR)
    due = case.due_on
    assert due

    longer = await move(case, "extend_deadline", supervisor, note="专家出差", days=10)

    assert longer.due_on == case.city.calendar.add(due, 10)
    with pytest.raises(NotAllowed):
        await move(longer, "extend_deadline", supervisor, note="再延", days=10)


async def test_what_is_late_is_not_extended_any_more() -> None:
    case = await make_case("xx-01", "xinxing", "M03900")
    case = await move(case, "accept", REVIEWER)
    assert case.due_on
    to_noon_of(case.due_on + timedelta(days=1))

    with pytest.raises(NotAllowed):
        await move(case, "extend_deadline", Actor("a supervisor", Role.SUPERVISOR), note="x", days=10)


async def test_a_draft_is_warned_of_twice_and_deleted_with_a_stub_in_the_log() -> None:
    case = await make_draft()
    await add_document(case, "identity")
    last = draft.kept_until(case)
    for days in (8, 7, 7, 1, 0):
        to_noon_of(last - timedelta(days=days))
        await rounds.mind_drafts()
    assert len(await said(case)) == 2
    assert await case_by_id(case.id)

    to_noon_of(last + timedelta(days=1))
    await rounds.mind_drafts()

    assert await case_by_id(case.id) is None
    assert (await said(case))[0].startswith("您的一份申请草稿已删除")
    assert await fetch_value("SELECT about FROM audit WHERE act = 'delete_draft'") == case.person
    assert await fetch_value("SELECT count(*) FROM document WHERE removed_at IS NULL") == 0
    assert await audit.broken() is None


async def test_a_draft_that_was_taken_back_is_deleted_in_the_end_too() -> None:
    case = await draft.take_back(await make_case(), citizen(await make_person()))
    to_noon_of(draft.kept_until(case) + timedelta(days=1))

    await rounds.mind_drafts()

    assert await case_by_id(case.id) is None


async def test_a_new_calendar_changes_dates_and_never_states(region: ChangeRegion) -> None:
    case = await make_case("xx-01", "xinxing", "M03900")
    paused, _ = await asked(await make_case("xx-02", "xinxing", "M03900"))
    assert case.due_on
    first = clock.today() + timedelta(days=1)
    days = tuple(f"{first + timedelta(days=number)}" for number in range(7))
    years = {
        year: Year(published=True, source="test", off=days if year == first.year else ()) for year in range(2024, 2036)
    }
    region("xinxing", calendar=Calendar([years]))

    assert await redating.redate() == 1
    assert await redating.redate() == 0

    later = await current(case)
    assert later.due_on
    assert later.due_on > case.due_on
    assert (later.at, len(await history(later))) == (case.at, len(await history(case)))
    assert (await current(paused)).due_on is None


async def test_all_rounds_do_no_harm_twice() -> None:
    await make_case()
    await run_rounds()
    before = [await fetch_value(f"SELECT count(*) FROM {name}") for name in ("case_event", "notice", "letter")]

    await run_rounds()

    assert [await fetch_value(f"SELECT count(*) FROM {name}") for name in ("case_event", "notice", "letter")] == before


async def test_a_supervisor_allows_one_more_notice_and_the_log_says_why() -> None:
    supervisor = acting(await make_staff("supervisor"), Role.SUPERVISOR)
    case, notice = await asked()
    await explain((await corrections.defects(notice, ()))[0], "在补办")
    case = await corrections.answer(case, citizen(await make_person()), notice)
    with pytest.raises(NotAllowed):
        await corrections.ask(case, REVIEWER, [NewDefect("identity", "one_side", "")])

    await corrections.allow_another(case, supervisor, "身份证过期")
    case = await corrections.ask(await current(case), REVIEWER, [NewDefect("identity", "too_old", "")])

    assert case.at is State.CORRECTION
    assert not case.one_more
    assert await fetch_value("SELECT why FROM audit WHERE act = 'allow_correction'") == "身份证过期"


async def test_new_material_may_be_asked_about_and_only_that() -> None:
    case, notice = await asked()
    (defect,) = await corrections.defects(notice, ())
    await add_document(case, defect.upload_slot)
    case = await corrections.answer(case, citizen(await make_person()), notice)

    with pytest.raises(NotAllowed):
        await corrections.ask(case, REVIEWER, [NewDefect("medical_records.exam_report", "missing", "")])
    case = await corrections.ask(case, REVIEWER, [NewDefect("identity", "unreadable", "")])

    assert case.at is State.CORRECTION
    assert case.corrections_asked == 2
