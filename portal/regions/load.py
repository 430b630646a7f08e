"""Load the cities: the folders beside this file, and the operator's own folders.

A wrong or unknown key stops the start; the message names file and key. Every value must have a mark
that says where it comes from; a value that is not ``confirmed <date>`` makes pages say 样例政策数据.
`portal.policy.holding` adds the checks that need other packages.

A city is made of texts (`read`), which come from a folder or from versions that the policy desk
released. `REGIONS` holds today's cities; an entry is replaced as a whole, never changed.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Any

import msgspec

from portal.core.tools.phone import Phone
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
# Names and links between tables need no mark: they state no fact that an operator could confirm.
NEEDS_NO_MARK = {"id", "state", "actor", "when"}


class Region(msgspec.Struct, frozen=True, eq=False):
    """A city: its rules, diseases, hospitals and working days; *texts* are the files it was read from.

    *at* is their folder, for error messages. Regions are compared by identity, so one can be a dictionary key.
    """

    rules: Rules
    diseases: dict[str, Disease]
    hospitals: dict[str, Hospital]
    calendar: Calendar
    criteria: dict[str, Criteria] = {}
    reasons: Reasons = Reasons()
    notices: dict[str, Message] = {}
    letters: dict[str, Letter] = {}
    edition: str = ""  # name of this set of texts; stored with each case that begins with it
    over: str = ""  # edition of the workflow, if the questions come from another edition
    texts: Mapping[str, str] = {}
    at: str = ""

    @property
    def id(self) -> str:
        """The city's word in addresses, such as ``meishan``."""
        return self.rules.region.id

    @property
    def key(self) -> str:
        """The cache key for parts of pages that depend on the city; it changes with the city's texts."""
        return f"{self.id}.{self.edition}.{self.over}"

    @property
    def short(self) -> str:
        """The short name, 眉山市."""
        return self.rules.region.short_zh

    @property
    def hotline(self) -> str:
        """The phone number to call; the national hotline if the city has none."""
        return self.rules.contact.hotline or self.rules.contact.hotline_fallback

    @property
    def phone(self) -> Phone:
        """The hotline as pages show it: a link."""
        return Phone(self.hotline)

    def sample(self, *sections: str) -> bool:
        """Return whether a value in *sections* (all sections if none is given) is not confirmed yet."""
        return any(
            not mark.startswith("confirmed")
            for path, mark in self.rules.marks.items()
            if not sections or path.split(".")[0] in sections
        )

    def label(self, state: str) -> str:
        """Return the city's label for the state *state* of a case."""
        return self.rules.labels[state]

    def material(self, id: str) -> Material:
        """Return the material called *id*.

        Raises:
            KeyError: the city has no such material.
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
        BadFile: a file is missing or cannot be read.
    """
    return {name: text_of(folder / name) for name in FILES if name not in MAY_BE_MISSING or (folder / name).exists()}


def text_of(path: Path) -> str:
    """Return the text of a file.

    Raises:
        BadFile: the file is missing or is not UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadFile(f"{path}: {error}") from error


def read(id: str, texts: Mapping[str, str], calendar: str, at: str = "") -> Region:
    """Return the city *id* built from *texts* (by the file names in `FILES`) and the text of the calendars.

    *at* is the folder of the files, for error messages.

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
    """Return the name of the edition with these *texts*; equal texts have the same name."""
    parts = "".join(f"{name}\0{texts[name]}\0" for name in sorted(texts))
    return blake2b(parts.encode(), digest_size=12).hexdigest()


def check_marks(path: str, raw: dict[str, Any]) -> None:
    """Check that every value has a mark and every mark a value.

    Raises:
        BadFile: names the first value or mark that lacks its counterpart.
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
    """Yield the dotted path of every value; an element of a list of tables is named by its `id`."""
    if isinstance(part, dict):
        for key, inner in part.items():
            yield from leaves(inner, f"{at}.{key}" if at else key)
    elif isinstance(part, list) and part and isinstance(part[0], dict):
        for inner in part:
            yield from leaves(inner, f"{at}.{inner.get('id', '?')}")
    else:
        yield at


def folders() -> list[Path]:
    """Return the folders of all cities: the shipped ones and the operator's own."""
    further = [Path(SETTINGS.regions)] if SETTINGS.regions else []
    return sorted(
        folder for home in [HERE, *further] for folder in home.iterdir() if (folder / "region.toml").is_file()
    )


REGIONS: dict[str, Region] = {folder.name: load(folder) for folder in folders()}
