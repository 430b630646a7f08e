"""Change values in the text of a TOML file and leave everything else as it is: order, comments, spacing."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import tomlkit
from tomlkit import TOMLDocument
from tomlkit.container import Container
from tomlkit.items import AoT, Array, Item, Key, Table

from portal.regions.catalogue import BadFile

WIDE = 110  # characters up to which a list stands on one line
Path = tuple[str, ...]
Body = list[tuple[Key | None, Item]]


def value_at(text: str, path: Path) -> Any:
    """Return the value at *path*, or None. In a list of tables, a step of the path is the id of one of them."""
    found: Any = tomllib.loads(text)
    for name in path:
        if isinstance(found, list):
            found = next((one for one in found if isinstance(one, dict) and one.get("id") == name), None)
        else:
            found = found.get(name) if isinstance(found, dict) else None
    return found


# D58: changed in the text, so that comments and order of a city's file stay.
def with_values(text: str, path: Path, values: Mapping[str, Any]) -> str:
    """Return *text* with *values* in the table at *path*.

    Raises:
        BadFile: no table of that path has a header of its own.
    """
    document = tomlkit.parse(text)
    table = _table(document, path)
    tail = _cut_tail(table.value.body)
    for key, value in values.items():
        table[key] = _item(value)
    table.value.body.extend(tail)
    return tomlkit.dumps(document)


def with_table(text: str, path: Path, values: Mapping[str, Any]) -> str:
    """Return *text* with one more table at *path*, behind those that begin with the same name."""
    document = tomlkit.parse(text)
    *_, last = [table for known, table in _tables(document) if known[0] == path[0]]
    tail = _cut_tail(last.value.body)
    last.add(tomlkit.nl())
    added = tomlkit.table()
    for key, value in values.items():
        added.add(key, _item(value))
    added.value.body.extend(tail)
    parent = document[path[0]]
    if isinstance(parent, AoT):
        parent.append(added)
    else:
        parent.append(path[1], added)
    return tomlkit.dumps(document)


def without_table(text: str, path: Path) -> str:
    """Return *text* without the table at *path*; comments behind it belong to what follows, and stay.

    Raises:
        BadFile: no table of that path has a header of its own.
    """
    document = tomlkit.parse(text)
    table = _table(document, path)
    tables = [known for _, known in _tables(document)]
    place = next(place for place, known in enumerate(tables) if known is table)
    tail = _cut_tail(table.value.body)
    parent = document[path[0]]
    if isinstance(parent, AoT):
        parent.remove(table)
    else:
        parent.remove(path[1])
    if place:
        tables[place - 1].value.body.extend(tail)
    return tomlkit.dumps(document)


def without_values(text: str, path: Path, keys: Sequence[str]) -> str:
    """Return *text* without *keys* in the table at *path*."""
    document = tomlkit.parse(text)
    table = _table(document, path)
    for key in keys:
        table.pop(key, None)
    return tomlkit.dumps(document)


def _tables(part: Container, at: Path = ()) -> Iterator[tuple[Path, Table]]:
    """Yield each table that has a header, with its path, in the order of the text."""
    for key, item in part.body:
        if key is None:
            continue
        path = (*at, key.key)
        if isinstance(item, AoT):
            yield from (((*path, str(one.get("id", ""))), one) for one in item.body)
        elif isinstance(item, Table):
            if not item.is_super_table():
                yield path, item
            yield from _tables(item.value, path)


def _table(document: TOMLDocument, path: Path) -> Table:
    for known, table in _tables(document):
        if known == path:
            return table
    raise BadFile(f"{'.'.join(path)}: no table of this name that can be changed here; change the text instead")


def _cut_tail(body: Body) -> Body:
    """Take the blank lines and comments behind the last value off *body*, and return them."""
    # D79: tomlkit counts them to the table above them, but they are about the one that follows.
    end = len(body)
    while end and body[end - 1][0] is None:
        end -= 1
    tail = body[end:]
    del body[end:]
    return tail


def _item(value: Any) -> Item:
    """Return *value* as TOML writes it; a long list with one element a line."""
    item: Item = tomlkit.item(value)
    if not isinstance(item, Array) or len(item.as_string()) <= WIDE:
        return item
    lines = tomlkit.array()
    for part in value:
        lines.add_line(_item(part), indent="  ")
    lines.add_line(indent="")
    return lines
