"""Load the cities: each folder beside this file, and those an operator keeps elsewhere.

A wrong or unknown key stops the start, naming file and key. Every value must have a mark that
says where it comes from; what is not yet ``confirmed <date>`` makes pages say 样例政策数据. What the
rooms above want of a city besides is looked at when all are together (`portal.policy.holding`).

A city is made of texts (`read`), wherever they come from: a folder, or versions that the policy
desk released. `REGIONS` holds the cities of now; an entry is replaced whole, never changed.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Any

import msgspec

from portal.core.tools.settings import SETTINGS
from portal.regions.catalogue import BadFile, Disease, Hospital, diseases, hospitals
from portal.regions.criteria import Criteria, criteria
from portal.regions.model import Material, Rules
from portal.regions.reasons import Reasons, reasons
from portal.regions.wording import Letter, Message, worded
from portal.regions.workdays import Calendar, calendars

HERE = Path(__file__).parent
CALENDAR = "calendar.toml"
FILES = (
    "region.toml",
    "diseases.csv",
    "hospitals.csv",
    "criteria.toml",
    "reasons.toml",
    "notices.toml",
    "letters.toml",
)
MAY_BE_MISSING = {"criteria.toml", "notices.toml", "letters.toml"}
MARK = re.compile(r"seed( L\d+(-L\d+)?)+|assumed|hint|operator|confirmed \d{4}-\d{2}-\d{2}")
UNMARKED = {"schema", "marks"}
# Names and links between tables say nothing that an operator could confirm.
NEEDS_NO_MARK = {"id", "state", "actor", "when"}


class Region(msgspec.Struct, frozen=True, eq=False):
    """A city: its rules, diseases, hospitals and working days; *texts* are the files it was read from.

    *at* stands before their names in messages: the folder they lie in. One equals itself only, so it can be a key.
    """

    rules: Rules
    diseases: dict[str, Disease]
    hospitals: dict[str, Hospital]
    calendar: Calendar
    criteria: dict[str, Criteria] = {}
    reasons: Reasons = Reasons()
    notices: dict[str, Message] = {}
    letters: dict[str, Letter] = {}
    edition: str = ""  # which texts these are; what was begun with them names it
    over: str = ""  # of which edition the workflow is, when the questions are of another
    texts: Mapping[str, str] = {}
    at: str = ""

    @property
    def id(self) -> str:
        """The word in addresses."""
        return self.rules.region.id

    @property
    def key(self) -> str:
        """What a part of a page that is made once for a city is kept under: another when the city's texts change."""
        return f"{self.id}.{self.edition}.{self.over}"

    @property
    def short(self) -> str:
        """The short name, 眉山市."""
        return self.rules.region.short_zh

    @property
    def hotline(self) -> str:
        """The number to call; the national one while the city has none."""
        return self.rules.contact.hotline or self.rules.contact.hotline_fallback

    def sample(self, *sections: str) -> bool:
        """Return whether something in *sections* (all when none is named) is not confirmed yet."""
        return any(
            not mark.startswith("confirmed")
            for path, mark in self.rules.marks.items()
            if not sections or path.split(".")[0] in sections
        )

    def label(self, state: str) -> str:
        """Return what *state* is called here."""
        return self.rules.labels[state]

    def material(self, id: str) -> Material:
        """Return the material called *id*.

        Raises:
            KeyError: this city does not ask for it.
        """
        for material in self.rules.materials:
            if material.id == id:
                return material
        raise KeyError(id)


def load(folder: Path, calendar_file: Path = HERE / CALENDAR) -> Region:
    """Return the city in *folder*.

    Raises:
        BadFile: what is wrong, with file and key.
    """
    return read(folder.name, texts_in(folder), text_of(calendar_file), f"{folder}/")


def texts_in(folder: Path) -> dict[str, str]:
    """Return the texts of the files in *folder*, by name.

    Raises:
        BadFile: one is missing or cannot be read.
    """
    return {name: text_of(folder / name) for name in FILES if name not in MAY_BE_MISSING or (folder / name).exists()}


