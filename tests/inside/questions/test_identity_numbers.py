"""Identity numbers: every real person's is accepted, whatever the region code; one wrong character is found."""

from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from portal.accounts.register import demo_people
from portal.core.tools import clock
from portal.questions.rules import birth_in, check_character, resident_number_error, sex_in, tidy_number

GOOD = (
    "11010519491231002X",
    "652201198001010013",
    "511402195503150026",  # a county that was founded after the birth
    "652201201509090012",
    "511402201210120024",
    "810000199408230021",  # residence permits of Hong Kong, Macao and Taiwan residents
    "820000199001010010",
    "830000199201300022",
    "931111198505051234",  # a foreigner's permanent residence card of 2023
)
SUM = "可能有一位填错了"
DATE = "现在的日期不对"


@pytest.mark.parametrize("number", [*GOOD, *demo_people()])
def test_a_real_number_is_accepted(number: str) -> None:
    assert resident_number_error(number) == ""


@pytest.mark.parametrize("number", GOOD)
def test_any_other_last_character_is_found(number: str) -> None:
    others = [character for character in "0123456789X" if character != number[-1]]

    assert all(SUM in resident_number_error(number[:-1] + character) for character in others)


@given(st.sampled_from(GOOD), st.integers(0, 16), st.integers(0, 9))
def test_one_wrong_digit_is_always_found(number: str, place: int, digit: int) -> None:
    assume(number[place] != str(digit))

    assert resident_number_error(number[:place] + str(digit) + number[place + 1 :])


@given(st.dates(date(1900, 1, 1), date(2026, 1, 1)), st.integers(100000, 899999), st.integers(0, 999))
def test_the_region_code_is_never_an_error(born: date, region: int, order: int) -> None:
    first17 = f"{region}{born:%Y%m%d}{order:03}"
    number = first17 + check_character(first17)

    assert resident_number_error(number) == ""
    assert birth_in(number) == born
    assert sex_in(number) == ("男" if order % 2 else "女")


def made(birth: str) -> str:
    first17 = f"511402{birth}002"
    return first17 + check_character(first17)


@pytest.mark.parametrize("birth", ["19900230", "19901301", "19900001", "18991231", "00000000", "20250229"])
def test_a_birth_date_that_never_was_is_told_as_such(birth: str) -> None:
    assert DATE in resident_number_error(made(birth))


def test_nobody_is_born_tomorrow_but_somebody_is_born_today() -> None:
    tomorrow = clock.today() + timedelta(days=1)

    assert DATE in resident_number_error(made(f"{tomorrow:%Y%m%d}"))
    assert resident_number_error(made(f"{clock.today():%Y%m%d}")) == ""


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("11010519491231002", "您填了 17 位"),
        ("11010519491231002X1", "您填了 19 位"),
        ("", "您填了 0 位"),
        ("110105491231002", "15 位号码，已经停用"),
        ("01010519491231002X", "只有数字"),
        ("1101051949123100XX", "只有数字"),
        ("A10105194912310021", "只有数字"),
    ],
)
def test_a_number_of_another_form_is_told_what_is_wrong(number: str, said: str) -> None:
    assert said in resident_number_error(number)


@pytest.mark.parametrize(
    "typed",
    [
        "110105 19491231 002x",
        "110105-19491231-002X",
        "１１０１０５１９４９１２３１００２Ｘ",
        "　11010519491231002x ",
        "11010519491231002ｘ",
    ],
)
def test_spaces_hyphens_full_width_and_a_small_x_are_tidied(typed: str) -> None:
    assert tidy_number(typed) == "11010519491231002X"


@pytest.mark.parametrize("zero", ["٠", "۰", "०"])  # Arabic, Uyghur and Indian digits
def test_digits_of_another_script_do_not_make_a_second_identity(zero: str) -> None:
    number = GOOD[1]
    foreign = "".join(chr(ord(zero) + int(digit)) for digit in number[1:17])

    assert resident_number_error(tidy_number(number[0] + foreign + number[17]))
