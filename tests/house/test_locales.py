"""The English catalogue is complete and faithful, and the mechanism would carry any other language."""

import csv
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from typing import Any

import polib
import pytest

from portal.core.tools import i18n
from portal.core.web.pages import environment
from portal.core.web.sessions import Visitor
from portal.notices.write import words
from portal.policy.published import Guide
from portal.regions.load import REGIONS
from tests.helpers.reading import chinese_in, shown_in
from tests.helpers.texts import HAN, PORTAL, ROOMS, f_strings, texts, translated

# Texts that must be typed or tapped as they are stand in quotes.
QUOTED = re.compile("“[^”]*”")
HOW = "run `python -m tests.helpers.texts --write` and write the English into portal/locales/en.po"


def placeholders(text: str) -> set[str | None]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_every_text_has_an_english_translation() -> None:
    known = {entry.msgid for entry in translated() if entry.msgstr}

    assert not set(texts()) - known, HOW


def test_no_entry_of_the_catalogue_is_stale() -> None:
    assert not {entry.msgid for entry in translated()} - set(texts()), HOW


def test_no_text_stands_twice_in_the_catalogue() -> None:
    ids = [entry.msgid for entry in translated()]

    assert len(ids) == len(set(ids))


def test_a_translation_has_the_placeholders_of_its_source() -> None:
    wrong = [entry.msgid for entry in translated() if placeholders(entry.msgid) != placeholders(entry.msgstr)]

    assert not wrong


def test_no_chinese_is_left_in_a_translation_but_what_is_quoted() -> None:
    left = [entry.msgstr for entry in translated() if HAN.search(QUOTED.sub("", entry.msgstr))]

    assert not left, "put names that must be typed as they are into “quotes”"


def test_chinese_punctuation_stays_in_chinese() -> None:
    left = [
        entry.msgstr for entry in translated() if re.search("[，。；：（）、？！《》]", QUOTED.sub("", entry.msgstr))
    ]

    assert not left


@pytest.mark.parametrize("room", ROOMS)
def test_no_sentence_for_people_is_an_f_string(room: str) -> None:
    found = {path.name: f_strings(path) for path in (PORTAL / room).rglob("*.py")}

    assert not {name: strings for name, strings in found.items() if strings}, "write Said('... {name}', name=name)"


def test_the_collector_finds_a_text_of_every_kind() -> None:
    found = texts()

    assert found["下一步：{name}"] == "templates/components/step_buttons.html"  # in a conditional expression
    assert "居民医保" in found  # in a dict
    assert found["验证码不对，请再看一下短信。您还可以试 {n} 次。"] == "portal/citizen/shared/sms_code.py"
    assert found["尾号{tail}的申请已受理，预计{date}告诉您结果。"] == "portal/notices/texts.toml"
    assert "糖尿病" in found and "眉山市人民医院" in found and "骨髓检查" in found
    assert "阿卜杜热西提·买买提" not in found  # an example of an answer


def twins(part: Any) -> Iterator[tuple[str, str]]:
    """Yield every Chinese text beside which the data of a city have an English one."""
    if isinstance(part, dict):
        yield from (
            (text, part[f"{key[:-3]}_en"])
            for key, text in part.items()
            if key.endswith("_zh") and f"{key[:-3]}_en" in part
        )
    for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from twins(inner)


@pytest.mark.parametrize("city", REGIONS)
def test_the_catalogue_says_what_the_data_of_the_city_say(city: str) -> None:
    folder, english = PORTAL / "regions" / city, i18n.catalogue("en")
    declared = [*twins(tomllib.loads((folder / "region.toml").read_text()))]
    diseases = [*twins([*csv.DictReader((folder / "diseases.csv").read_text().splitlines())])]

    assert declared and diseases
    assert not {text: (en, english[text]) for text, en in [*declared, *diseases] if english[text] != en}


def test_a_message_is_in_the_language_of_its_reader() -> None:
    kept = {"tail": "5564", "date": "2026-12-21", "provisional": False}

    assert words("N05", "in_app", kept) == "尾号5564的申请已受理，最晚12月21日告诉您结果。"
    english = "Your application ending in 5564 has been accepted. You will have the result by 21 Dec."
    assert words("N05", "in_app", kept, "en") == english


@pytest.mark.parametrize(
    ("period", "chinese", "english"),
    [
        (["", ""], "即日起长期有效", "valid from today with no end date"),
        (["", "2028-12-31"], "即日起至2028年12月31日有效", "valid from today until 31 Dec 2028"),
        (["2026-12-01", ""], "2026年12月1日起长期有效", "valid from 1 Dec 2026 with no end date"),
        (["2026-12-01", "2028-11-30"], "2026年12月1日至2028年11月30日有效", "valid from 1 Dec 2026 until 30 Nov 2028"),
    ],
)
def test_the_message_of_an_approval_says_from_when_until_when(period: list[str], chinese: str, english: str) -> None:
    kept = {"tail": "5564", "period": period}

    assert chinese in words("N15", "in_app", kept)
    assert english in words("N15", "in_app", kept, "en")


@pytest.fixture
def pseudo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A language in which every text is ⟦its number and placeholders⟧, written from right to left."""
    made = polib.POFile()
    for number, text in enumerate(texts()):
        said = " ".join([str(number), *(f"{{{name}}}" for name in placeholders(text))])
        made.append(polib.POEntry(msgid=text, msgstr=f"⟦{said}⟧"))
    made.save(str(tmp_path / "ug.po"))
    monkeypatch.setattr(i18n, "LOCALES", tmp_path)
    i18n.catalogue.cache_clear()
    yield "ug"
    i18n.catalogue.cache_clear()


def test_a_page_in_a_language_from_right_to_left_turns_around_and_translates_every_word(pseudo: str) -> None:
    made = environment.__wrapped__(pseudo)
    page = made.get_template("public/start/guide.html").render(
        region=REGIONS["meishan"], guide=Guide(REGIONS["meishan"]), visitor=Visitor(), here="/meishan/"
    )

    assert f'<html lang="{pseudo}" dir="rtl">' in page
    assert "⟦" in page
    assert not chinese_in(page)
    bare = [text for text in shown_in(page) if re.search("[A-Za-z]{3}", re.sub("⟦[^⟧]*⟧|English", "", text))]
    assert not bare


def test_chinese_and_english_pages_run_from_left_to_right() -> None:
    assert [i18n.direction(language) for language in i18n.LANGUAGES] == ["ltr", "ltr"]
