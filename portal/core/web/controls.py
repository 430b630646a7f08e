"""The controls of a form, read from a page of ours as a browser would read them: what is asked, and what stands there.

Each `Control` is one answer: a text, the days of a date in three fields, what is chosen of radios, of a list, or of
boxes with one name.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as made_with
from html.parser import HTMLParser
from typing import Literal

Pairs = list[tuple[str, str]]  # fields as they are posted
Kind = Literal["text", "choice"]
PARTS = ("-year", "-month", "-day")
VOID = ("br", "hr", "img", "input", "wbr")
SILENT = ("field__need", "choice__note", "visually-hidden")  # what is not part of the name of a control
NOT_ASKED = ("hidden", "submit", "button", "image", "reset", "file", "password")


@dataclass
class Control:
    """One answer of a form: the names of its fields, its words, and what it holds."""

    names: tuple[str, ...]
    kind: Kind
    label: str = ""
    is_list: bool = False
    units: list[str] = made_with(default_factory=list)  # the words behind the parts of a date
    options: dict[str, str] = made_with(default_factory=dict)  # value: words, of what can be chosen
    holds: Pairs = made_with(default_factory=list)

    def takes(self, form: Mapping[str, Sequence[str]]) -> Pairs:
        """Return the fields of a posted *form* (``{name: texts}``) that answer this control."""
        return [(name, text) for name in self.names for text in form.get(name, ())]

    def was_in(self, form: Mapping[str, Sequence[str]]) -> bool:
        """Return whether a posted *form* had this control; boxes and radios with nothing chosen send nothing."""
        return self.kind == "choice" or any(name in form for name in self.names)

    def shown(self, pairs: Pairs) -> list[str]:
        """Return the words for *pairs*: the texts, or the names of what is chosen; empty if nothing is."""
        if self.kind == "choice":
            return [self.options.get(text, text) for _, text in pairs if text]
        if self.units:
            return [" ".join(f"{text} {unit}" for (_, text), unit in zip(pairs, self.units, strict=False) if text)]
        return [text for _, text in pairs if text]


@dataclass
class ReadForm:
    """A form of a page: its controls in their order, and its hidden fields."""

    controls: list[Control]
    hidden: Pairs


def forms_in(page: str) -> list[ReadForm]:
    """Return the forms of a *page*, in their order."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return [_put_together(fields, reader.labels) for fields in reader.forms]


@dataclass
class _Field:
    """One element that a form sends."""

    name: str
    kind: str
    value: str
    chosen: bool
    id: str
    legend: "_Words"
    label: "_Words"  # of the element around it


@dataclass
class _Words:
    """A text that is still being read."""

    text: str = ""

    def __str__(self) -> str:
        return " ".join(self.text.split())


