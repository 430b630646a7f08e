"""A city's own words for messages and letters, where it wants others than the portal's.

``notices.toml`` and ``letters.toml`` of a city may be missing. Which variables a text may have and
how long it may be, the rooms that send it check (`must_hold`).
"""

import tomllib
from typing import TypeVar

import msgspec

from portal.regions.catalogue import BadFile

Kind = TypeVar("Kind")


class Message(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Own words for a message; what is empty stays the portal's. English readers need *in_app_en*."""

    source: str
    sms: str = ""
    in_app: str = ""
    in_app_en: str = ""


class Letter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Own paragraphs for a letter; its title, facts, reasons and ways to object stay."""

    source: str
    body: tuple[str, ...]


def worded(text: str, at: str, kind: type[Kind]) -> dict[str, Kind]:
    """Return the own words in *text* by the number of the message or letter; messages call the file *at*.

    Raises:
        BadFile: an unknown key, a value of the wrong kind.
    """
    try:
        return msgspec.convert(tomllib.loads(text), dict[str, kind])  # type: ignore[valid-type]
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise BadFile(f"{at}: {error}") from error
