"""The draft: begun once, kept step by step, submitted once, deleted with its files."""

import asyncio
from datetime import timedelta

import pytest

from portal.accounts.register import Demo
from portal.cases.apply import draft
from portal.cases.apply.eligibility import BLOCKS, insured_of, keep_record, look_up, standing
from portal.cases.apply.ready import Incomplete
from portal.cases.life.case import Actor, Case, answers_of, case_by_id, cases_of, history, move
from portal.cases.life.moves import NotAllowed, Role, State
from portal.core.store.database import fetch_value
from portal.core.tools import clock
from portal.core.tools.errors import Stale
from portal.documents import keep
from portal.regions.load import REGIONS
from tests.helpers.answers import ANSWERS
from tests.helpers.factories import (
    add_document,
    add_papers,
    citizen,
    current,
    make_case,
    make_draft,
    make_person,
    send_in,
)

pytestmark = pytest.mark.usefixtures("database")
MEISHAN, XINXING = REGIONS["meishan"], REGIONS["xinxing"]


async def test_who_begins_again_goes_on_with_the_open_draft() -> None:
    first = await make_draft()

    second = await draft.begin(first.person, MEISHAN, {"mobile": "13900000000"})

    assert second.id == first.id
    assert answers_of(second)["mobile"] == ANSWERS["mobile"]


async def test_each_city_has_a_draft_of_its_own() -> None:
    first = await make_draft()

    other = await draft.begin(first.person, XINXING, {})

    assert other.id != first.id
    assert [case.id for case in await cases_of(first.person, "xinxing")] == [other.id]


async def test_a_draft_has_no_number_no_clock_and_remembers_its_catalogue() -> None:
    case = await make_draft()

    assert (case.number, case.due_on, case.submitted_at) == ("", None, None)
    assert case.catalogue_version == MEISHAN.rules.catalogue.version
    assert await history(case) == []


async def test_answers_are_added_to_and_sealed() -> None:
    case = await make_draft(answers={"hospital": "甲医院", "treatment": "吃药"})

    await draft.keep_answers(case, {"hospital": "乙医院"}, seen="1")

    assert answers_of(await current(case)) == {"hospital": "乙医院", "treatment": "吃药"}
    assert "乙医院".encode() not in bytes(await fetch_value("SELECT answers FROM cases"))


async def test_of_twenty_tabs_that_save_at_once_one_does() -> None:
    case = await make_draft()

    outcomes = await asyncio.gather(
        *(draft.keep_answers(case, {"hospital": f"{n} 院"}, seen="1") for n in range(20)), return_exceptions=True
    )

    assert sum(outcome is None for outcome in outcomes) == 1
    assert sum(isinstance(outcome, Stale) for outcome in outcomes) == 19


@pytest.mark.parametrize("seen", ["", "x", "-1", "0", "2", "1.0", "１", "9" * 25, "9" * 5000, "1 OR 1=1"])
async def test_a_row_version_nobody_saw_saves_nothing(seen: str) -> None:
    case = await make_draft()

    with pytest.raises(Stale):
        await draft.keep_answers(case, {"hospital": "乙医院"}, seen=seen)

    assert answers_of(await current(case))["hospital"] == ANSWERS["hospital"]


async def test_a_submitted_case_keeps_its_answers() -> None:
    case = await make_case()

    with pytest.raises(Stale):
        await draft.keep_answers(case, {"hospital": "乙医院"}, seen=str(case.row_version))


async def test_a_draft_is_found_in_its_city_only_and_only_while_it_is_one() -> None:
    case = await make_draft()

    assert await draft.draft_in("meishan", case.id)
    assert await draft.draft_in("xinxing", case.id) is None
    assert await draft.draft_in("meishan", "no such draft") is None
    assert await draft.draft_in("meishan", (await make_case("ms-08")).id) is None


async def test_deleting_a_draft_takes_its_files_along() -> None:
    case = await make_draft()
    await add_document(case, "identity")

    await draft.delete(case)

    assert await case_by_id(case.id) is None
    assert await keep.documents(case.id) == []


async def test_what_was_submitted_is_never_deleted() -> None:
    case = await make_case()
    await add_document(case, "identity")

    with pytest.raises(Stale):
        await draft.delete(case)

    assert (await current(case)).at is State.REVIEWING
    assert len(await keep.documents(case.id)) == 1


async def test_nor_is_what_was_taken_back_because_its_history_stays() -> None:
    case = await make_case()
    await add_document(case, "identity")
    taken = await draft.take_back(case, citizen(await make_person()))

    with pytest.raises(Stale):
        await draft.delete(taken)

    assert (await current(case)).at is State.DRAFT
    assert len(await keep.documents(case.id)) == 1


async def test_a_draft_changed_in_another_tab_is_not_deleted() -> None:
    case = await make_draft()
    await add_document(case, "identity")
    await draft.keep_answers(case, {"hospital": "乙医院"}, seen="1")

    with pytest.raises(Stale):
        await draft.delete(case)

    assert len(await keep.documents(case.id)) == 1


