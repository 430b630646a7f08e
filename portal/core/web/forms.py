"""A posted form: names and texts, cleaned of characters that no keyboard produces."""

import re
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import parse_qsl

from portal.core.tools.errors import BadRequest

# C0 controls (but tab and line end), DEL, and the marks that turn the direction of a line around.
UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ufeff]")
FIELDS = 500
# One button of the page that compares two versions stands for several fields: its text is a form of its own.
CHOSEN = "chosen-"
# The fields at the desk in which somebody writes sentences; fields with choices and codes have other names.
WRITTEN = {"comment", "second", "text", "why", "why-not", "words"}
WRITTEN_OF = "words-"  # followed by what the sentence is about


class Form(Mapping[str, str]):
    """The fields of a posted form; ``form["name"]`` is the first text under a name, "" if there is none."""

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        """Store ``(name, text)`` pairs, in the order they were sent."""
        self._fields: dict[str, list[str]] = {}
        for name, text in pairs:
            self._fields.setdefault(name, []).append(clean(text))

    def __getitem__(self, name: str) -> str:
        return self._fields.get(name, [""])[0]

    def __contains__(self, name: object) -> bool:
        return name in self._fields

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)

    def all(self, name: str) -> list[str]:
        """Return every text under *name*, for checkboxes."""
        return self._fields.get(name, [])

    def texts(self) -> dict[str, list[str]]:
        """Return ``{name: texts}`` of all fields."""
        return {name: [*texts] for name, texts in self._fields.items()}

    def written(self) -> list[str]:
        """Return the sentences that somebody wrote, in the order of the form."""
        names = [name for name in self if name in WRITTEN or name.startswith(WRITTEN_OF)]
        return [self[name].strip() for name in names if self[name].strip()]


def clean(text: str) -> str:
    """Return *text* with normal line ends and without characters that no keyboard produces."""
    return UNWRITABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def parse(body: bytes) -> Form:
    """Return the form in an urlencoded *body*.

    Raises:
        BadRequest: *body* is not UTF-8, or has more than `FIELDS` fields.
    """
    try:
        pairs = _pairs(body.decode("ascii"))
        chosen = [pair for name, text in pairs if name.startswith(CHOSEN) for pair in _pairs(text)]
    except ValueError as error:
        raise BadRequest from error
    return Form([*(pair for pair in pairs if not pair[0].startswith(CHOSEN)), *chosen[:FIELDS]])


def _pairs(text: str) -> list[tuple[str, str]]:
    return parse_qsl(text, keep_blank_values=True, max_num_fields=FIELDS, errors="strict")
