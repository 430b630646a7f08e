"""The way through the form is computed from the answers, never stored."""

import pytest

from portal.questions.catalogue import STEPS, after, before, journey, questions
from portal.questions.delivery import POSTAL_ADDRESS, RECEIVING
from portal.questions.diagnosis import DIAGNOSIS
from portal.questions.disease import DISEASE
from portal.questions.recipients import CHANNEL
from portal.regions.load import REGIONS, Region
from tests.helpers.changes import ChangeRegion

CITIES = [pytest.param(region, id=name) for name, region in REGIONS.items()]
MEISHAN, XINXING = REGIONS["meishan"], REGIONS["xinxing"]


@pytest.mark.parametrize("region", CITIES)
def test_the_way_begins_with_the_insurance_and_ends_with_the_review(region: Region) -> None:
    way = journey(region, {})

    assert [step.slug for step in way] == [
        "insurance",
        "person",
        "disease",
        "diagnosis",
        "form",
        "materials",
        "delivery",
        "notify",
        "review",
    ]


def test_the_way_can_be_walked_forward_and_back() -> None:
    way = journey(MEISHAN, {})

    assert before(way[0], way) is None
    assert after(way[-1], way) is way[-1]
    assert all(before(after(step, way), way) is step for step in way[:-1])


def test_the_signature_is_not_a_step_that_can_be_left_and_come_back_to() -> None:
    assert STEPS["signature"] not in journey(MEISHAN, {})
    assert {"declared", "signature"} <= {question.name for question in questions()}


def test_an_address_is_asked_only_of_those_who_want_mail() -> None:
    by_mail, online = {"delivery": "mail"}, {"delivery": "certificate"}

    assert POSTAL_ADDRESS in RECEIVING.asked(MEISHAN, by_mail)
    assert POSTAL_ADDRESS not in RECEIVING.asked(MEISHAN, online)
    assert set(RECEIVING.errors(by_mail, MEISHAN)) == {"recipient", "recipient_mobile", "postal_address"}
    assert RECEIVING.errors(online, MEISHAN) == {}


def test_a_city_that_sends_no_mail_does_not_offer_it() -> None:
    assert [choice.value for choice in RECEIVING.questions[0].choices(XINXING)] == ["certificate"]  # type: ignore[misc]
    assert not POSTAL_ADDRESS.offered(XINXING)


def test_an_official_account_is_offered_only_where_it_is_connected(region: ChangeRegion) -> None:
    for city in (MEISHAN, XINXING):
        assert [choice.value for choice in CHANNEL.choices(city)] == ["sms"]  # type: ignore[misc]

    connected = region("meishan", notices={"connected": ["official_account"]})

    assert [choice.value for choice in CHANNEL.choices(connected)] == ["sms", "official_account"]  # type: ignore[misc]


def test_the_guide_promises_no_message_of_an_official_account() -> None:
    assert not any("公众号" in f"{step.note_zh} {step.query_zh}" for step in MEISHAN.rules.steps)


def test_a_disease_that_is_not_in_the_catalogue_cannot_be_asked_for() -> None:
    assert DISEASE.error("M99999", MEISHAN) == "请从列出的选项里选一个。"
    assert DISEASE.shown("M01600", MEISHAN) == "糖尿病"


def test_a_step_keeps_its_own_answers_and_drops_whatever_else_was_sent() -> None:
    sent = {"hospital": " 眉山市人民医院 ", "state": "approved", "person": "somebody else", "row_version": "9"}

    assert DIAGNOSIS.read(sent) == {
        "hospital": "眉山市人民医院",
        "department": "",
        "diagnosed_on": "",
        "treatment": "",
    }


def test_errors_come_in_the_order_of_the_page() -> None:
    assert list(DIAGNOSIS.errors({"department": "长" * 51}, MEISHAN)) == ["hospital", "department", "diagnosed_on"]


def test_the_review_shows_what_the_person_reads_not_what_is_kept() -> None:
    rows = DIAGNOSIS.rows({"hospital": "眉山市人民医院", "diagnosed_on": "2026-03-16"}, MEISHAN)

    assert ("diagnosed_on", "哪天确诊的？", "2026年3月16日 星期一") in rows
    assert ("treatment", "现在怎么治疗？", "") in rows