class _Reader(HTMLParser):
    """Collects the fields of each form of a page, and the labels by the id they are for."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[list[_Field]] = []
        self._elsewhere: list[tuple[str, _Field]] = []  # fields that name their form by its id
        self._ids: dict[str, list[_Field]] = {}
        self.labels: dict[str, _Words] = {}
        self._form: list[_Field] | None = None
        self._legends: list[_Words] = []
        self._around = _Words()  # the label that is open
        self._writing: list[tuple[str, _Words]] = []  # elements whose text is read
        self._silent: list[str] = []  # elements whose text is left out
        self._select: dict[str, str] = {}  # the attributes of the list that is open
        self._area: _Field | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: text or "" for name, text in attrs}
        if self._silent or any(part in given.get("class", "").split() for part in SILENT):
            if tag not in VOID:
                self._silent.append(tag)
            return
        match tag:
            case "form":
                self._form = []
                self.forms.append(self._form)
                self._ids[given.get("id", "")] = self._form
            case "fieldset":
                self._legends.append(_Words())
            case "legend" if self._legends:
                self._writing.append((tag, self._legends[-1]))
            case "label":
                self._around = self.labels.setdefault(given["for"], _Words()) if "for" in given else _Words()
                self._writing.append((tag, self._around))
            case "select":
                self._select = {name: text for name, text in given.items() if name in ("name", "form")}
                self._add("select", given, "", chosen=False)
            case "option" if self._select:
                words = _Words()
                self._writing.append((tag, words))
                field = self._add("option", {**self._select, **given}, given.get("value", ""), "selected" in given)
                field.label = words
            case "textarea":
                self._area = self._add("text", given, "", chosen=True)
            case "input":
                kind = given.get("type", "text")
                chosen = "checked" in given if kind in ("radio", "checkbox") else True
                self._add(kind, given, given.get("value", ""), chosen)

    def handle_endtag(self, tag: str) -> None:
        if self._silent:
            if tag == self._silent[-1]:
                self._silent.pop()
            return
        if self._writing and self._writing[-1][0] == tag:
            self._writing.pop()
        match tag:
            case "form":
                self._form = None
            case "fieldset" if self._legends:
                self._legends.pop()
            case "label":
                self._around = _Words()
            case "select":
                self._select = {}
            case "textarea":
                self._area = None

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        if self._area:
            self._area.value += data
        elif self._writing:
            self._writing[-1][1].text += data

    def _add(self, kind: str, given: Mapping[str, str], value: str, chosen: bool) -> _Field:
        legend = self._legends[-1] if self._legends else _Words()
        field = _Field(given.get("name", ""), kind, value, chosen, given.get("id", ""), legend, self._around)
        if "form" in given:
            self._elsewhere.append((given["form"], field))
        elif self._form is not None and field.name:
            self._form.append(field)
        return field

    def close(self) -> None:
        super().close()
        for id, field in self._elsewhere:
            if id in self._ids and field.name:
                self._ids[id].append(field)


def _put_together(fields: list[_Field], labels: Mapping[str, _Words]) -> ReadForm:
    """Return the form with *fields*; fields that are one answer become one control."""
    names = {field.name for field in fields}
    controls: dict[str, Control] = {}
    for field in fields:
        if field.kind in NOT_ASKED:
            continue
        stem = _date_of(field.name, names)
        control = controls.get(stem)
        if control is None:
            control = controls[stem] = _control(stem, field, labels)
        if field.kind in ("radio", "checkbox", "option"):
            control.options[field.value] = str(field.label)
        elif stem != field.name:
            control.units.append(str(labels.get(field.id, "")))
        if field.chosen:
            control.holds.append((field.name, field.value.removeprefix("\n")))
    for control in controls.values():
        if control.is_list and not control.holds:  # a browser shows the first one
            control.holds.append((control.names[0], next(iter(control.options), "")))
    return ReadForm(list(controls.values()), [(field.name, field.value) for field in fields if field.kind == "hidden"])


def _control(stem: str, field: _Field, labels: Mapping[str, _Words]) -> Control:
    if stem != field.name:
        return Control(tuple(f"{stem}{part}" for part in PARTS), "text", str(field.legend))
    if field.kind in ("radio", "checkbox"):
        return Control((field.name,), "choice", str(field.legend) or str(field.label))
    label = str(labels.get(field.id, "")) or str(field.label) or str(field.legend)
    is_list = field.kind == "select"
    return Control((field.name,), "choice" if is_list else "text", label, is_list)


def _date_of(name: str, names: set[str]) -> str:
    """Return the name of the date that a field called *name* is a part of, or *name* itself."""
    for part in PARTS:
        stem = name.removesuffix(part)
        if stem != name and all(f"{stem}{other}" in names for other in PARTS):
            return stem
    return name


def differing(form: ReadForm, posted: Mapping[str, Sequence[str]]) -> Iterator[tuple[Control, Pairs]]:
    """Yield each control of *form* that holds something else than was *posted*, with what was posted."""
    for control in form.controls:
        typed = control.takes(posted)
        if control.was_in(posted) and _said(typed) != _said(control.holds):
            yield control, typed


def _said(pairs: Pairs) -> Pairs:
    """Return *pairs* without empty fields and without spaces around them: no difference to a reader."""
    return [(name, text.strip().replace("\r\n", "\n")) for name, text in pairs if text.strip()]
