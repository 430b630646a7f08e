"""What hears of what is said in one place, in order, and nothing is forgotten there."""

import ast
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import portal
from portal import following
from portal.cases.life.case import MOVED, Case, Event
from portal.cases.life.moves import Move
from portal.cases.life.watch import watch
from portal.core.tools.signals import Signal

ROOMS = ("portal.accounts.", "portal.cases.", "portal.letters.", "portal.notices.")
PORTAL = Path(portal.__file__).parent


@cache
def modules() -> dict[str, ast.Module]:
    """Return every module of the portal by its name."""
    names = [module.name for module in pkgutil.walk_packages(portal.__path__, "portal.") if not module.ispkg]
    return {name: ast.parse((PORTAL.parent / f"{name.replace('.', '/')}.py").read_text()) for name in names}


def signals() -> Iterator[tuple[str, Signal[Any, Any]]]:
    """Return every signal with its module and name."""
    for module in modules():
        if module.startswith((*ROOMS, "portal.core.", "portal.documents.", "portal.policy.")):
            for name, thing in vars(importlib.import_module(module)).items():
                if isinstance(thing, Signal):
                    yield f"{module}.{name}", thing


def functions_called() -> Iterator[str]:
    """Return the full name of every function that some module names: its own, an imported one, one of a module."""
    for module, tree in modules().items():
        imported = {
            alias.asname or alias.name: f"{node.module}.{alias.name}"
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Name):
                yield imported.get(node.id, f"{module}.{node.id}")
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in imported:
                yield f"{imported[node.value.id]}.{node.attr}"


def written_for_moves() -> Iterator[Any]:
    """Return every function of the rooms that takes a case, a row of its history and the move."""
    for module in modules():
        if module.startswith(ROOMS):
            for function in vars(importlib.import_module(module)).values():
                if inspect.iscoroutinefunction(function) and function.__module__ == module:
                    kinds = [kind for name, kind in inspect.get_annotations(function).items() if name != "return"]
                    if kinds == [Case, Event, Move]:
                        yield function


def test_every_signal_is_heard() -> None:
    unheard = [name for name, signal in signals() if not signal.listeners]

    assert not unheard, "name its listeners in portal/following.py, or take the signal away"


def test_every_listener_of_a_move_is_in_the_list() -> None:
    forgotten = [
        f"{function.__module__}.{function.__name__}" for function in {*written_for_moves()} - {*MOVED.listeners}
    ]

    assert not forgotten, "add it to MOVED in portal/following.py, at the place where it must run"


def test_no_listener_of_another_signal_is_forgotten() -> None:
    called = {*functions_called()}
    written = [
        f"{module}.{node.name}"
        for module, tree in modules().items()
        if module.startswith(ROOMS)
        for node in tree.body
        if isinstance(node, ast.AsyncFunctionDef) and not node.decorator_list
    ]

    forgotten = [name for name in written if name not in called]

    assert not forgotten, "nobody calls it: name it in portal/following.py if it is a listener, or take it away"


def test_listeners_are_named_in_one_module_only() -> None:
    named = [name for name, tree in modules().items() for node in ast.walk(tree) if is_registration(node)]

    assert {*named} == {following.__name__}, "name listeners in portal/following.py, where their order can be read"


def is_registration(node: ast.AST) -> bool:
    """Return whether *node* names listeners, or the checks of a city's files."""
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("heard_by", "must_hold")
    )


def test_the_audit_log_comes_last() -> None:
    assert MOVED.listeners[-1] is watch
