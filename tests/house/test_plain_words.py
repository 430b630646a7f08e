"""What the portal says is plain, has one name for one thing, and is good English beside the Chinese."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

from portal.core.tools.i18n import catalogue, formatted
from portal.core.tools.places import TEMPLATES
from tests.helpers.texts import of_cities, of_code, of_notices, of_templates

# What citizens meet: their pages, the public ones, and what these are made of. Staff have words of their own.
CITIZENS = re.compile(
    r"^(templates/(citizen|public|layouts/(_?citizen|_masthead|page))|portal/(citizen|questions|public))"
)

# Words that a farmer of seventy would have to ask about, and what we say.
OFFICIAL = {
    "这件办件": "这次申请",
    "还没有办件": "您还没有申请过",
    "取回修改": "改一改再交",
    "撤销委托": "不让对方办了",
    "撤回申请": "不办了，撤回",
    "撤回同意": "不同意了",
    "不认识此人": "我不认识这个人",
    "重新排队": "时间从头算",
    "一样有用": "一样有效",
    "登录到时间了": "您太久没有操作，已经退出",
    "登录过期": "您太久没有操作，已经退出",
    "登录已经到时间": "您太久没有操作，已经退出",
    "按当地规定": "请打热线问清楚",
    "实名等级": "您的身份",
    "涉及隐私的病种": "格外要保密的病",
    "不超过": "等了不到",
    "算在时限里": "包括在总时间里",
    "即时": "马上",
    "受委托办的事": "让您代看",
}
# One name for one thing: the name on the left is said by nobody.
NAMES = {"人脸核对": "人脸识别", "刷脸": "人脸识别"}
NAMES_EN = {
    r"[Aa]uthoriz": "authorisation",
    r"[Dd]elegation": "authorisation",
    r"[Ll]etters? of authorisation": "authorisation letter",
    r"\b[Pp]rox(y|ies)\b": "representative",
    r"public display": "public notice",
    r"[Ff]ace check": "face recognition",
    r"[Rr]ecognition of": "chronic and special disease outpatient benefit",
}


@cache
def said() -> list[tuple[str, str]]:
    """Return every text of the portal with the place where it stands."""
    return [*of_templates(), *of_code(), *of_notices(), *of_cities()]


def said_to_citizens() -> list[tuple[str, str]]:
    """Return the texts that citizens read, with their places."""
    return [(place, text) for place, text in said() if CITIZENS.match(place)]


@pytest.mark.parametrize(("official", "plain"), OFFICIAL.items())
def test_a_farmer_of_seventy_reads_no_word_of_the_office_where_a_plain_one_says_it(official: str, plain: str) -> None:
    left = {text: place for place, text in said_to_citizens() if official in text}

    assert not left, f"say “{plain}” instead of “{official}”"


@pytest.mark.parametrize(("other", "name"), NAMES.items())
def test_one_thing_has_one_name(other: str, name: str) -> None:
    left = {text: place for place, text in said() if other in text}

    assert not left, f"it is called {name}"


@pytest.mark.parametrize(("other", "name"), NAMES_EN.items())
def test_one_thing_has_one_name_and_one_spelling_in_english(other: str, name: str) -> None:
    left = {text: english for text, english in catalogue("en").items() if re.search(other, PLACE.sub("", english))}

    assert not left, f"it is called {name}"


def test_a_number_and_its_english_noun_agree() -> None:
    left = {text: english for text, english in catalogue("en").items() if re.search(r"\((s|es|ies)\)", english)}

    assert not left, "write {n:file|files}"


@pytest.mark.parametrize(
    ("n", "said"), [(0, "0 files"), (1, "1 file"), (2, "2 files"), ("1", "1 file"), (11, "11 files")]
)
def test_one_file_is_a_file_and_two_are_files(n: object, said: str) -> None:
    assert formatted("{n:file|files} in {m:message|messages}", {"n": n, "m": 1}) == f"{said} in 1 message"


PLACE = re.compile(r"\{[^}]*\}")
# A number that is never 1, or stands before a word that has one form only.
ALWAYS_MANY = r"%|of|MB|KB|uploaded|listed|at|or|more|still|unsafe|may|per|in|times|people|for|is|has"


def test_no_english_noun_after_a_number_has_one_form_only() -> None:
    left = {
        text: english
        for text, english in catalogue("en").items()
        if text not in filled_by_script()
        if re.search(r"\{(n|m|t|left|days|months|years|count|most|minutes)\} [a-z]+s\b", english)
        if not re.search(rf"\{{\w+\}} ({ALWAYS_MANY})\b", english)
    }

    assert not left, "write {n:file|files}"


@cache
def filled_by_script() -> set[str]:
    """Return the sentences that a script fills in the browser: they know a value's name only."""
    return {
        call.args[0].value
        for path in TEMPLATES.rglob("*.html")
        for call in Environment(autoescape=True).parse(path.read_text()).find_all(nodes.Call)
        if isinstance(call.node, nodes.Name) and call.node.name == "_" and not call.kwargs
        if isinstance(call.args[0], nodes.Const) and "{" in str(call.args[0].value)
    }


