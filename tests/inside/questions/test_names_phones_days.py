"""Names with dots, long, rare and Latin ones; phones as people type them; days of the calendar."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.tools import clock
from portal.questions.diagnosis import DIAGNOSED_ON
from portal.questions.insured_person import MOBILE
from portal.questions.rules import day, grouped_mobile, long_day, name_error, tidy_day, tidy_mobile, tidy_name
from portal.regions.load import REGIONS

MEISHAN = REGIONS["meishan"]

NAMES = (
    "张三",
    "王",
    "阿卜杜热西提·买买提",
    "古丽巴哈尔·阿不都克里木·吐尔逊",
    "古丽巴哈尔·阿不都克里木·吐尔逊江·买买提艾力·热合曼",
    "长" * 50,
    "李𠅤",  # Extension B
    "㐀㐁",  # Extension A
    "Maria Del Carmen",
    "MARIA DEL CARMEN",
    "José García-Núñez",
    "O'Brien",
)


@pytest.mark.parametrize("name", NAMES)
def test_a_real_name_is_accepted_and_kept_as_typed(name: str) -> None:
    assert name_error(name) == ""
    assert tidy_name(name) == name


@pytest.mark.parametrize("dot", "•‧・･⋅∙.．。")
def test_the_dot_of_any_keyboard_becomes_the_right_one_between_two_han_characters(dot: str) -> None:
    assert tidy_name(f"迪丽热巴{dot}某某") == "迪丽热巴·某某"
    assert tidy_name(f"迪丽热巴 {dot} 某某") == "迪丽热巴·某某"
    assert tidy_name(f"𠅤{dot}𠅤") == "𠅤·𠅤"


def test_every_dot_of_a_long_name_is_put_right_and_none_is_lost() -> None:
    assert tidy_name("古丽.阿不都•吐尔逊。热合曼") == "古丽·阿不都·吐尔逊·热合曼"


def test_the_point_of_a_latin_name_stays_a_point() -> None:
    assert tidy_name("J.R. Smith") == "J.R. Smith"
    assert name_error("J.R. Smith") == ""


def test_what_is_around_a_name_is_trimmed_and_what_is_inside_is_not() -> None:
    assert tidy_name("  Maria  Del Carmen ") == "Maria  Del Carmen"


def test_composed_and_decomposed_letters_are_the_same_name() -> None:
    assert tidy_name("Jose\u0301") == "José"


@pytest.mark.parametrize("name", ["", "张3", "张三<b>", "张三;", "长" * 101, "张\n三", "😀", "张三(曾用名)", "张三=1"])
def test_what_is_no_name_is_told_so(name: str) -> None:
    assert name_error(name)


@given(st.text(max_size=40))
def test_tidying_a_name_twice_changes_nothing_more(name: str) -> None:
    assert tidy_name(tidy_name(name)) == tidy_name(name)


@pytest.mark.parametrize(
    "typed",
    [
        "13800138000",
        "138 0013 8000",
        "138-0013-8000",
        "+8613800138000",
        "+86 138 0013 8000",
        "008613800138000",
        "１３８００１３８０００",
        " (138)00138000 ",
    ],
)
def test_a_phone_number_is_read_however_it_was_typed(typed: str) -> None:
    assert MOBILE.tidy(typed) == "13800138000"


@pytest.mark.parametrize(
    "number", ["13800138000", "14700000000", "16200000000", "17000000000", "19200000000", "19912345678"]
)
def test_any_mobile_number_is_taken_because_numbers_move_between_providers(number: str) -> None:
    assert MOBILE.error(number, MEISHAN) == ""


@pytest.mark.parametrize(
    "number", ["1380013800", "138001380001", "12800138000", "02812393", "23800138000", "1380013800a", "abc"]
)
def test_what_is_no_mobile_number_is_told_so(number: str) -> None:
    assert MOBILE.error(number, MEISHAN) == "手机号应该是 11 位，1 开头。请再检查一次。"


def test_a_phone_in_digits_of_another_script_does_not_become_a_phone_of_its_own() -> None:
    assert MOBILE.error(tidy_mobile("138٠٠١٣٨٠٠٠"), MEISHAN)
    assert MOBILE.error(tidy_mobile("١٣٨٠٠١٣٨٠٠٠"), MEISHAN)


def test_a_phone_number_is_shown_in_groups() -> None:
    assert grouped_mobile("13800138000") == "138 0013 8000"


@pytest.mark.parametrize("typed", ["2026-3-6", "2026-03-06", "２０２６-３-６", " 2026-3-6 "])
def test_a_day_is_kept_in_one_form(typed: str) -> None:
    assert tidy_day(typed) == "2026-03-06"


@pytest.mark.parametrize(
    "typed", ["2026-2-30", "2026-13-1", "2026--1", "abc", "", "2026-3", "1-2-3-4", "99999999999999999999-1-1", "-1-1-1"]
)
def test_what_is_no_day_is_kept_as_typed_to_be_seen_again(typed: str) -> None:
    assert day(typed) is None
    assert tidy_day(typed) == typed


@given(st.text(max_size=30))
def test_no_text_at_all_upsets_the_reading_of_a_day(text: str) -> None:
    assert day(text) is None or tidy_day(tidy_day(text)) == tidy_day(text)


def test_today_is_early_enough_and_tomorrow_is_not() -> None:
    today = clock.today()

    assert DIAGNOSED_ON.error(today.isoformat(), MEISHAN) == ""
    assert "不能晚于今天" in DIAGNOSED_ON.error((today + timedelta(days=1)).isoformat(), MEISHAN)


def test_a_day_comes_in_three_fields_and_is_shown_with_its_weekday() -> None:
    form = {"diagnosed_on-year": " 2026", "diagnosed_on-month": "3", "diagnosed_on-day": "16 "}

    assert DIAGNOSED_ON.read(form) == "2026-03-16"
    assert DIAGNOSED_ON.read({}) == ""
    assert long_day("2026-03-16") == "2026年3月16日 星期一"


def test_a_day_with_a_part_missing_is_asked_for_again() -> None:
    typed = DIAGNOSED_ON.read({"diagnosed_on-year": "2026", "diagnosed_on-month": "", "diagnosed_on-day": "16"})

    assert DIAGNOSED_ON.error(typed, MEISHAN) == "没有这一天。请检查年、月、日。"
