"""Forms for a city's files, derived from the structs that the files must fit: which parts have one, which fields."""

from collections.abc import Mapping
from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec

from portal.core.web.forms import Form
from portal.policy.toml_text import Path, value_at
from portal.regions.catalogue import Disease, Hospital
from portal.regions.model import Rules
from portal.regions.reasons import Reason, Reasons
from portal.regions.workdays import Year

ROWS: dict[str, type[msgspec.Struct]] = {"diseases.csv": Disease, "hospitals.csv": Hospital}
NOT_IN_FORMS = {"schema", "marks"}
LONG = 24  # characters from which a text gets several lines
PAIR = " | "  # between texts of which one is enough, in a list of lists


class Field(msgspec.Struct, frozen=True):
    """A field of a form: one value of the file. *nested* marks lines that are lists themselves, split by `PAIR`."""

    name: str
    kind: Literal["number", "text", "area", "lines", "choice", "ticks"]
    text: str
    chosen: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    nested: bool = False


def parts(file: str, text: str) -> list[Path]:
    """Return the paths of those tables of a TOML file that have a form, in the order of the file's struct."""
    if file == "calendar.toml":
        return [(name, year) for name, years in value_at(text, ()).items() if name != "schema" for year in years]
    if file == "reasons.toml":
        return [(name, code) for name in Reasons.__struct_fields__ for code in value_at(text, (name,)) or ()]
    if file != "region.toml":
        return []
    found: list[Path] = []
    for name, hint in get_type_hints(Rules).items():
        if get_origin(hint) is list:
            found += [(name, one["id"]) for one in value_at(text, (name,)) or ()]
        elif name not in NOT_IN_FORMS:
            found.append((name,))
    return found


def kind_of(file: str, path: Path) -> Any:
    """Return the struct that the table at *path* must fit; ``dict`` for a table with any keys."""
    if file == "calendar.toml":
        return Year
    if file == "reasons.toml":
        return Reason
    hint = get_type_hints(Rules)[path[0]]
    return get_args(hint)[0] if get_origin(hint) is list else dict if get_origin(hint) is dict else hint


def fields(kind: Any, values: Mapping[str, Any]) -> list[Field]:
    """Return the fields for a table with these *values*; its id cannot be changed, so it has none."""
    if kind is dict:
        return [Field(name, "text", str(text)) for name, text in values.items()]
    defaults = {one.name: one.default for one in msgspec.structs.fields(kind)}
    found = []
    for name, hint in get_type_hints(kind).items():
        held = values.get(name, defaults.get(name))
        field = _field(name, hint, None if held is msgspec.NODEFAULT else held)
        if field and name != "id":
            found.append(field)
    return found


def _field(name: str, hint: Any, held: Any) -> Field | None:
    origin = get_origin(hint)
    inner = get_args(hint)
    if hint is bool:
        return Field(name, "choice", "true" if held else "false", choices=("true", "false"))
    if hint is int:
        return Field(name, "number", str(held or 0))
    if hint is str:
        return Field(name, "area" if len(str(held or "")) > LONG else "text", str(held or ""))
    if origin is Literal:
        return Field(name, "choice", str(held or inner[0]), choices=tuple(str(one) for one in inner))
    return _several(name, inner[0], held or ()) if origin in (list, tuple) else None


def _several(name: str, hint: Any, held: Any) -> Field:
    if get_origin(hint) is Literal:
        return Field(name, "ticks", "", tuple(held), tuple(get_args(hint)))
    if get_origin(hint) is list:
        return Field(name, "lines", "\n".join(PAIR.join(one) for one in held), nested=True)
    return Field(name, "lines", "\n".join(str(one) for one in held))


def read(kind: Any, shown: list[Field], form: Form) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the values in a posted form as TOML has them, and what is wrong with it."""
    values: dict[str, Any] = {}
    errors: dict[str, str] = {}
    hints = {} if kind is dict else get_type_hints(kind)
    for field in shown:
        typed = form[field.name].strip()
        lines = [line.strip() for line in typed.split("\n") if line.strip()]
        if field.kind == "number" and not (typed.isascii() and typed.isdigit() and len(typed) < 9):
            errors[field.name] = "请填数字。"
        elif field.kind == "number":
            values[field.name] = int(typed)
        elif field.kind == "ticks":
            values[field.name] = [choice for choice in field.choices if choice in form.all(field.name)]
        elif field.kind == "choice" and typed not in field.choices:
            errors[field.name] = "请从列出的选项里选一个。"
        elif field.nested:
            values[field.name] = [[part.strip() for part in line.split("|") if part.strip()] for line in lines]
        elif field.kind == "lines":
            whole = get_args(hints[field.name])[0] is int
            values[field.name] = [int(line) if whole and line.isdigit() else line for line in lines]
        else:
            values[field.name] = typed == "true" if hints.get(field.name) is bool else " ".join(lines)
    return values, errors


def changed(kind: Any, held: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return those of *values* that differ from what the table *held*, or from the default where it said nothing."""
    defaults = {} if kind is dict else {field.name: field.default for field in msgspec.structs.fields(kind)}
    found = {}
    for name, value in values.items():
        before = held.get(name, defaults.get(name))
        before = list(before) if isinstance(before, tuple) else before
        unsaid = before is None or before is msgspec.NODEFAULT
        if value != before and (value or not unsaid):
            found[name] = value
    return found


def as_cells(values: Mapping[str, Any]) -> dict[str, str]:
    """Return *values* as the cells of a CSV file."""
    return {name: _cell(value) for name, value in values.items()}


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "；".join(value) if isinstance(value, list) else str(value)


def from_cells(kind: Any, cells: Mapping[str, str]) -> dict[str, Any]:
    """Return the cells of a row as the values of its struct."""
    hints = get_type_hints(kind)
    return {name: _value(hints.get(name, str), cell) for name, cell in cells.items()}


def _value(hint: Any, cell: str) -> Any:
    if hint is bool:
        return cell == "true"
    return [part for part in cell.split("；") if part] if get_origin(hint) is tuple else cell
