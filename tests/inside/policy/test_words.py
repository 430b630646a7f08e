"""Everything that a form of the policy desk shows has words, in both languages."""

from typing import get_type_hints

import msgspec
import pytest

from portal.core.tools.i18n import catalogue
from portal.policy import fields
from portal.regions.load import REGIONS
from portal.regions.model import Rules
from portal.regions.reasons import Reason
from portal.regions.workdays import Year
from portal.staff.policy.words import CHOICES, KEYS, PARTS

PARTS_OF_A_CITY = (fields.kind_of("region.toml", (name,)) for name in get_type_hints(Rules))
STRUCTS = [
    *fields.ROWS.values(),
    *(kind for kind in PARTS_OF_A_CITY if isinstance(kind, type) and issubclass(kind, msgspec.Struct)),
    Reason,
    Year,
]


def test_every_part_of_a_file_has_words() -> None:
    parts = {
        path[0] for region in REGIONS.values() for path in fields.parts("region.toml", region.texts["region.toml"])
    }

    assert not parts - PARTS.keys()


@pytest.mark.parametrize("struct", STRUCTS)
def test_every_key_and_every_choice_has_words(struct: type[msgspec.Struct]) -> None:
    shown = fields.fields(struct, {})

    assert not {field.name for field in shown} - {*KEYS, *PARTS}
    assert not {value for field in shown for value in field.choices} - CHOICES.keys()


def test_every_word_has_its_english() -> None:
    words = {*PARTS.values(), *KEYS.values(), *CHOICES.values()}

    assert not words - catalogue("en").keys()