def test_what_a_script_fills_in_holds_no_choice_of_forms() -> None:
    assert not {text for text in filled_by_script() if "|" in catalogue("en").get(text, "")}


def test_an_apostrophe_is_the_printed_one() -> None:
    left = {text: english for text, english in catalogue("en").items() if re.search(r"\w'(s|t|re)\b|s' ", english)}

    assert not left, "write ’"


def test_the_apostrophe_of_an_english_page_comes_from_a_latin_font() -> None:
    rules = (TEMPLATES.parent / "static" / "css" / "tokens.css").read_text()
    (english,) = re.findall(r":root:lang\(en\) \{(.*?)\}", rules, re.DOTALL)

    for face in ("--face:", "--face-title:"):
        fonts = english.split(face)[1].split(";")[0]
        assert not re.search("CJK|PingFang|Songti|YaHei", fonts.split(",")[0])
        assert fonts.index("Liberation") < re.search("CJK|PingFang|Songti|YaHei", fonts).start()  # type: ignore[union-attr]


def buttons() -> Iterator[tuple[Path, str]]:
    """Yield what stands on each button of the templates."""
    for path in sorted(TEMPLATES.rglob("*.html")):
        for inner in re.findall(r"<button\b[^>]*type=\"submit\"[^>]*>(.*?)</button>", path.read_text(), re.DOTALL):
            without_ear = re.sub(r'<span class="visually-hidden">.*?</span>', "", inner, flags=re.DOTALL)
            yield from ((path, text) for text in re.findall(r'_\("([^"]+)"', without_ear))


def test_a_button_says_what_it_does_and_not_what_was_done() -> None:
    english = catalogue("en")
    wrong = {
        (path.name, english[text])
        for path, text in buttons()
        if not english[text][0].isupper() or re.match(r"\w+ed\b", english[text])
    }

    assert not wrong, "a button is an act: “I agree”, and not “agreed”, which is what the history says"


def headings(kind: str, page: str) -> set[str]:
    """Return the texts in the title (*kind* ``title``) or in the headings (``h1``) of a template."""
    pattern = r"{% block title -?%}(.*?){%-? endblock" if kind == "title" else r"<h1\b.*?</h1>"
    return {text for part in re.findall(pattern, page, re.DOTALL) for text in re.findall(r'_\(("[^"]+"|[\w.]+)', part)}


# The heading names a file or the whole service, which a title should not or need not.
OF_ANOTHER_NAME = {"removal.html", "replacement.html", "guide.html", "signature.html"}


def test_the_title_of_a_page_is_its_heading() -> None:
    differing = {
        f"{path.parent.name}/{path.name}": titles
        for room in ("citizen", "public")
        for path in sorted((TEMPLATES / room).rglob("*.html"))
        if (titles := headings("title", path.read_text())) and (shown := headings("h1", path.read_text()))
        if not titles & shown and path.name not in OF_ANOTHER_NAME
        if path.parent.name != "corrections"
    }

    assert not differing
