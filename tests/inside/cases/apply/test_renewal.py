"""续期 and 复审: when they open, what they begin with, what becomes of the benefit."""

import asyncio
from datetime import date, timedelta

import pytest

from portal.accounts.delegation import delegation
from portal.cases.apply import acting, draft, ready, renewal
from portal.cases.benefits import benefit, effect
from portal.cases.benefits.benefit import Benefit
from portal.cases.life.case import Case, answers_of, case_by_id, history, move
from portal.cases.life.moves import State
from portal.cases.life.words import NEW, RENEWAL, REREVIEW
from portal.cases.result import decision
from portal.cases.time import reminders, rounds
from portal.core.store.crypto import seal_json
from portal.core.store.database import execute, fetch_value
from portal.core.tools import clock
from portal.core.tools.months import day_after
from portal.letters import verify
from portal.letters.letter import letters
from portal.regions.load import REGIONS
from tests.helpers.answers import ANSWERS
from tests.helpers.care import become, propose
from tests.helpers.changes import ChangeRegion
from tests.helpers.factories import (
    APPROVER,
    REVIEWER,
    add_document,
    citizen,
    make_benefit,
    make_case,
    make_decided,
    make_draft,
    make_person,
    send_in,
)

pytestmark = pytest.mark.usefixtures("database")
MOBILE = "13800000101"
CANCER = "M00500"  # 12 months, to be looked at again after 6


def go_to(day: date) -> None:
    """Let it be *day*."""
    clock.shift(clock.ahead() + (day - clock.today()))


async def near_its_end(days: int = 30, **of: object) -> Benefit:
    """Return a benefit whose last day is so many days from now."""
    held = await make_benefit(**of)  # type: ignore[arg-type]
    assert held.ends_on
    go_to(held.ends_on - timedelta(days=days))
    await benefit.turn_over()
    return await again(held)


async def again(held: Benefit) -> Benefit:
    """Return the benefit as it is now."""
    found = await benefit.benefit(held.id)
    assert found
    return found


async def renewed(held: Benefit) -> Case:
    """Return a submitted renewal of *held*."""
    case = await renewal.begin(held, None, MOBILE)
    return await send_in(case, citizen(await make_person()))


@pytest.mark.parametrize(("days", "word"), [(91, "early"), (90, "open"), (0, "open"), (-1, "over")])
async def test_it_opens_so_many_days_before_the_end_and_closes_with_it(days: int, word: str) -> None:
    held = await near_its_end(days)

    found = await renewal.chance(held)

    assert held.ends_on
    assert found.word == word
    assert renewal.opens_on(held) == held.ends_on - timedelta(days=90)


async def test_a_benefit_without_end_needs_no_renewal_and_a_revoked_one_has_none() -> None:
    endless = await make_benefit(months=0)
    revoked = await make_benefit("ms-10")
    await execute("UPDATE benefit SET state = 'revoked' WHERE id = $1", revoked.id)

    assert (await renewal.chance(endless)).word == "permanent"
    assert (await renewal.chance(await again(revoked))).word == "over"
    with pytest.raises(renewal.NotOpen):
        await renewal.begin(endless, None, MOBILE)


async def test_nothing_is_asked_twice_and_the_evidence_is_asked_anew() -> None:
    held = await near_its_end()
    gave = await case_by_id(held.case_id)
    assert gave
    old = {**answers_of(gave), "without.medical_records.treatment_plan": "yes", "checked.whole": "yes"}
    await execute("UPDATE cases SET answers = $2 WHERE id = $1", gave.id, seal_json(old, f"cases.answers:{gave.id}"))

    case = await renewal.begin(held, None, "13911111111")

    answers = answers_of(case)
    assert (case.kind, case.parent_benefit, case.at) == (RENEWAL, held.id, State.DRAFT)
    anew = ("done.diagnosis", "done.delivery", "electronic_delivery")
    assert answers == {name: text for name, text in ANSWERS.items() if name not in anew}


async def test_pressed_twice_it_is_one_draft_beside_that_of_another_disease() -> None:
    held = await near_its_end()
    other = await make_draft(answers={**ANSWERS, "disease": "M03900"})

    first = await renewal.begin(held, None, MOBILE)
    second = await renewal.begin(held, None, MOBILE)
    plain = await draft.begin(held.person, REGIONS["meishan"], {})

    assert first == second
    assert plain == other
    assert (other.kind, first.id == other.id) == (NEW, False)


