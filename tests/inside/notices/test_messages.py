"""Who hears what, by which channel, when; what was sent and what was not."""

import asyncio

import pytest

from portal.cases.life.case import Actor, Case, history, move
from portal.cases.life.moves import MOVES, Role
from portal.cases.papers import corrections
from portal.cases.papers.defects import NewDefect
from portal.cases.result import decision
from portal.cases.result.decision import Proposal, Reasons
from portal.core.outside.sms import demo_messages
from portal.core.store.database import execute, fetch_value
from portal.core.tools.settings import SETTINGS
from portal.notices import inbox, write
from portal.notices.fitting import variables_of
from portal.notices.write import texts
from portal.questions.recipients import CHANNEL
from portal.regions.load import REGIONS
from tests.helpers.answers import ANSWERS
from tests.helpers.factories import APPROVER, REVIEWER, citizen, make_case, make_draft, make_person, send_in
from tests.helpers.post import at_oclock, states, work

pytestmark = pytest.mark.usefixtures("database")
PHONE = ANSWERS["notify_mobile"]
SUPERVISOR = Actor("a supervisor", Role.SUPERVISOR)


@pytest.fixture(autouse=True)
def noon() -> None:
    """Let it be noon in Beijing, when messages go out."""
    at_oclock(12)


async def through_everything(case: Case) -> Case:
    """Lead a case of Meishan through as many messages as it has."""
    who = citizen(await make_person())
    case = await corrections.ask(case, REVIEWER, [NewDefect("identity", "other", "糖尿病化验单要重拍")])
    notice = await corrections.open_correction(case)
    assert notice
    case = await corrections.answer(case, who, notice)
    case = await move(case, "extend_deadline", SUPERVISOR, note="糖尿病专家出差", days=1)
    (disease,) = await decision.diseases(case)
    case = await decision.draft(case, REVIEWER, [Proposal(disease.id, True, 24, Reasons())])
    return await decision.decide(case, APPROVER)


SECRETS = ("张丽", "糖尿病", "511400197102140026", "眉山市人民医院", "化验单", "内分泌科", "苏祠路")


async def test_no_sms_names_the_illness_the_person_or_anything_they_wrote() -> None:
    case = await make_draft(
        answers={**ANSWERS, "department": "内分泌科", "address": "苏祠路 1 号", "treatment": "糖尿病吃药"}
    )
    case = await send_in(case, citizen(await make_person()))
    await through_everything(case)
    await work()

    sent = await demo_messages(PHONE, 50)

    assert len(sent) == 6
    for text in sent:
        assert not [secret for secret in SECRETS if secret in text]
        assert len(text) <= 70
        assert text.startswith("【眉山医保】")


async def test_a_link_is_short_has_no_room_for_anything_and_leads_to_the_case() -> None:
    case = await make_case()
    await work()

    (text, *_) = await demo_messages(PHONE)
    link = text.partition("进度：")[2].partition("，")[0]

    host, _, name = link.partition("/s/")
    assert host == SETTINGS.public_origin.partition("://")[2]
    assert len(link) - len(host) == 9
    linked = await inbox.linked(name)
    assert linked
    assert linked.case_id == case.id
    assert await inbox.linked("nobody") is None


async def test_every_message_that_a_case_leaves_can_be_read_in_the_portal() -> None:
    case = await through_everything(await make_case())

    said = [message.text for message in await inbox.messages(case.person)]

    assert len(said) == 6
    assert f"尾号{case.number[-4:]}认定已通过，" in said[0]
    assert any("延期（" in text for text in said)
    assert not any("{" in text or "糖尿病" in text for text in said)


def test_whatever_a_message_of_a_move_needs_is_among_its_variables() -> None:
    written = {"sign", "tail", "no", "no_label", "hotline", "date", "n", "period", "reason", "link"}
    here = {code for row in MOVES for code in row.notices.split()} - write.NOT_HERE

    for code in here:
        assert variables_of(texts()[code].sms) | variables_of(texts()[code].in_app) <= written, code


