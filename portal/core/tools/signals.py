"""Signals: a room says what has happened, and rooms above it hear of it.

A lower room cannot import a higher one. So it declares a `Signal`, and `portal.following` names the listeners of every
signal, in the order in which they are called.
"""

from collections.abc import Awaitable, Callable
from typing import Generic, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


class Signal(Generic[P, R]):
    """Something that happens; its listeners take the arguments *P* and return *R*."""

    def __init__(self) -> None:
        """Begin without listeners."""
        self.listeners: tuple[Callable[P, Awaitable[R]], ...] = ()

    def heard_by(self, *listeners: Callable[P, Awaitable[R]]) -> None:
        """Name all *listeners* in their order; those named earlier no longer hear."""
        self.listeners = listeners

    async def send(self, *args: P.args, **kwargs: P.kwargs) -> list[R]:
        """Call the listeners one after another and return what they return; one that fails makes the sender fail.

        Most senders are in a transaction, which the listeners join: nobody is told of what is rolled back.
        """
        return [await listener(*args, **kwargs) for listener in self.listeners]
