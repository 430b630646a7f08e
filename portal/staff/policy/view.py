"""The values of a policy file in words: what each is called, what differs between two texts, the fields of a form."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from portal.core.tools.i18n import Said, listed
from portal.policy.changes import changes
from portal.policy.fields import Field
from portal.policy.table_text import by_code
from portal.policy.toml_text import Path, value_at
from portal.staff.policy.words import CHANGES, CHOICES, KEYS, MARKS, PARTS


class Difference(msgspec.Struct, frozen=True):
    """One value that differs between two texts of a file, in words."""

    how: str
    where: str
    old: str
    new: str


def differences(file: str, old: str, new: str) -> list[Difference]:
    """Return what differs between the texts *old* and *new* of a file."""
    names = {**names_in(file, old), **names_in(file, new)}
    return [
        Difference(CHANGES[change.kind], name_of(change.path, names), in_words(change.old), in_words(change.new))
        for change in changes(file, old, new)
    ]


def names_in(file: str, text: str) -> dict[str, str]:
    """Return what the rows of a table are called by their codes, or the elements of lists by their ids."""
    if file.endswith(".csv"):
        return {code: f"{row.get('name_zh', '')} {code}" for code, row in by_code(text).items()}
    lists = [part for part in value_at(text, ()).values() if isinstance(part, list)] if text else []
    return {
        element["id"]: element.get("name_zh") or element.get("q_zh") or element["id"]
        for elements in lists
        for element in elements
        if isinstance(element, dict) and "id" in element
    }


def name_of(path: Path, names: Mapping[str, str]) -> str:
    """Return what stands at a path, in words: 办理时限，时限（工作日）."""
    first = PARTS.get(path[0]) or names.get(path[0], path[0])
    rest = [names.get(part) or KEYS.get(part) or PARTS.get(part, part) for part in path[1:]]
    return listed([first, *rest], "{first}，{rest}")


def name_within(path: Path, at: Path, names: Mapping[str, str]) -> str:
    """Return what the value *at* is called among those below *path*; an empty text when it is the only one."""
    rest = at[len(path) :]
    return listed([names.get(part) or KEYS.get(part, part) for part in rest], "{first}，{rest}") if rest else ""


def in_words(value: str) -> str:
    """Return a value in words where it is a choice or a list of choices, else as it is."""
    return CHOICES.get(value) or listed([CHOICES.get(part, part) for part in value.split("；")], "{first}；{rest}")


def mark_in_words(mark: str) -> str:
    """Return what a mark says about the source of a value."""
    return MARKS.get(mark.split(" ", 1)[0], mark)


def cannot(error: Exception) -> str:
    """Return why a text cannot be used, with file and key as the check names them."""
    return Said("这份内容用不了：{why}", why=str(error))


class Choice(msgspec.Struct, frozen=True):
    """One of the values that a field offers."""

    value: str
    words: str
    ticked: bool


class FieldView(msgspec.Struct, frozen=True):
    """A field of a form as a page shows it."""

    field: Field
    label: str
    text: str
    choices: list[Choice]
    error: str

    @property
    def name(self) -> str:
        """What the field is called in the form that is posted."""
        return self.field.name

    @property
    def input_type(self) -> str:
        """The type of the boxes: of a choice one is chosen, otherwise any number."""
        return "radio" if self.field.kind == "choice" else "checkbox"

    @property
    def text_rows(self) -> int:
        """How many rows its text area has; 0 where it is a field of one line."""
        return {"area": 3, "lines": 6}.get(self.field.kind, 0)

    @property
    def is_number(self) -> bool:
        """Whether it takes digits only."""
        return self.field.kind == "number"


def shown_fields(fields: Iterable[Field], typed: Mapping[str, Any], errors: Mapping[str, str]) -> list[FieldView]:
    """Return the fields of a form as a page shows them, with what was *typed* when it was refused."""
    return [
        FieldView(
            field=field,
            label=KEYS.get(field.name) or PARTS.get(field.name, field.name),
            text=typed.get(field.name, field.text),
            choices=choices_of(field, typed),
            error=errors.get(field.name, ""),
        )
        for field in fields
    ]


def choices_of(field: Field, typed: Mapping[str, Any]) -> list[Choice]:
    """Return what a field offers, ticked as it was *typed* or as the file has it."""
    if field.kind == "choice":
        ticked = {typed.get(field.name, field.text)}
    else:
        ticked = set(typed.get(f"{field.name}[]", field.chosen))
    return [Choice(value, CHOICES.get(value, value), value in ticked) for value in field.choices]
