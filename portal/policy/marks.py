"""Marks in ``region.toml``: where each value comes from, and whether the operator has confirmed it."""

import re
import tomllib
from collections.abc import Iterable
from datetime import date

import msgspec

from portal.policy.changes import leaves
from portal.policy.table_text import by_code
from portal.policy.toml_text import value_at, with_values
from portal.regions.load import CALENDAR

MARKS = ("marks",)


class Unconfirmed(msgspec.Struct, frozen=True):
    """A mark that the operator has not confirmed, and the values it covers as ``(path, text)``."""

    path: str
    mark: str
    values: tuple[tuple[tuple[str, ...], str], ...]


def unconfirmed(text: str) -> list[Unconfirmed]:
    """Return the marks in the text of a ``region.toml`` that nobody has confirmed, in the order of the file."""
    raw = tomllib.loads(text)
    marks = {path: str(mark) for path, mark in raw.pop("marks").items()}
    raw.pop("schema", None)
    values = _by_mark(raw, marks)
    return [
        Unconfirmed(path, mark, tuple(values.get(path, ())))
        for path, mark in marks.items()
        if not mark.startswith("confirmed")
    ]


def _by_mark(raw: object, marks: dict[str, str]) -> dict[str, list[tuple[tuple[str, ...], str]]]:
    found: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for path, text in leaves(raw, ()):
        owner = next((".".join(path[:end]) for end in range(len(path), 0, -1) if ".".join(path[:end]) in marks), "")
        found.setdefault(owner, []).append((path, text))
    return found


def confirmed(text: str, paths: Iterable[str], day: date) -> str:
    """Return *text* with the marks at *paths* confirmed on *day*."""
    return with_values(text, MARKS, dict.fromkeys(paths, f"confirmed {day}"))


def with_changes_marked(text: str, table: tuple[str, ...], keys: Iterable[str]) -> str:
    """Return *text* in which the *keys* of a table, which were changed, wait for the operator again."""
    marks = value_at(text, MARKS)
    fresh = {}
    for key in keys:
        path = [*table, key]
        owner = next((".".join(path[:end]) for end in range(len(path), 0, -1) if ".".join(path[:end]) in marks), "")
        if marks.get(owner, "").startswith("confirmed"):
            fresh[".".join(path)] = "operator"
    return with_values(text, MARKS, fresh) if fresh else text


def count(file: str, text: str) -> int:
    """Return how many marks, rows or reasons of a file are not confirmed, or years of a calendar not published."""
    if file == "region.toml":
        return len(unconfirmed(text))
    if file.endswith(".csv"):
        return sum(row.get("source", "") == "sample" for row in by_code(text).values())
    wanted = r"^published = false" if file == CALENDAR else r'^source = "sample"'
    return len(re.findall(wanted, text, re.MULTILINE))
