"""A correction asks for a paper, an answer of the form or an explanation, and each is given in place."""

import re
from datetime import timedelta
from urllib.parse import quote_plus

import pytest

from portal.cases.apply import renewal
from portal.cases.life.case import Case, answers_of
from portal.cases.life.moves import NotAllowed, State
from portal.cases.mail import envelopes
from portal.cases.papers import corrections
from portal.cases.papers.defects import EXPLANATION, NewDefect, give
from portal.core.store.database import fetch_value
from portal.core.tools import clock
from portal.letters.letter import letters
from portal.notices.write import named_in
from portal.questions.catalogue import correctable
from tests.helpers import walk
from tests.helpers.answers import ANSWERS
from tests.helpers.client import Client
from tests.helpers.factories import (
    REVIEWER,
    citizen,
    current,
    make_benefit,
    make_case,
    make_decided,
    make_draft,
    make_person,
    make_staff,
    nobodys,
    send_in,
)
from tests.helpers.must import must
from tests.helpers.post import work
from tests.helpers.seen import chosen, errors, refused, typed
from tests.helpers.sides import choose, sides

pytestmark = pytest.mark.usefixtures("database")
MOBILE = "13800000101"
BY_MAIL = {
    **ANSWERS,
    "delivery": "mail",
    "recipient": "张丽",
    "recipient_mobile": "13800000101",
    "postal_address": "四川省眉山市东坡区苏祠路 1 号",
}
HOSPITAL = NewDefect("", "differs", "诊断证明上是另一家", "hospital")
# Another good answer to each question that can be asked anew, as it is posted.
ANEW = {
    "mobile": {"mobile": "13900000002"},
    "address": {"address": "东坡区三苏大道 8 号"},
    "employer": {"employer": "苏祠社区"},
    "hospital": {"hospital": "四川大学华西医院"},
    "department": {"department": "内分泌科"},
    "diagnosed_on": {"diagnosed_on-year": "2025", "diagnosed_on-month": "4", "diagnosed_on-day": "7"},
    "treatment": {"treatment": "打胰岛素"},
    "delivery": {"delivery": "certificate"},
    "recipient": {"recipient": "李四"},
    "recipient_mobile": {"recipient_mobile": "13900000003"},
    "postal_address": {"postal_address": "四川省眉山市彭山区凤鸣街道 9 号"},
    "notify_channel": {"notify_channel": "sms"},
    "notify_mobile": {"notify_mobile": "13900000004"},
}
SAME = {"notify_channel"}  # there is nothing else to choose


async def asked(*defects: NewDefect, case: Case | None = None) -> Case:
    """Return a case whose citizen was asked for *defects*."""
    return await corrections.ask(case or await make_case(), REVIEWER, defects)


async def at_notice(client: Client, case: Case) -> str:
    """Open the notice as its citizen and return its address."""
    await client.sign_in(MOBILE)
    page = f"{walk.case_address(case)}/corrections/1"
    await client.get(page)
    return page


def control(client: Client, id: str) -> str:
    """Return the tag of the control *id*."""
    return must(re.search(rf'<(?:input|textarea|select)\b[^>]*\bid="{re.escape(id)}"[^>]*>', client.text))[0]


def is_marked(client: Client, id: str) -> bool:
    """Return whether the control *id* is marked as wrong and described by its error."""
    tag = control(client, id)
    return 'aria-invalid="true"' in tag and f"{id}-error" in tag and f'id="{id}-error"' in client.text


async def words_field(case: Case, at: int = 0) -> str:
    """Return the name of the field for words about a defect of the open notice."""
    notice = must(await corrections.open_correction(case))
    return f"words-{(await corrections.defects(notice, ()))[at].id}"