async def test_pressed_at_the_same_moment_it_is_one_draft() -> None:
    held = await near_its_end()

    found = await asyncio.gather(*(renewal.begin(held, None, MOBILE) for _ in range(5)))

    assert len({case.id for case in found}) == 1
    assert await fetch_value("SELECT count(*) FROM cases WHERE kind = 'renewal'") == 1


async def test_while_one_is_under_way_no_other_is_begun_and_after_it_was_withdrawn_again() -> None:
    held = await near_its_end()
    case = await renewed(held)

    found = await renewal.chance(held)
    assert found.word == "under_way"
    assert found.case and found.case.id == case.id
    with pytest.raises(renewal.NotOpen):
        await renewal.begin(held, None, MOBILE)
    await move(case, "withdraw", citizen(await make_person()))

    assert (await renewal.chance(held)).word == "open"
    assert (await again(held)).state_on(clock.today()) == "active"


async def test_what_was_withdrawn_is_taken_up_again_as_a_renewal_and_after_the_end_as_a_first_application() -> None:
    held = await near_its_end()
    ended = await move(await renewed(held), "withdraw", citizen(await make_person()))

    in_time = await renewal.again(ended)
    assert held.ends_on
    go_to(held.ends_on + timedelta(days=1))
    late = await renewal.again(ended)

    assert (in_time.kind, in_time.parent_benefit) == (RENEWAL, held.id)
    assert (late.kind, late.parent_benefit) == (NEW, "")


async def test_passed_in_time_the_new_benefit_starts_the_day_after_the_old_one_ends() -> None:
    held = await near_its_end(40)

    case = await make_decided(await renewed(held))

    (new,) = await benefit.of_case(case)
    assert held.ends_on
    assert new.starts_on == held.ends_on + timedelta(days=1)
    assert (await again(held)).ends_on == held.ends_on
    found = await renewal.chance(await again(held))
    assert (found.word, found.follows) == ("renewed", new)


async def test_the_first_of_the_next_month_leaves_no_gap_in_a_renewal() -> None:
    held = await make_benefit(months=12)
    end = effect.starts_on(clock.today(), REGIONS["meishan"]) + timedelta(days=330)
    end = end.replace(day=12)
    await execute("UPDATE benefit SET ends_on = $2 WHERE id = $1", held.id, end)
    go_to(end - timedelta(days=3))

    case = await make_decided(await renewed(await again(held)))

    (new,) = await benefit.of_case(case)
    assert new.starts_on == end + timedelta(days=1)


async def test_decided_after_the_end_it_starts_by_the_rule_of_the_city() -> None:
    held = await near_its_end(1)
    case = await renewed(held)
    go_to(clock.today() + timedelta(days=5))

    case = await make_decided(case)

    (new,) = await benefit.of_case(case)
    assert new.starts_on == effect.starts_on(clock.today(), REGIONS["meishan"])


async def test_refused_the_old_benefit_runs_to_its_end_and_the_letter_says_how_to_appeal() -> None:
    held = await near_its_end(20)

    case = await make_decided(await renewed(held), passed=False)

    unchanged = await again(held)
    assert (unchanged.ends_on, unchanged.state_on(clock.today())) == (held.ends_on, "active")
    (letter,) = [one for one in await letters(case.id) if one.kind == "L11"]
    content = letter.opened()
    assert dict(content.rows)["事项"].endswith("（续期）")
    assert any("行政复议" in item for part in content.lists for item in part.items)


