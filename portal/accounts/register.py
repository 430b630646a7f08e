"""The insurance register behind one interface; the demonstration has one of its own."""

import csv
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal, Protocol

import msgspec

from portal.core.tools.settings import SETTINGS

PEOPLE = Path(__file__).parent / "demo_people.csv"


class Unreachable(Exception):
    """The register does not answer; the case is taken and staff check by hand."""


INSURANCE = {"employee": "职工医保", "resident": "居民医保"}
STATUS = {"normal": "正常", "suspended": "暂停", "ended": "终止"}


class Insured(msgspec.Struct, frozen=True):
    """What the register says of a person."""

    no: str
    region: str
    name: str
    id_type: str
    id_number: str
    sex: Literal["M", "F"]
    born: date
    insurance_type: Literal["employee", "resident"]
    status: Literal["normal", "suspended", "ended"]
    arrears: bool
    phone: str
    card_no: str
    story: str

    @property
    def insurance_words(self) -> str:
        """Which insurance it is."""
        return INSURANCE[self.insurance_type]

    @property
    def status_words(self) -> str:
        """Whether it is in force."""
        return STATUS[self.status]


class Register(Protocol):
    """An insurance register."""

    async def find(self, id_number: str) -> Insured | None:
        """Return the record under *id_number* in any region; None if there is none.

        Raises:
            Unreachable: no answer.
        """


class Demo:
    """A register of the demo people, read from a file; `unreachable` makes it fail, for tests."""

    unreachable = False

    async def find(self, id_number: str) -> Insured | None:
        """Return the demo person with *id_number*."""
        if Demo.unreachable:
            raise Unreachable
        return demo_people().get(id_number)


@cache
def demo_people() -> dict[str, Insured]:
    """Return the demo people by identity number."""
    with PEOPLE.open(newline="", encoding="utf-8") as file:
        rows = [msgspec.convert(row, Insured, strict=False) for row in csv.DictReader(file)]
    return {row.id_number: row for row in rows}


def register() -> Register:
    """Return the register of this installation.

    Raises:
        ValueError: the setting names none.
    """
    if SETTINGS.insurance == "demo":
        return Demo()
    raise ValueError(f"PORTAL_INSURANCE names no register: {SETTINGS.insurance!r}")
