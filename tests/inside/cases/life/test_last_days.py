"""A last day says whose clock it is, and the page before submitting, the receipt and the letters agree on it."""

from datetime import timedelta

import pytest

from portal.cases.life.case import answers_of, last_days_of, move
from portal.cases.life.deadlines import LastDay, promised
from portal.cases.papers import corrections
from portal.cases.papers.defects import NewDefect
from portal.cases.time.rounds import accept_late
from portal.core.store.database import execute
from portal.core.tools import clock
from portal.core.tools.i18n import long_day
from portal.core.web.pages import short_day
from portal.notices import inbox
from portal.questions.materials import slots
from portal.regions.load import REGIONS
from tests.helpers import walk
from tests.helpers.answers import ANSWERS
from tests.helpers.client import Client
from tests.helpers.factories import (
    REVIEWER,
    add_papers,
    citizen,
    current,
    make_case,
    make_draft,
    make_person,
    make_staff,
    send_in,
)
from tests.helpers.made import letter_of
from tests.helpers.must import must

pytestmark = pytest.mark.usefixtures("database", "published")


def rows(days: list[LastDay]) -> dict[str, str]:
    """Return the rows of a letter that *days* become."""
    labels = {"acceptance": "最晚受理", "decision": "最晚办完"}
    return {labels[last.of]: long_day(last.day) for last in days}


async def test_review_receipt_and_its_letter_give_the_same_two_days_in_xinxing(client: Client) -> None:
    draft = await walk.ready("xx-01", "xinxing")
    accept_by, decide_by = promised(clock.today(), draft.city)
    said = [f"{short_day(accept_by.day)}", f"{short_day(decide_by.day)}"]
    await client.sign_in("13800000001", "xinxing")

    await client.get(f"{walk.home_of(draft)}/review")
    review = client.text
    case = await send_in(draft, citizen(await make_person("xx-01")))
    await client.get(f"/xinxing/cases/{case.number}/receipt")

    assert [day for day in said if day not in review or day not in client.text] == []
    for page in (review, client.text):
        assert page.index(said[0]) < page.index("受理。", page.index(said[0])) < page.index(said[1])
    letter = dict((await letter_of(case, "L01")).opened().rows)
    assert letter.items() >= rows([accept_by, decide_by]).items()


async def test_where_acceptance_is_automatic_the_receipt_gives_the_day_of_the_decision_only() -> None:
    case = await make_case()

    letter = dict((await letter_of(case, "L01")).opened().rows)

    assert letter.items() >= rows(promised(clock.today(), case.city)).items()
    assert "最晚受理" not in letter
    assert letter["最晚办完"] == long_day(must(case.due_on))


async def test_after_a_correction_before_acceptance_the_message_still_gives_the_day_of_the_result() -> None:
    case = await make_case("xx-01", "xinxing", "M03900")
    who = await make_person("xx-01")
    case = await corrections.ask(case, REVIEWER, [NewDefect("identity", "one_side", "请补反面")])
    case = await corrections.answer(case, citizen(who), must(await corrections.open_correction(case)))
    accept_by, decide_by = last_days_of(case)

    said = [one.text for one in await inbox.messages(who.id)]

    assert any(f"最晚{decide_by.day.month}月{decide_by.day.day}日告诉您结果" in text for text in said)
    letter = dict((await letter_of(case, "L05")).opened().rows)
    assert letter.items() >= rows([accept_by, decide_by]).items()


async def test_a_notice_of_acceptance_says_that_papers_are_complete_only_when_they_are() -> None:
    draft = await make_draft()
    await add_papers(draft)
    lacking = await make_case("ms-02")

    full = await send_in(draft, citizen(await make_person()))
    complete = str((await letter_of(full, "L02")).opened().body)
    missing = str((await letter_of(lacking, "L02")).opened().body)

    assert "材料形式齐全" in complete
    assert "材料形式齐全" not in missing
    assert "还没有交" in missing
    assert "我们会一次告知" in missing
    assert slots(lacking.city, answers_of(lacking))[0].name in missing


async def test_a_notice_of_acceptance_says_that_a_hospital_off_the_list_must_be_checked() -> None:
    draft = await make_draft(answers={**ANSWERS, "hospital": "一家没有定点的诊所"})
    await add_papers(draft)

    case = await send_in(draft, citizen(await make_person()))

    body = str((await letter_of(case, "L02")).opened().body)
    assert "诊断医院是不是符合规定，还要核对" in body
    assert "材料形式齐全" not in body


async def test_a_deemed_acceptance_says_so_from_the_day_of_receipt_and_the_supervisor_is_told() -> None:
    boss = await make_staff("supervisor", "xinxing")
    case = await make_case("xx-01", "xinxing", "M03900")
    received = clock.today() - timedelta(days=30)
    await execute("UPDATE case_event SET at = $2 WHERE case_id = $1", case.id, clock.now() - timedelta(days=30))
    await execute("UPDATE cases SET due_on = $2 WHERE id = $1", case.id, clock.today() - timedelta(days=20))

    assert await accept_late() == 1

    letter = (await letter_of(await current(case), "L02")).opened()
    assert "视为受理" in str(letter.body)
    assert "材料形式齐全" not in str(letter.body)
    assert dict(letter.rows)["受理时间"] == f"视为受理，从 {long_day(received)} 起算"
    assert any("已经视为受理" in one.text for one in await inbox.messages(boss.id))
    told = [one.text for one in await inbox.messages(case.person)]
    assert any("视为已受理，从收到那天起算" in text for text in told)


async def test_an_acceptance_by_hand_gives_its_own_moment() -> None:
    case = await move(await make_case("xx-01", "xinxing", "M03900"), "accept", REVIEWER)

    assert "视为" not in str((await letter_of(case, "L02")).opened())
    assert REGIONS["xinxing"].rules.acceptance.deemed_acceptance
