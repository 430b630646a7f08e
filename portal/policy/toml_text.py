"""Change values in the text of a TOML file and leave everything else as it is: order, comments, spacing.

There is no writer of TOML among our libraries, and one would lose the comments, which say why.
"""

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from portal.regions.catalogue import BadFile

HEADER = re.compile(r"\s*(\[\[?)\s*([\w.-]+)\s*\]\]?\s*(#.*)?")
BARE = re.compile(r"[\w-]+")
WIDE = 110
Path = tuple[str, ...]


class Block(NamedTuple):
    """A table: its header's name and line, and the line after its last."""

    name: str
    header: int
    end: int


def value_at(text: str, path: Path) -> Any:
    """Return what stands at *path*, elements of lists of tables by their id; nothing when there is none."""
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
        BadFile: there is no such table in a form that can be changed this way.
    """
    lines = text.split("\n")
    for key, value in values.items():
        block = _block(lines, path)
        at = _line_of(lines, block, key)
        if at is None:
            last = _last_value(lines, block)
            lines.insert(last, f"{_key(key)} = {written(value)}")
        else:
            end = _ends(lines, at)
            name = lines[at].partition("=")[0]
            lines[at:end] = [f"{name}= {written(value)}{_comment(lines[at]) if end == at + 1 else ''}"]
    return _checked("\n".join(lines), path, values)


def with_table(text: str, path: Path, values: Mapping[str, Any], *, listed: bool = False) -> str:
    """Return *text* with a further table at *path*: before the marks, else at the end; *listed* in a list of tables."""
    header = f"[[{path[0]}]]" if listed else f"[{'.'.join(path)}]"
    added = [header, *(f"{_key(key)} = {written(value)}" for key, value in values.items()), ""]
    lines = text.rstrip("\n").split("\n")
    same = [one.end for one in _blocks(lines) if one.name == path[0] or one.name.startswith(f"{path[0]}.")]
    at = _last_value(lines, Block("", 0, same[-1])) if same else len(lines)
    lines[at:at] = ["", *added[:-1]]
    return "\n".join([*lines, ""])


def without_table(text: str, path: Path) -> str:
    """Return *text* without the table at *path*.

    Raises:
        BadFile: there is none in a form that can be changed this way.
    """
    lines = text.split("\n")
    block = _block(lines, path)
    del lines[block.header : _last_value(lines, block)]
    return "\n".join(lines)


def without_values(text: str, path: Path, keys: Sequence[str]) -> str:
    """Return *text* without *keys* in the table at *path*."""
    lines = text.split("\n")
    for key in keys:
        at = _line_of(lines, _block(lines, path), key)
        if at is not None:
            del lines[at : _ends(lines, at)]
    return "\n".join(lines)


def written(value: Any) -> str:
    """Return *value* as TOML writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str | date):
        return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007F")
    parts = [written(part) for part in value]
    line = f"[{', '.join(parts)}]"
    if len(line) <= WIDE:
        return line
    return "[\n" + "".join(f"  {part},\n" for part in parts) + "]"


def _key(key: str) -> str:
    return key if BARE.fullmatch(key) else json.dumps(key, ensure_ascii=False)


def _blocks(lines: Sequence[str]) -> list[Block]:
    heads = [(at, found[2]) for at, line in enumerate(lines) if (found := HEADER.fullmatch(line))]
    ends = [at for at, _ in heads[1:]] + [len(lines)]
    return [Block(name, at, end) for (at, name), end in zip(heads, ends, strict=True)]


def _block(lines: Sequence[str], path: Path) -> Block:
    for block in _blocks(lines):
        if block.name == ".".join(path):
            return block
        if len(path) == 2 and block.name == path[0] and _id(lines, block) == path[1]:
            return block
    raise BadFile(f"{'.'.join(path)}: no table of this name that can be changed here; change the text instead")


def _id(lines: Sequence[str], block: Block) -> str:
    try:
        return str(tomllib.loads("\n".join(lines[block.header + 1 : block.end])).get("id", ""))
    except tomllib.TOMLDecodeError:
        return ""


def _line_of(lines: Sequence[str], block: Block, key: str) -> int | None:
    wanted = re.compile(rf"\s*(?:{re.escape(key)}|{re.escape(json.dumps(key, ensure_ascii=False))})\s*=")
    return next((at for at in range(block.header + 1, block.end) if wanted.match(lines[at])), None)


def _ends(lines: Sequence[str], at: int) -> int:
    """Return the line after the value that begins on line *at*."""
    for end in range(at + 1, len(lines) + 1):
        try:
            tomllib.loads("\n".join(lines[at:end]))
        except tomllib.TOMLDecodeError:
            continue
        return end
    raise BadFile(f"line {at + 1}: the value has no end")


def _last_value(lines: Sequence[str], block: Block) -> int:
    """Return the line after the last value of *block*: what follows are blanks and comments of the next."""
    end = block.end
    while end > block.header + 1 and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
        end -= 1
    return end


def _comment(line: str) -> str:
    """Return the comment behind a value on one line, with the space before it."""
    whole = tomllib.loads(line)
    for found in re.finditer(r"\s*#", line):
        try:
            if tomllib.loads(line[: found.start()]) == whole:
                return line[found.start() :]
        except tomllib.TOMLDecodeError:
            continue
    return ""


def _checked(text: str, path: Path, values: Mapping[str, Any]) -> str:
    try:
        found = value_at(text, path)
    except tomllib.TOMLDecodeError as error:
        raise BadFile(f"{'.'.join(path)}: {error}") from error
    for key, value in values.items():
        if written(found[key]) != written(value):
            raise BadFile(f"{'.'.join((*path, key))} cannot be changed here; change the text instead")
    return text
