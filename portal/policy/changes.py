"""What differs between two texts of one file, value by value."""

import tomllib
from collections.abc import Iterator, Mapping
from typing import Any, Literal

import msgspec

from portal.policy.table_text import by_code


class Change(msgspec.Struct, frozen=True):
    """One value, table or row that differs. The path is section, id, key in a TOML file; in a table code, column."""

    kind: Literal["added", "removed", "changed"]
    path: tuple[str, ...]
    old: str = ""
    new: str = ""


def changes(file: str, old: str, new: str) -> list[Change]:
    """Return the values that differ between *old* and *new*; comments, spacing and order do not count."""
    before = values(file, old)
    after = values(file, new)
    had = {path[:-1] for path in before}
    has = {path[:-1] for path in after}
    found = []
    for path in [*before, *(path for path in after if path not in before)]:
        if path[:-1] not in has or path[:-1] not in had:
            continue
        if path not in after:
            found.append(Change("removed", path, old=before[path]))
        elif path not in before:
            found.append(Change("added", path, new=after[path]))
        elif before[path] != after[path]:
            found.append(Change("changed", path, before[path], after[path]))
    gone = [
        Change("removed", one, old=_whole(before, one))
        for one in dict.fromkeys(p[:-1] for p in before)
        if one not in has
    ]
    fresh = [
        Change("added", one, new=_whole(after, one)) for one in dict.fromkeys(p[:-1] for p in after) if one not in had
    ]
    return [*found, *gone, *fresh]


def _whole(values: Mapping[tuple[str, ...], str], table: tuple[str, ...]) -> str:
    return "；".join(text for path, text in values.items() if path[:-1] == table and text)


def values(file: str, text: str) -> dict[tuple[str, ...], str]:
    """Return every value of a file by its path."""
    if file.endswith(".csv"):
        return {(code, name): cell for code, row in by_code(text).items() for name, cell in row.items()}
    return dict(leaves(tomllib.loads(text), ()))


def leaves(part: Any, at: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield every value below *part* of a TOML file with its path; *at* is the path of *part* itself."""
    if isinstance(part, dict):
        for key, inner in part.items():
            yield from leaves(inner, (*at, key))
    elif isinstance(part, list) and part and isinstance(part[0], dict):
        for number, inner in enumerate(part, start=1):
            yield from leaves(inner, (*at, str(inner.get("id", number))))
    else:
        yield at, said(part)


def said(value: Any) -> str:
    """Return a value as a line of text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return "；".join(said(part) for part in value)
    return str(value)