async def test_undecided_at_the_end_a_benefit_expires_unless_the_city_keeps_it_until_the_decision(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plain = await near_its_end(1)
    await renewed(plain)
    go_to(clock.today() + timedelta(days=5))
    await benefit.turn_over()

    assert (await again(plain)).state_on(clock.today()) == "expired"


async def test_with_grace_it_holds_until_the_renewal_is_decided(region: ChangeRegion) -> None:
    region("meishan", renewal={"grace_until_decision": True})
    held = await near_its_end(1)
    case = await renewed(held)
    assert (await again(held)).state_on(clock.today()) == "active"
    go_to(clock.today() + timedelta(days=5))
    await benefit.turn_over()
    meanwhile = await again(held)

    await make_decided(case, passed=False)
    await benefit.turn_over()

    assert meanwhile.state_on(clock.today()) == "renewing"
    assert (await again(held)).state == "expired"


async def test_a_renewal_sent_after_the_end_is_given_no_grace(region: ChangeRegion) -> None:
    region("meishan", renewal={"grace_until_decision": True})
    held = await near_its_end(0)
    case = await renewal.begin(held, None, MOBILE)
    go_to(clock.today() + timedelta(days=1))

    await send_in(case, citizen(await make_person()))

    assert (await again(held)).state_on(clock.today()) == "expired"


async def test_a_first_application_for_what_is_held_is_known_before_the_decision() -> None:
    held = await make_benefit()
    case = await make_draft()

    assert await ready.held_already(case, "M01600") == held
    assert await ready.held_already(case, "M03900") is None
    go_to(held.starts_on + timedelta(days=300))
    assert await ready.held_already(await renewal.begin(held, None, MOBILE), "M01600") is None


async def told(code: str, channel: str = "in_app") -> int:
    return int(await fetch_value("SELECT count(*) FROM notice WHERE code = $1 AND channel = $2", code, channel))


async def test_people_are_reminded_once_at_each_of_the_days() -> None:
    held = await near_its_end(91)
    assert held.ends_on
    counts = []

    for days in (91, 90, 89, 30, 30, 7, 1, 0, -1):
        go_to(held.ends_on - timedelta(days=days))
        await reminders.remind()
        await reminders.remind()
        counts.append(await told("N25"))

    assert counts == [0, 1, 1, 2, 2, 3, 3, 4, 4]
    assert await told("N25", "sms") == 4


async def test_of_reminders_that_were_missed_only_the_nearest_is_sent() -> None:
    await near_its_end(5)

    await reminders.remind()
    await reminders.remind()

    assert await told("N25") == 1


async def test_nobody_is_reminded_of_what_is_under_way_or_revoked() -> None:
    held = await near_its_end(31)
    revoked = await make_benefit("ms-10")
    await execute("UPDATE benefit SET state = 'revoked', ends_on = $2 WHERE id = $1", revoked.id, held.ends_on)
    await renewed(held)
    go_to(clock.today() + timedelta(days=1))

    await reminders.remind()

    assert await told("N25") == 0


async def test_the_proxy_who_receives_is_reminded_and_begins_with_nothing_they_did_not_write() -> None:
    held = await near_its_end(30)
    known = await become(await propose(await make_person("ms-03"), "ms-01"), "active")

    await reminders.remind()
    theirs = await fetch_value("SELECT count(*) FROM notice WHERE code = 'N25' AND person = $1", known.proxy)
    case = await renewal.begin(held, known, "13800000103")

    assert theirs == 2
    assert answers_of(case) == {
        "acting": "",
        "receives": "yes",
        "mobile": "13800000103",
        "notify_mobile": "13800000103",
        "disease": "M01600",
        "done.disease": "yes",
    }
    assert await acting.over(held, known.proxy, "apply") == await delegation(known.id)
    assert await acting.over(held, held.person, "apply") is None


async def to_be_looked_at() -> Benefit:
    """Return a benefit whose re-review was asked for today."""
    held = await make_benefit(disease=CANCER)
    assert held.rereview_on
    go_to(held.rereview_on)
    await benefit.turn_over()
    await reminders.ask_again()
    return await again(held)


async def its_draft(held: Benefit) -> Case:
    """Return the draft of the re-review that was opened."""
    id = await fetch_value("SELECT id FROM cases WHERE parent_benefit = $1 AND state = 'draft'", held.id)
    case = await case_by_id(str(id))
    assert case
    return case


async def looked_at(held: Benefit) -> Case:
    """Return the re-review, submitted."""
    case = await its_draft(held)
    return await send_in(case, citizen(await make_person()))


async def test_after_the_interval_of_the_catalogue_a_re_review_opens_once_and_says_until_when() -> None:
    held = await make_benefit(disease=CANCER)
    other = await make_benefit("ms-10")
    assert held.rereview_on == day_after(held.starts_on, 6)
    assert other.rereview_on is None
    go_to(held.rereview_on - timedelta(days=1))
    await benefit.turn_over()
    early = await reminders.ask_again()
    go_to(held.rereview_on)

    opened = [await reminders.ask_again(), await reminders.ask_again()]

    assert (early, opened) == (0, [1, 0])
    now = await again(held)
    case = await its_draft(held)
    day = REGIONS["meishan"].calendar.on_or_after(clock.today() + timedelta(days=30))
    assert (now.rereview_by, now.state_on(clock.today())) == (day, "active")
    assert (case.kind, answers_of(case)["hospital"]) == (REREVIEW, ANSWERS["hospital"])
    assert await renewal.asked_by(case) == day
    assert await told("N25r") == 1


async def test_nobody_is_asked_twice_for_the_same_where_a_renewal_is_open() -> None:
    held = await make_benefit(disease=CANCER, months=8)
    assert held.rereview_on
    go_to(held.rereview_on)
    await benefit.turn_over()

    assert await reminders.ask_again() == 0
    assert (await renewal.chance(await again(held))).word == "open"


async def test_passed_the_benefit_goes_on_and_the_next_interval_counts_from_the_decision() -> None:
    held = await to_be_looked_at()
    case = await looked_at(held)
    assert (await again(held)).state_on(clock.today()) == "active"
    go_to(clock.today() + timedelta(days=3))

    case = await make_decided(case, months=60)

    now = await again(held)
    assert case.at is State.APPROVED
    assert await fetch_value("SELECT count(*) FROM benefit") == 1
    assert (now.starts_on, now.ends_on, now.rereview_by) == (held.starts_on, held.ends_on, None)
    assert now.rereview_on == day_after(clock.today(), 6)
    (certificate,) = [one for one in await letters(case.id) if one.kind == "L10"]
    found = await verify.letter_with(certificate.opened().code)
    assert found
    assert verify.standing(found, await verify.benefit_of(case.id)) == "active"


async def test_refused_the_benefit_ends_that_day_with_event_audit_and_the_way_to_appeal() -> None:
    held = await to_be_looked_at()
    case = await looked_at(held)

    case = await make_decided(case, passed=False)

    now = await again(held)
    gave = await case_by_id(held.case_id)
    assert gave
    assert (now.state, now.ends_on, now.state_on(clock.today())) == ("terminated", clock.today(), "terminated")
    assert (await history(gave))[-1].action == "terminate_benefit"
    assert (
        await fetch_value("SELECT count(*) FROM audit WHERE act = 'terminate_benefit' AND about = $1", held.person) == 1
    )
    (letter,) = [one for one in await letters(case.id) if one.kind == "L11"]
    assert any("行政复议" in item for part in letter.opened().lists for item in part.items)
    (certificate,) = [one for one in await letters(gave.id) if one.kind == "L10"]
    found = await verify.letter_with(certificate.opened().code)
    assert found
    assert verify.standing(found, await verify.benefit_of(gave.id)) == "terminated"


async def test_a_re_review_of_what_was_revoked_meanwhile_cannot_pass_and_ends_nothing() -> None:
    held = await to_be_looked_at()
    case = await looked_at(held)
    await execute("UPDATE benefit SET state = 'revoked' WHERE id = $1", held.id)
    (disease,) = await decision.diseases(case)
    proposal = decision.Proposal(disease.id, True, 0, decision.Reasons())
    case = await decision.draft(case, REVIEWER, [proposal])

    with pytest.raises(effect.NotHeld):
        await decision.decide(case, APPROVER)

    assert (await again(held)).state == "revoked"


async def test_what_the_office_asked_for_is_not_swept_away_with_other_drafts() -> None:
    held = await to_be_looked_at()
    case = await its_draft(held)
    plain = await make_draft(answers={**ANSWERS, "disease": "M03900"})
    go_to(clock.today() + timedelta(days=40))

    await rounds.mind_drafts()

    assert await case_by_id(plain.id) is None
    assert await case_by_id(case.id)
    assert (await again(held)).state_on(clock.today()) == "active"
    assert (await renewal.chance(held)).word == "asked"


async def test_a_re_review_that_was_withdrawn_is_still_asked_for_and_nothing_is_decided_by_itself() -> None:
    held = await to_be_looked_at()
    case = await looked_at(held)
    await move(case, "withdraw", citizen(await make_person()))

    assert (await renewal.chance(held)).word == "asked"
    anew = await renewal.begin(held, None, MOBILE)
    assert (anew.kind, anew.id == case.id) == (REREVIEW, False)
    assert (await again(held)).state_on(clock.today()) == "active"


async def test_an_open_case_of_the_same_disease_counts_though_it_follows_nothing() -> None:
    held = await near_its_end()
    await execute("UPDATE benefit SET state = 'suspended' WHERE id = $1", held.id)
    await make_case()

    assert (await renewal.chance(await again(held))).word == "under_way"


async def test_files_of_the_illness_are_never_taken_along(region: ChangeRegion) -> None:
    city = region("meishan", renewal={"keeps_materials": []})
    held = await make_benefit()
    gave = await case_by_id(held.case_id)
    assert gave and city.rules.renewal.keeps_materials == []
    for slot in ("identity", "medical_records.exam_report"):
        await add_document(gave, slot)
    assert held.ends_on
    go_to(held.ends_on)

    case = await renewal.begin(held, None, MOBILE)

    assert await fetch_value("SELECT count(*) FROM document WHERE case_id = $1", case.id) == 0
