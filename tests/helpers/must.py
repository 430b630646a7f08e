"""Say that something is there."""

from typing import TypeVar

T = TypeVar("T")


def must(thing: T | None) -> T:
    """Return *thing*, which the test expects to be there."""
    assert thing is not None
    return thing