async def test_a_wrong_hospital_is_put_right_in_place_and_is_the_answer_from_then_on(client: Client) -> None:
    case = await asked(HOSPITAL)
    page = await at_notice(client, case)

    assert "和材料上的不一样：诊断证明上是另一家" in client.text
    assert "原来填的：眉山市人民医院" in client.text
    assert typed(client, "hospital") == "眉山市人民医院"
    assert 'form="answer"' in control(client, "hospital")
    await client.post(page, {"hospital": "四川大学华西医院"})

    case = await current(case)
    assert client.path == walk.case_address(case)
    assert case.at is State.REVIEWING
    assert answers_of(case)["hospital"] == "四川大学华西医院"


async def test_every_answer_of_the_form_but_the_disease_can_be_asked_anew_by_a_clerk(client: Client) -> None:
    case = await nobodys(await send_in(await make_draft(answers=BY_MAIL), citizen(await make_person())))
    names = [question.name for question in correctable(case.city, answers_of(case))]
    assert names == list(ANEW)
    await make_staff()
    await client.staff_sign_in("meishan-reviewer")
    composer = f"/staff/cases/{case.number}/corrections/new"
    await client.get(composer)
    assert 'name="reason-answer.disease"' not in client.text

    await client.post(composer, {f"reason-answer.{name}": "differs" for name in names})

    page = await at_notice(client, case)
    for name in names:
        assert f'name="{name}' in client.text, name
    fields = {field: text for name in names for field, text in ANEW[name].items()}
    fields[await words_field(case, names.index("notify_channel"))] = "就用短信"
    await client.post(page, fields)
    assert client.path == walk.case_address(case)
    now = answers_of(await current(case))
    assert {name for name in names if now.get(name) == BY_MAIL.get(name)} == SAME
    assert (now["diagnosed_on"], now["mobile"]) == ("2025-04-07", "13900000002")


async def test_the_desk_sees_both_answers_side_by_side_once_the_answer_was_sent(client: Client) -> None:
    await make_staff()
    case = await nobodys(await asked(HOSPITAL))
    page = await at_notice(client, case)
    await client.post(page, {"hospital": "四川大学华西医院", "action": "save"})
    await client.staff_sign_in("meishan-reviewer")
    await client.get(f"/staff/cases/{case.number}")
    assert "四川大学华西医院" not in client.text

    await at_notice(client, case)
    await client.post(page, {"hospital": "四川大学华西医院"})
    await client.staff_sign_in("meishan-reviewer")
    await client.get(f"/staff/cases/{case.number}")

    changes = client.text[client.text.index('id="corrections"') :]
    assert re.search(r"原来：确诊的医院</dt>\s*<dd[^>]*>\s*眉山市人民医院", changes)
    assert re.search(r"改成：确诊的医院</dt>\s*<dd[^>]*>\s*四川大学华西医院", changes)


async def test_a_number_to_correct_is_masked_at_the_desk_before_and_after(client: Client) -> None:
    await make_staff()
    case = await nobodys(await make_case())
    await client.staff_sign_in("meishan-reviewer")
    await client.get(f"/staff/cases/{case.number}/corrections/new")
    assert "现在填的：138****0101" in client.text
    case = await nobodys(await asked(NewDefect("", "unreachable", "", "mobile"), case=case))
    page = await at_notice(client, case)

    await client.post(page, {"mobile": "13900000002"})

    await client.staff_sign_in("meishan-reviewer")
    await client.get(f"/staff/cases/{case.number}")
    assert "138****0101" in client.text
    assert "139****0002" in client.text
    assert "13900000002" not in client.text.replace(" ", "")


async def test_a_bad_answer_is_told_at_its_field_and_what_was_typed_stays(client: Client) -> None:
    case = await asked(NewDefect("", "differs", "", "diagnosed_on"), NewDefect("", "unreachable", "", "mobile"))
    page = await at_notice(client, case)

    await client.post(
        page, {"diagnosed_on-year": "2025", "diagnosed_on-month": "13", "diagnosed_on-day": "1", "mobile": "139"}
    )

    assert list(refused(client)) == ["diagnosed_on", "mobile"]
    assert is_marked(client, "mobile")
    assert typed(client, "diagnosed_on-month") == "13"
    assert typed(client, "mobile") == "139"
    assert (await current(case)).at is State.CORRECTION