async def test_a_copy_in_the_portal_is_there_at_once_and_the_sms_waits_in_the_outbox() -> None:
    await make_case()

    assert await states("in_app") == {"delivered"}
    assert await states("sms") == {"queued"}
    assert await demo_messages(PHONE) == []


async def test_what_was_sent_is_marked_so_with_the_providers_id() -> None:
    await make_case()

    await work()

    assert await states("sms") == {"sent"}
    assert await fetch_value("SELECT count(*) FROM notice WHERE channel = 'sms' AND provider_id = ''") == 0
    assert len(await demo_messages(PHONE)) == 2


async def test_who_chose_the_official_account_earlier_hears_by_sms_while_it_is_not_connected() -> None:
    case = await make_draft(answers={**ANSWERS, "notify_channel": "official_account"})
    await send_in(case, citizen(await make_person()))
    await work()

    assert await fetch_value("SELECT count(*) FROM notice WHERE channel = 'official_account'") == 0
    assert await states("sms") == {"sent"}
    assert await states("in_app") == {"delivered"}
    assert CHANNEL.shown("official_account", case.city) == "短信"


async def test_what_waits_for_a_channel_that_is_not_connected_never_counts_as_sent() -> None:
    await make_case()
    await execute("UPDATE notice SET channel = 'official_account' WHERE channel = 'sms'")

    await work()

    assert await states("official_account") == {"failed"}


async def test_who_named_no_phone_is_told_in_the_portal() -> None:
    answers = {name: answer for name, answer in ANSWERS.items() if "mobile" not in name}
    case = await make_draft(answers=answers)
    await send_in(case, citizen(await make_person()))

    assert await fetch_value("SELECT count(*) FROM notice WHERE channel = 'sms'") == 0
    assert len(await inbox.messages(case.person)) == 2


async def test_the_same_message_is_never_written_twice() -> None:
    case = await make_case()
    submitted = (await history(case))[0]
    before = await fetch_value("SELECT count(*) FROM notice")

    await write.tell("N03", [write.named_in(case, case.person)], case, submitted, tail=case.number[-4:])

    assert await fetch_value("SELECT count(*) FROM notice") == before


async def test_phone_and_words_of_a_message_are_sealed() -> None:
    case = await make_case()

    for column in ("recipient", "variables"):
        kept = bytes(await fetch_value(f"SELECT {column} FROM notice WHERE channel = 'sms'"))
        assert PHONE.encode() not in kept
        assert case.number.encode() not in kept


async def test_messages_are_unread_until_they_have_been_seen() -> None:
    case, other = await make_case(), await make_case("ms-10")

    before = await inbox.unread(case.person)
    await inbox.mark_read(case.person)

    assert (before, await inbox.unread(case.person)) == (2, 0)
    assert await inbox.unread(other.person) == 2
    assert all(message.read for message in await inbox.messages(case.person))


async def test_the_newest_message_comes_first_and_no_more_than_asked_for() -> None:
    case = await make_case()

    newest, *_ = await inbox.messages(case.person, count=1)

    assert "已受理" in newest.text
    assert len(await inbox.messages(case.person, count=1)) == 1


async def test_a_date_of_an_unpublished_year_is_only_expected() -> None:
    case = await make_case("xx-01", "xinxing", "M03900")
    case = await move(case, "accept", REVIEWER)

    newest, *_ = await inbox.messages(case.person, count=1)

    assert case.due_on
    published = REGIONS["xinxing"].calendar.published(case.due_on)
    assert ("最晚" if published else "预计") in newest.text


async def test_two_moves_at_once_leave_the_messages_of_one() -> None:
    case = await make_case("xx-01", "xinxing", "M03900")

    await asyncio.gather(
        move(case, "accept", REVIEWER), move(case, "not_accept", REVIEWER, note="不在本市"), return_exceptions=True
    )

    assert await fetch_value("SELECT count(DISTINCT code) FROM notice WHERE code IN ('N05', 'N06')") == 1
