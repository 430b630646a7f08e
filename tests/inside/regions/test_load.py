"""What a city may declare, and how a mistake in its files stops the start: with file and key."""

import re
from pathlib import Path

import pytest

from portal.cases.life.moves import State
from portal.regions import load as loading
from portal.regions.catalogue import BadFile
from portal.regions.load import REGIONS, Region, load
from tests.helpers.changes import ChangeSettings
from tests.helpers.cities import city, sanjiang

CITIES = [pytest.param(region, id=name) for name, region in REGIONS.items()]


def test_both_cities_are_there() -> None:
    assert set(REGIONS) == {"meishan", "xinxing"}


@pytest.mark.parametrize("region", CITIES)
def test_a_city_names_every_state_and_knows_the_state_of_every_stage(region: Region) -> None:
    assert set(region.rules.labels) == {state.value for state in State}
    assert {step.state for step in region.rules.steps} <= {state.value for state in State}


@pytest.mark.parametrize("region", CITIES)
def test_a_city_recognises_the_three_diseases_that_the_guides_name(region: Region) -> None:
    names = {disease.name_zh for disease in region.diseases.values()}

    assert {"高血压", "糖尿病", "恶性肿瘤门诊治疗"} <= names


@pytest.mark.parametrize("region", CITIES)
def test_nothing_of_a_city_is_confirmed_yet_so_its_pages_say_sample(region: Region) -> None:
    assert region.sample()
    assert region.sample("appeal")


# What the two cities' rules say, as values.
DIFFERENCES = [
    ("eligibility.on_arrears", "block_submit", "warn"),
    ("query.number_name_zh", "申请编号", "办件编号"),
    ("acceptance.automatic", False, True),
    ("clock.limit_workdays", 20, 1),
    ("service.statutory_limit_workdays", 20, 20),
    ("correction.at_most", 0, 1),
    ("correction.days_to_answer", 30, 30),
    ("correction.extension_days", 15, 15),
    ("correction.resume", "continue", "restart"),
    ("experts.required", 2, 0),
    ("take_back.minutes", 10, 10),
    ("effect.start", "on_approval", "next_month_first"),
    ("delivery.mail", False, True),
    ("uploads.max_file_mib", 20, 20),
    ("uploads.max_files_per_case", 30, 30),
    ("uploads.max_total_mib", 150, 150),
    ("draft.kept_days", 30, 30),
]


@pytest.mark.parametrize(("path", "xinxing", "meishan"), DIFFERENCES)
def test_what_differs_between_the_cities_is_data(
    path: str, xinxing: bool | int | str, meishan: bool | int | str
) -> None:
    section, key = path.split(".")

    assert getattr(getattr(REGIONS["xinxing"].rules, section), key) == xinxing
    assert getattr(getattr(REGIONS["meishan"].rules, section), key) == meishan


def test_a_city_without_a_hotline_shows_the_national_one() -> None:
    assert REGIONS["xinxing"].hotline == "12393"
    assert REGIONS["meishan"].hotline == "028-12393"


def test_a_material_that_a_city_does_not_ask_for_is_an_error() -> None:
    with pytest.raises(KeyError, match="fax"):
        REGIONS["meishan"].material("fax")


# what goes wrong: (the text in region.toml, what stands there instead, what the message must name)
MISTAKES = {
    "a misspelt key": ('hotline = "028-12393"', 'hotlin = "028-12393"', "hotlin"),
    "a wrong type": ("\nminutes = 10", '\nminutes = "ten"', "take_back.minutes"),
    "a word that is no choice": ('resume = "restart"', 'resume = "again"', "correction.resume"),
    "a key left out": ("sign_zh = ", "# sign_zh = ", "sign_zh"),
    "a value without a mark": ('"take_back" = "assumed"\n', "", "take_back.minutes has no mark"),
    "a mark for nothing": ('"rating" = "assumed"', '"rating" = "assumed"\n"contact.fax" = "assumed"', "contact.fax"),
    "a mark nobody knows": ('"rating" = "assumed"', '"rating" = "surely"', "marks.rating"),
    "a calendar nobody has": ('calendars = ["cn-national"]', 'calendars = ["mars"]', "'mars'"),
    "another city's name": ('id = "meishan"', 'id = "leshan"', "'leshan'"),
    "a file that is no TOML": ("[agency]", "[agency", "region.toml"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_stops_the_start_and_names_file_and_key(tmp_path: Path, mistake: str) -> None:
    old, new, named = MISTAKES[mistake]
    folder = city(tmp_path, (old, new))

    with pytest.raises(BadFile) as stopped:
        load(folder)

    assert str(folder / "region.toml") in str(stopped.value)
    assert named in str(stopped.value)


ROW = "M03900,高血压,Hypertension,II,0,0,,心内科,诊断证明,A,,sample\n"
BAD_ROWS = {
    "a disease code that stands twice": (ROW, "M03900 stands twice"),
    "months that are no number": (ROW.replace("M03900", "M9").replace(",0,0,", ",soon,0,"), "validity_months"),
    "a tier nobody knows": (ROW.replace("M03900", "M9").replace(",II,", ",III,"), "tier"),
    "a cell too many": (ROW.replace("M03900", "M9").replace("sample", "sample,more"), ":26:"),
    "a cell too few": (ROW.replace("M03900", "M9").replace(",,sample", ""), ":26:"),
}


@pytest.mark.parametrize("mistake", BAD_ROWS)
def test_a_mistake_in_the_catalogue_stops_the_start_and_names_the_line(tmp_path: Path, mistake: str) -> None:
    row, named = BAD_ROWS[mistake]
    folder = city(tmp_path)
    with (folder / "diseases.csv").open("a") as file:
        file.write(row)

    with pytest.raises(BadFile) as stopped:
        load(folder)

    assert f"{folder / 'diseases.csv'}:26:" in str(stopped.value)
    assert named in str(stopped.value)


def test_a_column_that_the_catalogue_does_not_know_stops_the_start(tmp_path: Path) -> None:
    folder = city(tmp_path)
    path = folder / "diseases.csv"
    path.write_text(path.read_text().replace("code,name_zh,", "code,name,", 1))

    with pytest.raises(BadFile, match=re.escape(str(path))):
        load(folder)


def test_a_calendar_with_an_unknown_key_stops_the_start(tmp_path: Path) -> None:
    calendar = tmp_path / "calendar.toml"
    calendar.write_text('[cn-national.2026]\npublished = true\nsource = "x"\nholidays = []\n')

    with pytest.raises(BadFile, match=r"calendar\.toml.*holidays"):
        load(city(tmp_path), calendar)


def test_a_confirmed_city_is_no_sample_any_more(tmp_path: Path) -> None:
    folder = city(tmp_path)
    path = folder / "region.toml"
    head, _, marks = path.read_text().partition("[marks]")
    confirmed = re.sub(r'= ".*"', '= "confirmed 2026-12-01"', marks)
    path.write_text(f"{head}[marks]{confirmed}")

    region = load(folder)

    assert not region.sample()
    assert not region.sample("appeal")


def test_a_city_that_an_operator_keeps_elsewhere_is_found_beside_the_shipped_ones(
    tmp_path: Path, settings: ChangeSettings
) -> None:
    sanjiang(tmp_path)
    settings(regions=str(tmp_path))

    assert {folder.name for folder in loading.folders()} == {"meishan", "xinxing", "sanjiang"}
