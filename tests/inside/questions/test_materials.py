"""What must be uploaded: it follows from the city, the disease and how the form is filled in."""

from collections.abc import Iterable

import pytest

from portal.questions.materials import Slot, missing, slots
from portal.regions.load import REGIONS, Region

MEISHAN, XINXING = REGIONS["meishan"], REGIONS["xinxing"]
ONLINE = {"disease": "M01600", "form_way": "fill_online"}
BY_HAND = {"disease": "M01600", "form_way": "download_fill_upload"}

RECORDS = {
    "meishan": [
        "medical_records.exam_report",
        "medical_records.diagnosis_certificate",
        "medical_records.inpatient_record",
    ],
    "xinxing": [
        "medical_records.diagnosis_certificate",
        "medical_records.treatment_plan",
        "medical_records.inpatient_record",
        "medical_records.exam_report",
    ],
}


def ids(rows: Iterable[Slot]) -> list[str]:
    return [slot.id for slot in rows]


@pytest.mark.parametrize("name", REGIONS)
def test_identity_and_the_parts_of_the_medical_records_are_asked_for(name: str) -> None:
    rows = slots(REGIONS[name], ONLINE)

    assert [slot.id for slot in rows if not slot.required] == RECORDS[name]
    assert [slot.id for slot in rows if slot.required] == ["identity"]


@pytest.mark.parametrize("region", REGIONS.values(), ids=lambda region: region.id)
def test_the_form_is_a_file_only_for_those_who_fill_it_in_by_hand(region: Region) -> None:
    assert "application_form" not in ids(slots(region, ONLINE))
    assert "application_form" in ids(slots(region, BY_HAND))


def test_the_order_is_the_published_one() -> None:
    assert ids(slots(MEISHAN, BY_HAND))[-2:] == ["identity", "application_form"]
    assert ids(slots(XINXING, BY_HAND))[:2] == ["identity", "application_form"]


def test_either_of_two_papers_is_named_where_one_is_enough() -> None:
    row = next(slot for slot in slots(MEISHAN, ONLINE) if slot.id.endswith("inpatient_record"))

    assert row.name == "住院病历或出院小结"


def test_only_meishan_wants_to_see_the_stamp() -> None:
    assert {slot.stamp for slot in slots(MEISHAN, ONLINE) if not slot.required} == {True}
    assert not any(slot.stamp for slot in slots(XINXING, ONLINE))


def test_identity_says_which_papers_will_do() -> None:
    (identity,) = [slot for slot in slots(XINXING, ONLINE) if slot.id == "identity"]

    assert identity.why == "身份证、医保电子凭证（不要截二维码）、社保卡，任选一样。身份证要正反两面。"


def test_the_report_says_what_the_disease_usually_needs() -> None:
    with_disease = next(slot for slot in slots(MEISHAN, ONLINE) if slot.id.endswith("exam_report"))
    without = next(slot for slot in slots(MEISHAN, {}) if slot.id.endswith("exam_report"))

    assert "并发症检查报告" in with_disease.why
    assert without.why == ""


@pytest.mark.parametrize("name", REGIONS)
def test_with_nothing_uploaded_identity_and_one_medical_paper_block(name: str) -> None:
    blocking, open_ = missing(REGIONS[name], ONLINE, set())

    assert set(ids(blocking)) == {"identity", RECORDS[name][0]}
    assert ids(open_) == RECORDS[name][1:]


@pytest.mark.parametrize("name", REGIONS)
def test_saying_there_is_none_does_for_the_parts_but_not_for_all_of_them(name: str) -> None:
    ticked = {**ONLINE, **{f"without.{slot}": "yes" for slot in RECORDS[name]}}

    blocking, open_ = missing(REGIONS[name], ticked, {"identity"})
    enough, nothing = missing(REGIONS[name], ticked, {"identity", RECORDS[name][2]})

    assert ids(blocking) == [RECORDS[name][0]]
    assert open_ == []
    assert (enough, nothing) == ([], [])


@pytest.mark.parametrize("name", REGIONS)
def test_with_a_file_in_every_row_nothing_is_missing(name: str) -> None:
    region = REGIONS[name]

    assert missing(region, BY_HAND, set(ids(slots(region, BY_HAND)))) == ([], [])


def test_a_form_chosen_by_hand_blocks_until_it_is_there() -> None:
    held = {"identity", *RECORDS["meishan"]}

    blocking, _ = missing(MEISHAN, BY_HAND, held)

    assert ids(blocking) == ["application_form"]


def test_what_a_person_typed_is_in_no_words_that_are_kept() -> None:
    region = REGIONS["meishan"]

    assert slots(region, {"disease": "<张丽的病>"}) is slots(region, {})
    assert slots(region, {"disease": "M01600"}) is slots(region, {"disease": "M01600", "mobile": "13800000101"})
