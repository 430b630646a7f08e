"""A status as the desk shows it."""

import msgspec


class Sign(msgspec.Struct, frozen=True):
    """A status: its words, and the kind of the sign before them (`components/status.html`)."""

    kind: str
    words: str