async def test_an_answer_left_as_it_was_needs_a_word_why(client: Client) -> None:
    case = await asked(HOSPITAL)
    page = await at_notice(client, case)
    await client.post(page, {"hospital": "眉山市人民医院"})
    assert refused(client) == {"hospital": "还没有改。请改成对的；不用改的，在下面写一句为什么。"}
    assert is_marked(client, "hospital")

    await client.post(page, {"hospital": "眉山市人民医院", await words_field(case): "证明上写的是旧名字"})

    assert (await current(case)).at is State.REVIEWING
    assert answers_of(await current(case))["hospital"] == "眉山市人民医院"


async def test_each_item_has_its_words_under_itself_and_its_error_leads_to_its_field(client: Client) -> None:
    case = await asked(NewDefect("identity", "one_side", ""), HOSPITAL, NewDefect("", "other", "请说明为什么没有住院"))
    notice = must(await corrections.open_correction(case))
    paper, _, explanation = await corrections.defects(notice, ())
    page = await at_notice(client, case)
    parts = client.text.split('<section class="material"')[1:]
    assert len(parts) == 3
    for part, defect in zip(parts, await corrections.defects(notice, ()), strict=True):
        assert f'name="words-{defect.id}"' in part
    assert EXPLANATION in parts[2]

    await client.post(page)

    wrong = [f"pick-defect-{paper.id}", "hospital", f"words-{explanation.id}"]
    assert list(refused(client)) == wrong
    assert all(is_marked(client, id) for id in wrong)


async def test_what_was_answered_so_far_waits_for_the_citizen_to_come_back(client: Client) -> None:
    case = await asked(HOSPITAL, NewDefect("", "other", "请说明为什么没有住院"))
    page = await at_notice(client, case)
    words = await words_field(case, 1)

    await client.post(page, {"hospital": "四川大学华西医院", words: "一直在门诊看", "action": "save"})
    assert client.path == walk.case_address(case)

    await client.get(page)
    assert typed(client, "hospital") == "四川大学华西医院"
    assert typed(client, words) == "一直在门诊看"
    assert "2 样里补了 2 样。" in client.text
    assert answers_of(await current(case))["hospital"] == "眉山市人民医院"


async def test_the_second_of_two_tabs_shows_what_was_typed_beside_what_the_first_saved(client: Client) -> None:
    case = await asked(HOSPITAL)
    page = await at_notice(client, case)
    second = client.hidden
    await client.post(page, {"hospital": "四川大学华西医院", "action": "save"})

    await client.post(page, {**second, "hospital": "成都市第三人民医院"})

    assert client.status == 409
    both = ("成都市第三人民医院", "四川大学华西医院")
    assert sides(client) == {"chosen-1": [f"hospital={quote_plus(name)}" for name in both]}
    await choose(client)
    assert answers_of(await current(case))["hospital"] == "成都市第三人民医院"


async def test_who_chooses_mail_now_is_asked_for_the_address_in_the_same_place(client: Client) -> None:
    case = await asked(NewDefect("", "other", "请选一种领取的方法", "delivery"))
    page = await at_notice(client, case)
    assert chosen(client, "delivery") == ["certificate"]
    await client.post(page, {"delivery": "mail"})
    assert list(errors(client)) == ["recipient", "recipient_mobile", "postal_address"]

    where = {name: BY_MAIL[name] for name in ("recipient", "recipient_mobile", "postal_address")}
    await client.post(page, {"delivery": "mail", **where})

    await make_decided(await current(case))
    envelope = must(await envelopes.latest(case))
    assert envelope.where.postal_address == BY_MAIL["postal_address"]