async def test_submitting_with_a_token_of_another_page_is_told_to_be_stale() -> None:
    case = await make_draft()
    await add_papers(case)
    who = citizen(await make_person())

    with pytest.raises(Stale):
        await draft.submit(case, who, "an older token")

    submitted = await draft.submit(case, who, case.submit_token)
    with pytest.raises(Stale):
        await draft.submit(submitted, who, "an older token")


async def test_submitting_again_with_the_same_token_gives_the_same_case() -> None:
    case = await make_draft()
    await add_papers(case)
    who = citizen(await make_person())
    first = await draft.submit(case, who, case.submit_token)

    second = await draft.submit(first, who, case.submit_token)

    assert second.number == first.number
    assert await fetch_value("SELECT count(*) FROM case_event WHERE action = 'submit'") == 1


async def test_two_drafts_of_one_disease_submitted_at_once_become_one_case() -> None:
    first = await make_draft()
    second = await make_draft(region="xinxing")
    who = citizen(await make_person())

    outcomes = await asyncio.gather(*(send_in(case, who) for case in (first, second)), return_exceptions=True)

    assert sum(isinstance(outcome, Case) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, Incomplete) for outcome in outcomes) == 1
    assert await fetch_value("SELECT count(*) FROM case_disease WHERE open") == 1


@pytest.mark.parametrize("ending", ["withdraw", "take_back"])
async def test_what_was_ended_or_taken_back_does_not_stand_in_the_way(ending: str) -> None:
    case = await make_case()
    who = citizen(await make_person())
    if ending == "withdraw":
        await move(case, "withdraw", who)
        renewed = await make_draft()
    else:
        renewed = await draft.take_back(case, who)

    assert (await send_in(renewed, who)).at is State.REVIEWING


async def test_taking_back_voids_the_letters_stops_the_clock_and_leaves_everything_else() -> None:
    case = await make_case()
    await add_document(case, "identity")

    taken = await draft.take_back(case, citizen(await make_person()))

    assert (taken.at, taken.number, taken.due_on, taken.submitted_at) == (State.DRAFT, case.number, None, None)
    assert answers_of(taken) == answers_of(case)
    assert len(await keep.documents(case.id)) == 1
    assert await fetch_value("SELECT count(*) FROM letter WHERE void_at IS NULL") == 0


async def test_the_next_submission_starts_every_clock_anew() -> None:
    case = await make_case()
    who = citizen(await make_person())
    taken = await draft.take_back(case, who)
    clock.shift(timedelta(days=5))

    renewed = await send_in(taken, who)

    assert renewed.due_on == MEISHAN.calendar.add(clock.today(), 1)
    assert await fetch_value("SELECT count(*) FROM letter WHERE void_at IS NULL") == 2
    clock.shift(timedelta(days=5, minutes=9))
    assert (await draft.take_back(renewed, who)).at is State.DRAFT


async def test_taking_back_and_a_clerk_at_the_same_moment_have_one_winner() -> None:
    case = await make_case("xx-01", "xinxing", "M03900")
    who = citizen(await make_person("xx-01"))

    outcomes = await asyncio.gather(
        draft.take_back(case, who), move(case, "accept", Actor("clerk", Role.REVIEWER)), return_exceptions=True
    )

    assert sum(isinstance(outcome, Case) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, NotAllowed) for outcome in outcomes) == 1


# who, in which city, what the register and the city's rules come to
STANDINGS = [
    ("ms-01", "meishan", "good"),
    ("ms-01", "xinxing", "elsewhere"),
    ("xx-01", "meishan", "elsewhere"),
    ("xx-04", "xinxing", "arrears"),
    ("ms-04", "meishan", "warn"),
    ("xx-05", "xinxing", "suspended"),
    ("ms-05", "meishan", "suspended"),
    ("ms-13", "meishan", "ended"),
]


@pytest.mark.parametrize(("no", "region", "expected"), STANDINGS)
async def test_the_register_and_the_rules_of_the_city_say_who_may_apply(no: str, region: str, expected: str) -> None:
    who = await make_person(no)

    record = await look_up(who.id_number)

    assert standing(record, REGIONS[region], reachable=True) == expected
    assert (expected in BLOCKS) is (expected not in ("good", "warn"))


async def test_who_cannot_be_looked_up_is_not_turned_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Demo, "unreachable", True)

    assert standing(None, MEISHAN, reachable=False) == "unreachable"
    assert "unreachable" not in BLOCKS


async def test_what_the_register_said_is_kept_sealed_with_the_case() -> None:
    case = await make_draft()
    who = await make_person()

    await keep_record(case, await look_up(who.id_number))

    kept = insured_of(await current(case))
    assert kept == await look_up(who.id_number)
    assert who.id_number.encode() not in bytes(await fetch_value("SELECT insured FROM cases"))
    assert insured_of(case) is None
