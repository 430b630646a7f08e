"""A city's own words for messages and letters, which replace the portal's words.

A city may lack ``notices.toml`` and ``letters.toml``. The packages that send a text check its variables
and its length (`must_hold`).
"""

import tomllib
from typing import TypeVar

import msgspec

from portal.regions.catalogue import BadFile

Kind = TypeVar("Kind")


class Message(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A city's words for a message; an empty text keeps the portal's. *in_app_en* is for English readers."""

    source: str
    sms: str = ""
    in_app: str = ""
    in_app_en: str = ""


class Letter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A city's paragraphs for a letter; title, facts, reasons and ways to object stay the portal's."""

    source: str
    body: tuple[str, ...]


def worded(text: str, at: str, kind: type[Kind]) -> dict[str, Kind]:
    """Return the city's words in *text* by number of message or letter; error messages call the file *at*.

    Raises:
        BadFile: an unknown key, or a value of the wrong type.
    """
    try:
        return msgspec.convert(tomllib.loads(text), dict[str, kind])  # type: ignore[valid-type]
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise BadFile(f"{at}: {error}") from error
