"""The table of requirements names places and tests that are there."""

import re
from pathlib import Path

HOUSE = Path(__file__).parents[2]
TABLE = (HOUSE / "portal" / "REQUIREMENTS.md").read_text()
NAMED = re.compile(r"`([^`]+)`")
NUMBERS = [*(f"X-{n:02}" for n in range(1, 53)), *(f"M-{n:02}" for n in range(1, 56))]  # of our list; never reused
STANDINGS = ("met", "partly", "not met")


def rows() -> list[list[str]]:
    """Return the cells of each row: number, standing, what, where, tests."""
    return [
        [cell.strip() for cell in line.split("|")[1:-1]] for line in TABLE.splitlines() if re.match(r"\| [XM]-", line)
    ]


def test_each_of_the_107_requirements_stands_there_once() -> None:
    assert [number for number, *_ in rows()] == NUMBERS


def test_a_requirement_is_met_or_the_table_says_what_is_missing() -> None:
    for number, standing, what, *_ in rows():
        assert standing in STANDINGS, number
        assert ("Missing: " in what) == (standing != "met"), f"{number}: say what is missing, or that it is met"


def names_of_tests() -> set[str]:
    """Return the names of all tests of the house."""
    files = [*(HOUSE / "tests").rglob("test_*.py"), *(HOUSE / "e2e").rglob("test_*.py")]
    return {name for file in files for name in re.findall(r"^(?:async )?def (test_\w+)", file.read_text(), re.M)}


def test_every_test_that_a_requirement_names_is_there() -> None:
    named = {name for name in NAMED.findall(TABLE) if name.startswith("test_")}

    assert not named - names_of_tests(), (
        "portal/REQUIREMENTS.md names tests that are gone: name the ones that hold it now"
    )


def test_every_place_that_a_requirement_names_is_there() -> None:
    places = [name for name in NAMED.findall(TABLE) if not name.startswith("test_")]
    roots = (HOUSE, HOUSE / "portal")
    lost = [p for p in places if not any((root / p).exists() or (root / f"{p}.py").exists() for root in roots)]

    assert not lost, f"portal/REQUIREMENTS.md names places that are gone: {lost}"


def test_a_requirement_has_a_place_and_a_test() -> None:
    for number, _, _, where, tests in rows():
        assert NAMED.search(where) and NAMED.search(tests), f"portal/REQUIREMENTS.md: no place or no test for {number}"
