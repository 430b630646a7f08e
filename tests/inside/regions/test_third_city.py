"""A third city is a new folder and nothing else: its rules decide, its pages work."""

from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
import pytest

from portal import demo
from portal.accounts.register import demo_people
from portal.cases.benefits.effect import starts_on
from portal.cases.life.case import case_by_number
from portal.cases.life.deadlines import Happened, LastDay, clock_of, correction_due, promised
from portal.cases.life.moves import Facts, Role, State, moves_open
from portal.questions.catalogue import journey
from portal.questions.delivery import DELIVERY
from portal.questions.materials import missing, slots
from portal.regions.load import REGIONS, Region, load
from tests.helpers import walk
from tests.helpers.cities import sanjiang
from tests.helpers.client import Client
from tests.helpers.factories import make_person, make_staff


@pytest.fixture
def third(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Region:
    """三江市, loaded and open for business; 张丽 is insured there."""
    region = load(sanjiang(tmp_path))
    monkeypatch.setitem(REGIONS, "sanjiang", region)
    record = next(one for one in demo_people().values() if one.no == "ms-01")
    monkeypatch.setitem(demo_people(), record.id_number, msgspec.structs.replace(record, region="sanjiang"))
    return region


def at(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T04:00:00").replace(tzinfo=UTC)


def test_its_own_disease_leads_through_the_same_steps(third: Region) -> None:
    answers = {"disease": "L00009", "form_way": "download_fill_upload"}

    way = journey(third, answers)
    blocking, _ = missing(third, answers, held=set())

    assert [step.slug for step in way][-1] == "review"
    assert third.diseases["L00009"].validity_months == 18
    assert "application_form" in {slot.id for slot in blocking}
    assert not any(slot.stamp for slot in slots(third, answers))
    assert DELIVERY.error("mail", third) == "请从列出的选项里选一个。"


def actions(region: Region, role: Role, **facts: object) -> list[str]:
    return [move.action for move in moves_open(Facts(**facts), role, region)]  # type: ignore[arg-type]


def test_its_rules_decide_what_may_happen(third: Region) -> None:
    assert "accept" not in actions(third, Role.SYSTEM, state=State.SUBMITTED)
    assert "invite_experts" in actions(third, Role.REVIEWER, state=State.REVIEWING)
    assert "draft_decision" not in actions(third, Role.REVIEWER, state=State.REVIEWING)
    assert "ask_correction" in actions(third, Role.REVIEWER, state=State.REVIEWING, corrections_asked=1)
    assert "ask_correction" not in actions(third, Role.REVIEWER, state=State.REVIEWING, corrections_asked=2)
    assert "take_back" in actions(third, Role.INSURED_PERSON, state=State.SUBMITTED, minutes_since_submit=30)


def test_its_clocks_run_by_its_own_limits_and_calendars(third: Region) -> None:
    history = [
        Happened("submit", "submitted", at("2025-06-03")),
        Happened("accept", "reviewing", at("2025-06-04")),
        Happened("ask_correction", "correction", at("2025-06-05")),
        Happened("answer_correction", "reviewing", at("2025-06-11")),
    ]

    assert clock_of(history[:1], third).due == date(2025, 6, 5)
    assert clock_of(history[:2], third).due == date(2025, 6, 18)  # the Xinjiang holidays of June lie between
    assert clock_of(history, third).due == date(2025, 6, 19)
    assert promised(date(2025, 6, 3), third)[-1] == LastDay("decision", date(2025, 6, 19), provisional=False)
    assert correction_due(date(2025, 6, 5), third) == date(2025, 7, 7)
    assert starts_on(date(2025, 6, 19), third) == date(2025, 6, 20)


def test_the_demonstration_says_who_to_sign_in_as_there(third: Region) -> None:
    said = demo.welcome()

    assert "三江市  http" in said
    assert "/sanjiang/  13800000101  张丽" in said
    assert "sanjiang-reviewer" in said
    assert "sanjiang-expert-2 to -4" in said


async def accept_and_ask(client: Client, number: str) -> None:
    await client.staff_sign_in("sanjiang-reviewer")
    await client.get(f"/staff/cases/{number}")
    await client.post(f"/staff/cases/{number}/acceptance")
    await client.get(f"/staff/cases/{number}/corrections/new")
    await client.post(
        f"/staff/cases/{number}/corrections/new", {"reason-identity": "one_side", "words-identity": "请补反面"}
    )


async def test_a_citizen_applies_there_and_answers_a_notice(third: Region, client: Client) -> None:
    await make_person("ms-01")
    await make_staff(region="sanjiang")
    await client.get("/")
    assert "三江市" in client.text

    await client.sign_in("13800000101", "sanjiang")
    home = await walk.fill_in(client, "sanjiang", "L00009")
    await walk.sign(client, home, "张丽")
    number = client.path.split("/")[3]
    async with Client() as desk:
        await accept_and_ask(desk, number)
    await client.get(f"/sanjiang/cases/{number}")
    asked = client.text
    await walk.explain_all(client, f"/sanjiang/cases/{number}/corrections/1", "反面在第二张")

    assert "请补充或改正 1 样" in asked
    assert "受理编号" in asked
    assert "099-12393" in asked
    case = await case_by_number(number)
    assert case
    assert case.at is State.REVIEWING
    assert case.corrections_asked == 1
