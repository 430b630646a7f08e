"""认定标准 as a tree: all, any, at least n; and a finding nobody made decides nothing."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.regions.catalogue import BadFile
from portal.regions.criteria import Criteria, Finding, Rule, criteria, weighed
from portal.regions.load import REGIONS

FINDINGS = ("met", "unmet", "unclear")
TREE = Rule(all=(1, Rule(any=(2, 3)), Rule(at_least=2, of=(4, 5, 6))))


def came_to(**findings: Finding) -> Finding:
    return weighed(TREE, {int(name[1:]): found for name, found in findings.items()})


def test_all_any_and_at_least_say_what_they_mean() -> None:
    assert came_to(c1="met", c3="met", c4="met", c6="met") == "met"
    assert came_to(c1="unmet", c3="met", c4="met", c6="met") == "unmet"
    assert came_to(c1="met", c2="unmet", c3="unmet", c4="met", c6="met") == "unmet"
    assert came_to(c1="met", c2="met", c4="met", c5="unmet", c6="unmet") == "unmet"


def test_what_is_not_clear_is_neither_met_nor_unmet() -> None:
    assert came_to(c1="met", c3="met", c4="met", c5="unmet", c6="unclear") == "unclear"
    assert came_to() == "unclear"


@given(st.fixed_dictionaries({number: st.sampled_from(FINDINGS) for number in range(1, 7)}), st.integers(1, 6))
def test_better_evidence_never_makes_it_worse(findings: dict[int, Finding], number: int) -> None:
    rank = {"unmet": 0, "unclear": 1, "met": 2}
    better: dict[int, Finding] = {**findings, number: "met"}

    assert rank[weighed(TREE, better)] >= rank[weighed(TREE, findings)]


def test_a_disease_needs_all_of_its_evidence_where_the_city_says_nothing_else() -> None:
    known = REGIONS["xinxing"].criteria

    assert known["M03900"].rule == Rule(all=(1, 2, 3))
    assert known["M04600"].come_to({1: "met", 2: "unmet", 3: "met"}) == "met"
    assert known["M07200"].come_to({1: "unmet", 2: "met", 3: "met"}) == "met"
    assert set(known) == set(REGIONS["xinxing"].diseases)


def test_the_rule_is_said_in_parts() -> None:
    assert Criteria(("a",) * 6, TREE).said() == [(1, (1,)), (1, (2, 3)), (2, (4, 5, 6))]


@pytest.mark.parametrize(
    "line",
    [
        '[M99999]\nrule = { all = [1] }\nsource = "sample"',
        '[M03900]\nrule = { all = [4] }\nsource = "sample"',
        '[M03900]\nrule = { all = [1], any = [2] }\nsource = "sample"',
        '[M03900]\nrule = { at_least = 3, of = [1, 2] }\nsource = "sample"',
        '[M03900]\nrule = { some = [1] }\nsource = "sample"',
        "[M03900]\nrule = { all = [1] }",
    ],
)
def test_a_mistake_in_the_file_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "criteria.toml"
    path.write_text(line)

    with pytest.raises(BadFile, match=r"criteria\.toml"):
        criteria(path.read_text(), str(path), REGIONS["xinxing"].diseases)
