"""A case that runs keeps its questions and follows today's workflow; a calendar moves days, never states."""

from datetime import date, timedelta
from typing import NamedTuple

import msgspec
import pytest

from portal.cases.apply import draft
from portal.cases.experts.panel import invite
from portal.cases.experts.seats import seats
from portal.cases.life.case import Actor, Case, case_by_id, move
from portal.cases.life.moves import Role
from portal.cases.papers import corrections
from portal.cases.papers.defects import NewDefect
from portal.cases.time import redating
from portal.core.store.database import fetch_all, insert
from portal.core.tools import clock
from portal.core.tools.i18n import translate
from portal.policy import fresh, holding
from portal.policy.tables import PolicyEdition
from portal.regions.editions import kept_by
from portal.regions.load import REGIONS, edition_of
from tests.helpers.factories import REVIEWER, make_case, make_draft, make_expert
from tests.helpers.policy_desk import released, with_text
from tests.helpers.post import work

pytestmark = pytest.mark.usefixtures("desk")


async def now(case: Case) -> Case:
    found = await case_by_id(case.id)
    assert found
    return found


async def release_new_questions() -> None:
    """Take diabetes off the list of Meishan, rename its hospitals' list and give the catalogue a new number."""
    text = REGIONS["meishan"].texts["diseases.csv"]
    line = next(one for one in text.splitlines() if one.startswith("M01600"))
    await released("meishan", "diseases.csv", text.replace(f"{line}\n", ""))
    await released("meishan", "region.toml", with_text("meishan", "region.toml", '"2026-sample-1"', '"2027-1"'))


async def test_a_running_case_and_an_open_draft_keep_their_questions() -> None:
    case, mine = await make_case(), await make_draft("ms-02")

    await release_new_questions()

    assert "M01600" not in REGIONS["meishan"].diseases
    for one in (await now(case), await now(mine)):
        assert one.city.diseases["M01600"].name_zh == "糖尿病"
        assert one.city.rules.catalogue.version == "2026-sample-1" == one.catalogue_version
        assert one.city.criteria["M01600"].texts


async def test_a_new_draft_takes_the_newest_questions_also_after_a_case_that_ended() -> None:
    old = await make_case()
    ended = await move(old, "withdraw", Actor(old.person, Role.INSURED_PERSON))
    await release_new_questions()

    fresh, again = await make_draft("ms-02"), await draft.again(ended)

    for one in (fresh, again):
        assert one.catalogue_version == "2027-1"
        assert "M01600" not in one.city.diseases


async def test_a_running_case_follows_the_workflow_of_today() -> None:
    case = await make_case()
    await release_new_questions()

    await released(
        "meishan", "region.toml", with_text("meishan", "region.toml", "\nminutes = 10\n", "\nminutes = 30\n")
    )

    rules = (await now(case)).city
    assert rules.rules.take_back.minutes == 30
    assert rules.rules.catalogue.version == "2026-sample-1"


async def test_an_edition_that_another_process_or_an_earlier_portal_kept_is_known_after_a_look() -> None:
    texts = dict(REGIONS["meishan"].texts)
    texts["diseases.csv"] = texts["diseases.csv"].replace("糖尿病", "消渴症")
    edition = edition_of(texts)
    stored = msgspec.json.encode(texts).decode()
    await insert(PolicyEdition, id=edition, place="meishan", texts=stored, seen_on=clock.today())
    assert kept_by(REGIONS["meishan"], edition) is REGIONS["meishan"]

    await fresh.refresh()

    region = kept_by(REGIONS["meishan"], edition)
    assert region.diseases["M01600"].name_zh == "消渴症"
    assert region.key != REGIONS["meishan"].key
    assert region.calendar is REGIONS["meishan"].calendar


async def test_english_that_comes_with_a_release_is_said_to_english_readers() -> None:
    text = REGIONS["meishan"].texts["diseases.csv"]
    await released("meishan", "diseases.csv", text + "L00003,三苏热,Sansu fever,II,0,0,,感染科,诊断证明,C,,notice\n")

    assert translate("三苏热", "en") == "Sansu fever"


async def test_what_was_said_keeps_the_words_it_had() -> None:
    case = await make_case()
    await corrections.ask(case, REVIEWER, [NewDefect("identity", "unreadable", "")])
    await released("meishan", "reasons.toml", with_text("meishan", "reasons.toml", '"看不清"', '"照片模糊"'))

    notice = await corrections.correction(case, 1)
    assert notice
    (defect,) = await corrections.defects(notice, ())
    assert defect.said == "看不清"
    assert (await now(case)).city.reasons.correction["unreadable"].words_zh == "照片模糊"


def calendar(off: str) -> str:
    """Return the calendars with further days off this year."""
    text = holding.SHIPPED["calendar"]["calendar.toml"]
    year = clock.today().year
    head = f"[cn-national.{year}]"
    assert head in text, "tests of the calendar run in a year it knows"
    before, _, after = text.partition(head)
    return before + head + after.replace("off = [", f'off = ["{off}", ', 1)


class Stands(NamedTuple):
    id: str
    state: str


async def states() -> list[Stands]:
    return await fetch_all(Stands, "SELECT id, state FROM cases ORDER BY id")


async def test_an_imported_calendar_moves_days_and_no_state() -> None:
    clock.shift(timedelta(days=(date(clock.today().year, 11, 16) - clock.today()).days))  # a Monday without holidays
    waiting = await make_case("xx-01", "xinxing", "M03900")
    accepted = await move(await make_case("xx-02", "xinxing", "M03900"), "accept", REVIEWER)
    experts = [await make_expert(name, hospital="新星市人民医院") for name in ("one", "two")]
    asked = await move(await make_case("xx-03", "xinxing", "M03900"), "accept", REVIEWER)
    asked = await invite(asked, REVIEWER, [one.id for one in experts])
    cases = [await now(one) for one in (waiting, accepted, asked)]
    opinion = (await seats(asked.id))[0].due_on
    before = await states()
    first = clock.today() + timedelta(days=1)

    await released("calendar", "calendar.toml", calendar(f"{first}/{first + timedelta(days=6)}"))
    await work()

    assert await states() == before
    for case in cases:
        later = await now(case)
        assert case.due_on and later.due_on and later.due_on > case.due_on
    assert (await seats(asked.id))[0].due_on > opinion
    assert await redating.redate() == 0


async def test_the_day_told_to_a_citizen_only_moves_back() -> None:
    case = await corrections.ask(await make_case(), REVIEWER, [NewDefect("identity", "missing", "")])
    notice = await corrections.open_correction(case)
    assert notice
    told = notice.answer_by

    await released("calendar", "calendar.toml", calendar(f"{told}/{told}"))
    await redating.redate()
    moved = await corrections.open_correction(await now(case))
    assert moved and moved.answer_by > told

    await released("calendar", "calendar.toml", holding.SHIPPED["calendar"]["calendar.toml"])
    await redating.redate()
    kept = await corrections.open_correction(await now(case))
    assert kept and kept.answer_by == moved.answer_by
