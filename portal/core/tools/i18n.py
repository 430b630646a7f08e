"""Words in the language of the page. zh-CN is the source: its texts are their own keys.

Catalogues are gettext files, ``portal/locales/<language>.po``. Templates call ``_("...")``; the
Jinja environment of a language has every literal translated when the template is compiled
(`pages.py`), so a translated page costs no more than the source.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache, reduce
from pathlib import Path
from string import Formatter
from typing import Any, Self

import polib

SOURCE = "zh-CN"
NAMES = {SOURCE: "中文", "en": "English"}  # what each calls itself
SHORT_NAMES = {SOURCE: "中文", "en": "EN"}  # the same in the head of a page on a phone
LANGUAGES = tuple(NAMES)
RIGHT_TO_LEFT = frozenset({"ug"})
LOCALES = Path(__file__).parents[2] / "locales"
WEEKDAYS = ("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日")
MONTHS_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Said(str):
    """A sentence of ours with what is filled into it: Chinese as a text, said anew by `translate`.

    ``Said("还差 {n} 样。", n=2)`` is the text "还差 2 样。". Values that are texts of ours are translated
    with it; days are written as the language writes them. What is kept for good is ``str(said)``.
    """

    text: str
    values: Mapping[str, object]

    def __new__(cls, text: str, /, **values: object) -> Self:
        """Return *text* filled with *values*, which it goes on to know."""
        made = super().__new__(cls, filled(text, values, SOURCE))
        made.text, made.values = text, values
        return made


def listed(texts: Iterable[str], pair: str = "{first}、{rest}") -> str:
    """Return *texts* as one enumeration; *pair* says how two of them are joined."""
    *before, last = list(texts) or [""]
    return reduce(lambda rest, first: Said(pair, first=first, rest=rest), reversed(before), last)


@cache
def catalogue(language: str) -> dict[str, str]:
    """Return ``{source text: translation}``; empty for the source language."""
    if language == SOURCE:
        return {}
    entries = polib.pofile(str(LOCALES / f"{language}.po"))
    return {entry.msgid: entry.msgstr for entry in entries if entry.msgstr and not entry.obsolete}


def learn(pairs: Mapping[str, str], language: str = "en") -> None:
    """Add translations that came with data, e.g. of a disease that was named on line; the catalogue's own go first."""
    known = catalogue(language)
    for text, said in pairs.items():
        known.setdefault(text, said)


def translate(text: str, language: str) -> str:
    """Return *text* in *language*, or as it is when nobody has translated it."""
    if isinstance(text, Said):
        return filled(translate(text.text, language), text.values, language)
    return catalogue(language).get(text, text)


# D103: `{n:file|files}` in a translation.
def filled(text: str, values: Mapping[str, object], language: str) -> str:
    """Return *text* with *values* in the words of *language*."""
    return formatted(text, {name: in_words(value, language) for name, value in values.items()}) if values else text


def formatted(text: str, values: Mapping[str, object]) -> str:
    """Return *text* with *values* as they are; ``{n:file|files}`` is a number with the noun that agrees with it."""
    return _AGREEING.vformat(text, (), values) if "|" in text else text.format(**values)


class _Agreeing(Formatter):
    """A formatter that knows a number with its noun: of ``one|more``, the first stands after 1."""

    def format_field(self, value: Any, format_spec: str) -> str:
        one, counts, more = format_spec.partition("|")
        if not counts:
            return format(value, format_spec)
        return f"{value} {one if str(value) == '1' else more}"


_AGREEING = _Agreeing()


def in_words(value: object, language: str) -> object:
    """Return a *value* of a sentence in *language*: texts of ours are translated, days written out."""
    if isinstance(value, date):
        return long_day(value, english=language != SOURCE)
    return translate(value, language) if isinstance(value, str) else value


def direction(language: str) -> str:
    """Return ``ltr`` or ``rtl``."""
    return "rtl" if language in RIGHT_TO_LEFT else "ltr"


def long_day(day: date, *, english: bool = False) -> str:
    """Return ``2026年11月24日`` or ``24 Nov 2026``."""
    return f"{day_of_year(day, english=True)} {day.year}" if english else f"{day.year}年{day_of_year(day)}"


def day_of_year(day: date, *, english: bool = False) -> str:
    """Return ``11月24日`` or ``24 Nov``."""
    return f"{day.day} {MONTHS_EN[day.month - 1]}" if english else f"{day.month}月{day.day}日"
