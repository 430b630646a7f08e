"""The application number: eleven random digits and a check digit, read however it is typed."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from portal.cases.life.number import check_digit, new_number, read_number

GOOD = ("482109375564", "305719462082", "900123456786", "100000000009", "908172635447", "573004186293")


@pytest.mark.parametrize("number", GOOD)
def test_a_good_number_is_read(number: str) -> None:
    assert read_number(number) == number


@pytest.mark.parametrize(
    "typed",
    ["4821 0937 5564", "4821-0937-5564", " 482109375564 ", "４８２１　０９３７　５５６４", "4821\t0937\n5564"],
)
def test_it_may_be_typed_with_spaces_hyphens_and_full_width_digits(typed: str) -> None:
    assert read_number(typed) == "482109375564"


@pytest.mark.parametrize(
    "typed",
    [
        "482109375565",  # one digit wrong
        "842109375564",  # two neighbours swapped
        "48210937556",
        "4821093755644",
        "082109375564",
        "",
        "abc",
        "4821 0937 556X",
        "4821.0937.5564",
        "٤٨٢١٠٩٣٧٥٥٦٤",
        "4\x0082109375564",
    ],
)
def test_anything_else_is_no_number(typed: str) -> None:
    assert read_number(typed) == ""


def test_new_numbers_are_good_differ_and_never_begin_with_zero() -> None:
    numbers = {new_number() for _ in range(1000)}

    assert len(numbers) == 1000
    assert all(read_number(number) == number for number in numbers)


numbers = st.integers(10**10, 10**11 - 1).map(lambda first: f"{first}{check_digit(str(first))}")


@given(numbers, st.integers(0, 11), st.integers(0, 9))
def test_one_wrong_digit_is_always_found(number: str, place: int, digit: int) -> None:
    assume(number[place] != str(digit))

    assert read_number(number[:place] + str(digit) + number[place + 1 :]) == ""


def test_swapped_neighbours_are_nearly_always_found() -> None:
    made = [new_number() for _ in range(1000)]
    swapped = [
        number[:place] + number[place + 1] + number[place] + number[place + 2 :]
        for number in made
        for place in range(11)
        if number[place] != number[place + 1]
    ]

    assert sum(read_number(number) == "" for number in swapped) / len(swapped) > 0.95


@given(st.text(max_size=30))
def test_no_text_at_all_upsets_the_reading(text: str) -> None:
    assert read_number(text) == "" or len(read_number(text)) == 12
