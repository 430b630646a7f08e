"""The reasons in a city's ``reasons.toml``, from which staff choose for a correction notice or a refusal.

A notice or decision stores the words of its reasons, so a change of the library never changes an earlier text.
"""

import tomllib
from collections.abc import Mapping
from typing import Literal

import msgspec

from portal.regions.catalogue import BadFile

OTHER = "other"  # 其他: the clerk writes the words
CRITERIA = "criteria"  # the reason that follows from the experts' opinions
NEEDED = {"correction": [OTHER], "refusal": [OTHER, CRITERIA], "non_acceptance": [OTHER]}


class Reason(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One reason; *picture* names an illustration that explains it to the citizen.

    *about* says what a correction finds wrong for this reason: a material, or an answer of the form; 其他 serves both.
    """

    words_zh: str
    source: str
    words_en: str = ""
    picture: str = ""
    about: Literal["material", "answer"] = "material"


class Reasons(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A city's library of reasons for a correction (补正), a refusal (不予认定) and non-acceptance (不予受理)."""

    correction: dict[str, Reason] = {}
    refusal: dict[str, Reason] = {}
    non_acceptance: dict[str, Reason] = {}


def words(library: Mapping[str, Reason]) -> dict[str, str]:
    """Return ``{code: label}`` of the reasons in *library*."""
    return {code: reason.words_zh for code, reason in library.items()}


def reasons_about(library: Mapping[str, Reason], about: Literal["material", "answer"]) -> dict[str, str]:
    """Return ``{code: label}`` of those reasons in *library* that are about a material or about an answer."""
    return words({code: reason for code, reason in library.items() if reason.about == about or code == OTHER})


def reasons(text: str, at: str) -> Reasons:
    """Return the reasons in *text*; messages call the file *at*.

    Raises:
        BadFile: an unknown key, a reason without words, or a library without 其他.
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
