"""An application that is not complete cannot be submitted, by whatever way it comes in."""

import pytest

from portal.accounts import delegation as delegations
from portal.accounts.register import Demo
from portal.cases.apply import acting, assisted, draft
from portal.cases.apply.draft import take_back
from portal.cases.apply.eligibility import insured_of
from portal.cases.apply.ready import (
    SIGNED,
    HeldAlready,
    Incomplete,
    MissingPaper,
    NotInsured,
    OpenStep,
    Stop,
    UnderWay,
    UnsortedFiles,
    stops,
)
from portal.cases.life.case import Actor, Case, case_by_id
from portal.cases.life.moves import State
from portal.core.store.database import fetch_value
from portal.documents.slots import PILE
from portal.regions.load import REGIONS
from tests.helpers import care
from tests.helpers.answers import ANSWERS
from tests.helpers.factories import (
    add_document,
    add_papers,
    citizen,
    make_benefit,
    make_case,
    make_draft,
    make_person,
    make_staff,
)

pytestmark = pytest.mark.usefixtures("database")


async def complete(no: str = "ms-01", region: str = "meishan", **answers: str) -> tuple[Case, Actor]:
    """Return a draft with all answers and papers, and who sends it."""
    case = await make_draft(no, region, {**ANSWERS, **answers})
    await add_papers(case)
    return case, citizen(await make_person(no))


async def refused(case: Case, sender: Actor) -> list[Stop]:
    """Return what stops a submission that is tried without asking first; nothing may have happened to the case."""
    with pytest.raises(Incomplete) as incomplete:
        await draft.submit(case, sender, case.submit_token)
    now = await case_by_id(case.id)
    assert now
    assert (now.at, now.number) == (State.DRAFT, "")
    return list(incomplete.value.stops)


async def test_a_complete_draft_goes_out() -> None:
    case, who = await complete()

    assert await stops(case, who) == []
    assert (await draft.submit(case, who, case.submit_token)).number


async def test_a_draft_with_an_open_step_stays_a_draft() -> None:
    case, who = await complete(**{"done.diagnosis": ""})

    (stop,) = await refused(case, who)

    assert isinstance(stop, OpenStep)
    assert stop.step.slug == "diagnosis"


async def test_an_answer_that_no_longer_holds_opens_its_step_again() -> None:
    case, who = await complete(hospital="")

    (stop,) = await refused(case, who)

    assert isinstance(stop, OpenStep)
    assert list(stop.errors) == ["hospital"]


async def test_a_draft_without_a_paper_stays_a_draft() -> None:
    case = await make_draft()
    await add_document(case, "identity")

    found = await refused(case, citizen(await make_person()))

    assert found
    assert all(isinstance(stop, MissingPaper) and stop.slot.material == "medical_records" for stop in found)


async def test_files_that_belong_to_no_paper_yet_are_in_the_way() -> None:
    case, who = await complete()
    await add_document(case, PILE)

    assert await refused(case, who) == [UnsortedFiles(1)]


async def test_a_benefit_that_is_held_is_not_applied_for_again() -> None:
    held = await make_benefit()
    case, who = await complete()

    assert await refused(case, who) == [HeldAlready(held)]


async def test_an_open_case_for_the_disease_is_in_the_way() -> None:
    first = await make_case()
    case, who = await complete()

    assert await refused(case, who) == [UnderWay(first.number)]


@pytest.mark.parametrize(
    ("no", "region", "reason"),
    [("ms-01", "xinxing", "elsewhere"), ("ms-05", "meishan", "suspended"), ("ms-13", "meishan", "ended")],
)
async def test_the_register_can_stop_it_and_its_answer_is_kept(no: str, region: str, reason: str) -> None:
    case, who = await complete(no, region, disease=next(iter(REGIONS[region].diseases)))

    found = await refused(case, who)

    assert reason in [stop.reason for stop in found if isinstance(stop, NotInsured)]
    now = await case_by_id(case.id)
    assert now
    assert insured_of(now)


async def test_a_register_that_does_not_answer_stops_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Demo, "unreachable", True)
    case, who = await complete("ms-05")

    assert await stops(case, who) == []


async def test_the_register_is_not_asked_before_everything_is_there() -> None:
    case = await make_draft("ms-05")

    await stops(case, citizen(await make_person("ms-05")))

    assert await fetch_value("SELECT insured FROM cases WHERE id = $1", case.id) is None


async def test_a_proxy_who_has_proved_nothing_learns_neither_what_is_held_nor_what_the_register_says() -> None:
    await make_benefit("ms-05")
    known = await care.propose(await make_person("ms-03"), "ms-05")
    case = await care.ready(known)
    proxy = acting.acting(known)

    assert await stops(case, proxy) == []

    await care.become(known, "active")
    assert {type(stop) for stop in await stops(case, proxy)} == {HeldAlready, NotInsured}


async def test_the_principal_is_not_asked_about_a_draft_that_is_not_complete() -> None:
    known = await care.propose(await make_person("ms-03"), "ms-14", route="online")
    case = await acting.begin(known, "13800000103")

    with pytest.raises(Incomplete):
        await acting.send_for_consent(case, known, case.submit_token)

    unchanged = await delegations.delegation(known.id)
    assert unchanged
    assert unchanged.state == "proposed"


async def test_at_the_counter_a_person_without_a_phone_needs_none_but_signs_on_paper() -> None:
    clerk, who = await make_staff(), await make_person()
    case = await assisted.begin(clerk.id, who.id, REGIONS["meishan"], "counter", "")
    no_phone = {name: said for name, said in ANSWERS.items() if "mobile" not in name}
    await draft.keep_answers(case, no_phone, seen=str(case.row_version))
    filled = await case_by_id(case.id)
    assert filled
    await add_papers(filled)

    with pytest.raises(Incomplete) as incomplete:
        await assisted.submit(filled, clerk.id)
    assert incomplete.value.stops == [MissingPaper(SIGNED)]
    with pytest.raises(assisted.NoPhone):
        await assisted.ask_to_confirm(filled, clerk.id)

    await add_document(filled, SIGNED.id)
    assert (await assisted.submit(filled, clerk.id)).number


async def test_what_was_taken_back_is_asked_about_like_any_other() -> None:
    case, who = await complete()
    sent = await draft.submit(case, who, case.submit_token)
    taken = await take_back(sent, who)

    assert await stops(taken, who) == []
