"""DECISIONS.md and the code know each other: what is cited exists, and each decision is cited where it matters."""

import re
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "portal" / "DECISIONS.md").read_text()
FOLDERS = ("portal", "templates", "static/js", "static/css", "tests", "e2e", "migrations")
KINDS = {".py", ".html", ".js", ".css", ".toml"}
DECISION = re.compile(r"^### D(\d+) (.+)\n\*(\d{4}-\d\d) · (.+)\*\n\n((?:(?!##).*\n)+)", re.MULTILINE)
CITED = re.compile(r"\bD(\d{1,3}):")
LINES = re.compile(r"[Aa]bout ([\d,]+) lines of [\w ]+?\(([^)]+)\)")


class Decision(NamedTuple):
    """A decision as it stands in DECISIONS.md; *where* are the files in which it can trip somebody up."""

    number: int
    title: str
    where: tuple[str, ...]
    text: str


def decisions() -> list[Decision]:
    return [
        Decision(int(number), title, tuple(re.findall(r"`([^`]+)`", where)), text)
        for number, title, _, where, text in DECISION.findall(TEXT)
    ]


def in_the_repository(name: str) -> Path:
    """Return the file *name*, which stands in the root or in portal/."""
    return next((home / name for home in (ROOT / "portal", ROOT) if (home / name).is_file()), ROOT / name)


def files() -> list[Path]:
    ours = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.suffix in KINDS]
    return [*ours, ROOT / "Makefile", ROOT / "pyproject.toml"]


def test_each_decision_is_written_in_the_same_form() -> None:
    headings = re.findall(r"^### (.*)$", TEXT, re.MULTILINE)
    numbers = [decision.number for decision in decisions()]

    assert len(headings) == len(numbers), "### D37 Title, then a line *2026-11 · `file`*, then the points"
    assert sorted(numbers) == list(range(1, len(numbers) + 1)), "a number is given once and never taken away"
    for decision in decisions():
        points = re.findall(r"^- \*\*(\w+)\.\*\*", decision.text, re.MULTILINE)
        assert points == ["Context", "Choice", "Price"], f"D{decision.number}: say context, choice and price"


def test_the_index_lists_every_decision_in_its_order() -> None:
    listed = re.findall(r"^- \[D(\d+)\]\(#[\w-]+\) (.+)$", TEXT, re.MULTILINE)

    assert listed == [(str(decision.number), decision.title) for decision in decisions()]


def test_every_number_that_is_cited_is_a_decision() -> None:
    known = {decision.number for decision in decisions()}
    lost = [
        f"{path.relative_to(ROOT)}: D{number}"
        for path in files()
        for number in CITED.findall(path.read_text())
        if int(number) not in known
    ]

    assert not lost, "there is no such decision in portal/DECISIONS.md"


@pytest.mark.parametrize("decision", decisions(), ids=lambda decision: f"D{decision.number}")
def test_every_file_under_a_decision_cites_it(decision: Decision) -> None:
    silent = [
        name
        for name in decision.where
        if not in_the_repository(name).is_file()
        or str(decision.number) not in CITED.findall(in_the_repository(name).read_text())
    ]

    assert not silent, f"say `D{decision.number}: why` where it bites, or correct the file in portal/DECISIONS.md"


@pytest.mark.parametrize("decision", decisions(), ids=lambda decision: f"D{decision.number}")
def test_a_price_in_lines_is_about_right(decision: Decision) -> None:
    for said, names in LINES.findall(re.sub(r"\s+", " ", decision.text)):
        paths = [in_the_repository(name) for name in re.findall(r"`([^`]+)`", names)]
        lines = sum(len(path.read_text().splitlines()) for path in paths)

        assert lines * 2 / 3 < int(said.replace(",", "")) < lines * 4 / 3, f"D{decision.number}: there are {lines} now"
