"""Reasons to choose from, as ``reasons.toml`` of a city gives them: why papers must be mended, why the answer is no.

A reason is kept with what it explained in the words it had then: changing the library changes nothing that was said.
"""

import tomllib
from collections.abc import Mapping

import msgspec

from portal.regions.catalogue import BadFile

OTHER = "other"  # the one that asks for words of the clerk's own
CRITERIA = "criteria"  # the one that experts' opinions come to
NEEDED = {"correction": [OTHER], "refusal": [OTHER, CRITERIA], "non_acceptance": [OTHER]}


class Reason(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One reason; *picture* names the drawing that shows a citizen what is meant."""

    words_zh: str
    source: str
    words_en: str = ""
    picture: str = ""


class Reasons(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The library of a city: for a notice (补正), a refusal (不予认定), not accepting (不予受理)."""

    correction: dict[str, Reason] = {}
    refusal: dict[str, Reason] = {}
    non_acceptance: dict[str, Reason] = {}


def words(library: Mapping[str, Reason]) -> dict[str, str]:
    """Return what each reason of a *library* is called, by its code."""
    return {code: reason.words_zh for code, reason in library.items()}


def reasons(text: str, at: str) -> Reasons:
    """Return the reasons in *text*; messages call the file *at*.

    Raises:
        BadFile: an unknown key, a reason without words, a library without 其他.
    """
    try:
        found = msgspec.convert(tomllib.loads(text), Reasons)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise BadFile(f"{at}: {error}") from error
    for name, needed in NEEDED.items():
        library: dict[str, Reason] = getattr(found, name)
        missing = next((code for code in needed if code not in library), None)
        if missing:
            raise BadFile(f"{at}: {name} has no reason called {missing}")
        empty = next((code for code, one in library.items() if not one.words_zh.strip()), None)
        if empty:
            raise BadFile(f"{at}: {name}.{empty}.words_zh is empty")
    return found
