"""A city's TOML files are changed value by value, and everything else in them stays."""

from pathlib import Path

import pytest
import tomlkit

from portal.policy.toml_text import value_at, with_table, with_values, without_table, without_values
from portal.regions.catalogue import BadFile
from portal.regions.load import HERE

FILES = sorted(HERE.rglob("*.toml"))
TEXT = """\
# A city.
schema = 1

[clock]
days = 3       # 法定
covers = ["a", "b"]

# How one gets in.
[[channels]]
id = "web"
name = "网站"

[[channels]]
id = "app"
name = "手机"

# Who says so.
[marks]
"clock.days" = "seed"
"""


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(HERE)))
def test_a_file_of_ours_is_read_and_written_byte_for_byte(path: Path) -> None:
    text = path.read_text()

    assert tomlkit.dumps(tomlkit.parse(text)) == text


def test_a_value_is_changed_and_its_comment_stays() -> None:
    assert with_values(TEXT, ("clock",), {"days": 5}) == TEXT.replace("days = 3 ", "days = 5 ")


def test_a_new_value_stands_before_the_comment_on_the_next_table() -> None:
    assert with_values(TEXT, ("clock",), {"hours": 8}) == TEXT.replace('"b"]\n', '"b"]\nhours = 8\n')


def test_a_long_list_is_written_with_one_element_a_line() -> None:
    days = [f"2027-0{month}-01/2027-0{month}-07" for month in range(1, 8)]

    changed = with_values(TEXT, ("clock",), {"covers": days})

    assert f'covers = [\n  "{days[0]}",\n  "{days[1]}",\n' in changed
    assert value_at(changed, ("clock", "covers")) == days


def test_what_a_person_typed_is_written_so_that_it_reads_the_same() -> None:
    typed = 'a "quote", a \\ and a \x7f'

    assert value_at(with_values(TEXT, ("channels", "app"), {"name": typed}), ("channels", "app", "name")) == typed


def test_a_further_table_stands_behind_those_of_its_kind() -> None:
    added = with_table(TEXT, ("channels", "desk"), {"id": "desk", "name": "窗口"})

    assert added == TEXT.replace('"手机"\n', '"手机"\n\n[[channels]]\nid = "desk"\nname = "窗口"\n')


def test_a_table_goes_and_the_comment_on_the_next_one_stays() -> None:
    assert without_table(TEXT, ("channels", "app")) == TEXT.replace('[[channels]]\nid = "app"\nname = "手机"\n', "")


def test_values_go_by_their_keys() -> None:
    assert without_values(TEXT, ("marks",), ["clock.days", "never.there"]).endswith("[marks]\n")


def test_a_table_that_is_not_there_is_named() -> None:
    with pytest.raises(BadFile, match=r"channels\.phone"):
        with_values(TEXT, ("channels", "phone"), {"name": "电话"})