async def test_an_address_put_right_is_on_the_envelope_and_a_new_phone_has_the_next_message(client: Client) -> None:
    case = await send_in(await make_draft(answers=BY_MAIL), citizen(await make_person()))
    address = NewDefect("", "vague", "请写到门牌号", "postal_address")
    case = await asked(address, NewDefect("", "unreachable", "", "notify_mobile"), case=case)
    page = await at_notice(client, case)
    await work()

    await client.post(page, {**ANEW["postal_address"], "notify_mobile": "13900000004"})

    await make_decided(await current(case))
    assert must(await envelopes.latest(case)).where.postal_address == ANEW["postal_address"]["postal_address"]
    to_new = "SELECT count(*) FROM notice WHERE code = 'N15' AND channel = 'sms'"
    assert await fetch_value(to_new) == 1
    assert named_in(await current(case), case.person).mobile == "13900000004"


async def test_what_is_answered_is_sealed_in_the_database(client: Client) -> None:
    case = await asked(HOSPITAL)
    page = await at_notice(client, case)

    await client.post(page, {"hospital": "四川大学华西医院"})

    for column in ("given", "replaced"):
        stored = bytes(await fetch_value(f"SELECT {column} FROM defect"))
        assert "医院".encode() not in stored


async def test_the_notice_on_paper_names_the_answer_with_an_example() -> None:
    case = await asked(HOSPITAL, NewDefect("", "other", "请说明为什么没有住院"))

    letter = next(letter for letter in await letters(case.id) if letter.kind == "L04")

    assert letter.opened().lists[0].items == [
        "确诊的医院：和材料上的不一样：诊断证明上是另一家。例如：眉山市人民医院。",
        "说明情况：请说明为什么没有住院。",
    ]


async def test_in_a_city_of_one_notice_a_second_may_ask_only_for_what_was_answered_anew(client: Client) -> None:
    case = await asked(HOSPITAL)
    page = await at_notice(client, case)
    await client.post(page, {"hospital": "四川大学华西医院"})
    case = await current(case)

    with pytest.raises(NotAllowed):
        await corrections.ask(case, REVIEWER, [NewDefect("", "unreachable", "", "mobile")])
    case = await corrections.ask(case, REVIEWER, [HOSPITAL])

    assert case.at is State.CORRECTION


async def test_a_renewal_is_corrected_alike() -> None:
    held = await make_benefit()
    clock.shift(clock.ahead() + (must(held.ends_on) - timedelta(days=30) - clock.today()))
    who = citizen(await make_person())
    case = await send_in(await renewal.begin(held, None, MOBILE), who)
    case = await asked(NewDefect("", "unreachable", "", "mobile"), case=case)
    notice = must(await corrections.open_correction(case))
    (defect,) = await corrections.defects(notice, ())

    await give(defect, {"mobile": "13900000002"})
    case = await corrections.answer(case, who, notice)

    assert answers_of(case)["mobile"] == "13900000002"


async def test_a_clerk_asks_for_an_explanation_in_words_alone_and_is_led_to_a_field_when_nothing_is_chosen(
    client: Client,
) -> None:
    await make_staff()
    case = await nobodys(await make_case())
    await client.staff_sign_in("meishan-reviewer")
    composer = f"/staff/cases/{case.number}/corrections/new"
    await client.get(composer)
    await client.post(composer)
    (field,) = refused(client)
    assert is_marked(client, field)

    await client.post(composer, {"words-explanation.1": "请说明为什么没有住院", "action": "preview"})
    assert "说明情况：请说明为什么没有住院" in client.text
    await client.post(composer, {"words-explanation.1": "请说明为什么没有住院"})

    await at_notice(client, case)
    assert "请说明为什么没有住院" in client.text


async def test_an_addition_without_a_file_leads_to_the_field_for_files(client: Client) -> None:
    case = await make_case()
    await client.sign_in(MOBILE)
    page = f"{walk.case_address(case)}/supplements"
    await client.get(page)

    await client.post(page)

    (field,) = refused(client)
    assert field.startswith("pick-")
    assert is_marked(client, field)
