"""The diseases and hospitals of a city, read from its CSV files."""

import csv
import io
from typing import Literal, TypeVar

import msgspec

from portal.core.tools.i18n import Said

Kind = TypeVar("Kind")


class Disease(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One item of the disease catalogue (病种). Months of 0: a benefit without end, or no re-review."""

    code: str
    name_zh: str
    name_en: str
    tier: Literal["I", "II"]
    validity_months: int
    rereview_months: int
    privacy: Literal["", "strict"]
    specialty: str
    evidence_zh: tuple[str, ...]
    confidence: Literal["A", "B", "C"]
    note_zh: str
    source: str

    def name(self, language: str) -> str:
        """Return the disease's name in *language*, as the catalogue gives it."""
        return self.name_en if language == "en" else self.name_zh


LEVELS = {1: "一级", 2: "二级", 3: "三级"}


class Hospital(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A medical institution (医疗机构); level 1 to 3, or 0 for none."""

    code: str
    name_zh: str
    level: int
    district_zh: str
    designated: bool
    settles: bool
    source: str

    @property
    def level_words(self) -> str:
        """Its level, and whether it is designated, in words."""
        level = LEVELS.get(self.level, "没有定级")
        return Said("{level}，定点", level=level) if self.designated else Said("{level}，不是定点", level=level)


class BadFile(Exception):
    """A data file that cannot be used; the message names the file, the line or key, and what is wrong."""


def diseases(text: str, at: str) -> dict[str, Disease]:
    """Return the diseases in *text* by code, in the order of the file, which is called *at* in messages.

    Raises:
        BadFile: a column is missing or unknown, a value has the wrong type, or a code occurs twice.
    """
    found: dict[str, Disease] = {}
    for number, row in rows(text):
        row["evidence_zh"] = [part for part in str(row.get("evidence_zh", "")).split("；") if part]
        disease = _as(Disease, row, at, number)
        if disease.code in found:
            raise BadFile(f"{at}:{number}: code {disease.code} stands twice")
        found[disease.code] = disease
    return found


def hospitals(text: str, at: str) -> dict[str, Hospital]:
    """Return the hospitals in *text* by name, in the order of the file, which is called *at* in messages.

    Raises:
        BadFile: as for `diseases`.
    """
    return {hospital.name_zh: hospital for number, row in rows(text) for hospital in [_as(Hospital, row, at, number)]}


def rows(text: str) -> list[tuple[int, dict[str, object]]]:
    """Return ``(line number, row)`` for each row of a CSV *text*."""
    lines = io.StringIO(text.removeprefix("\ufeff"), newline="")
    return [(number, dict(row)) for number, row in enumerate(csv.DictReader(lines), start=2)]


def _as(kind: type[Kind], row: dict[str, object], at: str, number: int) -> Kind:
    try:
        return msgspec.convert(row, kind, strict=False)
    except msgspec.ValidationError as error:
        raise BadFile(f"{at}:{number}: {error}") from error