def text_of(path: Path) -> str:
    """Return the text of a file.

    Raises:
        BadFile: it is missing or no UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadFile(f"{path}: {error}") from error


def read(id: str, texts: Mapping[str, str], calendar: str, at: str = "") -> Region:
    """Return the city *id* that *texts* (by the names of `FILES`) and the text of the calendars make.

    *at* stands before the names of the files in messages: the folder they lie in.

    Raises:
        BadFile: what is wrong, with file and key.
    """
    path = f"{at}region.toml"
    try:
        raw = tomllib.loads(texts["region.toml"])
        rules = msgspec.convert(raw, Rules)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise BadFile(f"{path}: {error}") from error
    if rules.region.id != id:
        raise BadFile(f"{path}: region.id is {rules.region.id!r}, but the folder is {id!r}")
    check_marks(path, raw)
    known = calendars(calendar, CALENDAR)
    for name in rules.region.calendars:
        if name not in known:
            raise BadFile(f"{path}: region.calendars names {name!r}, which {CALENDAR} does not have")
    catalogue = diseases(texts["diseases.csv"], f"{at}diseases.csv")
    return Region(
        rules=rules,
        diseases=catalogue,
        hospitals=hospitals(texts["hospitals.csv"], f"{at}hospitals.csv"),
        calendar=Calendar([known[name] for name in rules.region.calendars]),
        criteria=criteria(texts.get("criteria.toml", ""), f"{at}criteria.toml", catalogue),
        reasons=reasons(texts["reasons.toml"], f"{at}reasons.toml"),
        notices=worded(texts.get("notices.toml", ""), f"{at}notices.toml", Message),
        letters=worded(texts.get("letters.toml", ""), f"{at}letters.toml", Letter),
        edition=edition_of(texts),
        texts=dict(texts),
        at=at,
    )


def edition_of(texts: Mapping[str, str]) -> str:
    """Return the name of the edition that *texts* are: the same texts, the same name."""
    parts = "".join(f"{name}\0{texts[name]}\0" for name in sorted(texts))
    return blake2b(parts.encode(), digest_size=12).hexdigest()


def check_marks(path: str, raw: dict[str, Any]) -> None:
    """Check that every value has a mark and every mark a value.

    Raises:
        BadFile: the first that has none.
    """
    marks = raw["marks"]
    values = set(leaves({key: part for key, part in raw.items() if key not in UNMARKED}))
    for value in sorted(values):
        if value.rsplit(".", 1)[-1] not in NEEDS_NO_MARK and not value.endswith("_en") and not _mark(value, marks):
            raise BadFile(f"{path}: {value} has no mark in [marks]")
    for marked, mark in marks.items():
        if not MARK.fullmatch(mark):
            raise BadFile(f"{path}: marks.{marked} is {mark!r}; see the head of the file for what it may be")
        if not any(value == marked or value.startswith(f"{marked}.") for value in values):
            raise BadFile(f"{path}: marks.{marked} marks nothing")


def _mark(value: str, marks: dict[str, str]) -> str:
    while value:
        if value in marks:
            return marks[value]
        value = value.rpartition(".")[0]
    return ""


def leaves(part: Any, at: str = "") -> Iterator[str]:
    """Yield the dotted path of every value; elements of lists of tables go by their `id`."""
    if isinstance(part, dict):
        for key, inner in part.items():
            yield from leaves(inner, f"{at}.{key}" if at else key)
    elif isinstance(part, list) and part and isinstance(part[0], dict):
        for inner in part:
            yield from leaves(inner, f"{at}.{inner.get('id', '?')}")
    else:
        yield at


def folders() -> list[Path]:
    """Return the folders of all cities: those we ship, and those the operator keeps elsewhere."""
    further = [Path(SETTINGS.regions)] if SETTINGS.regions else []
    return sorted(
        folder for home in [HERE, *further] for folder in home.iterdir() if (folder / "region.toml").is_file()
    )


REGIONS: dict[str, Region] = {folder.name: load(folder) for folder in folders()}
