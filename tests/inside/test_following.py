"""What follows a move is listed in one place, in order."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from typing import Any

import portal
from portal.cases.life import watch
from portal.cases.life.case import Case, Event
from portal.cases.life.moves import Move
from portal.following import LISTENERS

ROOMS = ("portal.cases.", "portal.letters.", "portal.notices.")


def written_as_listeners() -> Iterator[Any]:
    """Return every function of the rooms that takes a case, a row of its history and the move."""
    for module in pkgutil.walk_packages(portal.__path__, "portal."):
        if not module.name.startswith(ROOMS):
            continue
        for function in vars(importlib.import_module(module.name)).values():
            if inspect.iscoroutinefunction(function) and function.__module__ == module.name:
                kinds = [kind for name, kind in inspect.get_annotations(function).items() if name != "return"]
                if kinds == [Case, Event, Move]:
                    yield function


def test_every_listener_of_a_move_is_in_the_list() -> None:
    forgotten = [f"{function.__module__}.{function.__name__}" for function in {*written_as_listeners()} - {*LISTENERS}]

    assert not forgotten, "add it to LISTENERS in portal/following.py, at the place where it must run"


def test_the_audit_log_comes_last() -> None:
    assert LISTENERS[-1] is watch.watch
