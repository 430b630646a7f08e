"""No person sees a code: whatever the portal writes down by a code has words beside it, in both languages."""

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from portal.accounts.delegation_states import STATES, STEPS
from portal.cases.life.moves import MOVES, State
from portal.cases.log.words import ACTS, TOLD, UNKNOWN, words
from portal.core.tools.i18n import catalogue
from portal.regions.load import REGIONS

PORTAL = Path(__file__).parents[2] / "portal"
# Beginnings of acts that are put together from the name of a step.
COMPOSED = ("called_", "delegation_", "identity_", "mail_", "original_")
NOTE = {"note", "_noted"}  # functions that take the act without naming it, as one of their first two arguments


def noted() -> Iterator[tuple[str, str]]:
    """Yield each act that code writes into the audit log by its own name, and where.

    It is written out where it is given as ``act``, or where a variable or a default of that name is set.
    """
    for path in PORTAL.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            yield from ((act, path.relative_to(PORTAL).as_posix()) for value in values(node) for act in texts(value))


def values(node: ast.AST) -> list[ast.expr]:
    """Return the expressions that say which act it is."""
    match node:
        case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name), args=args, keywords=words):
            return [word.value for word in words if word.arg == "act"] + (args[:2] if name in NOTE else [])
        case ast.Assign(targets=[ast.Name(id="act")], value=value):
            return [value]
        case ast.Assign(targets=[ast.Tuple(elts=names)]) if "act" in [getattr(name, "id", "") for name in names]:
            at = [getattr(name, "id", "") for name in names].index("act")
            sides = [node.value.body, node.value.orelse] if isinstance(node.value, ast.IfExp) else [node.value]
            return [side.elts[at] for side in sides if isinstance(side, ast.Tuple)]
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            named = zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
            return [default for arg, default in named if arg.arg == "act" and default]
    return []


def texts(value: ast.expr) -> list[str]:
    """Return the texts an expression may come to: one, or either side of an ``if``."""
    sides = [value.body, value.orelse] if isinstance(value, ast.IfExp) else [value]
    return [str(side.value) for side in sides if isinstance(side, ast.Constant) and side.value]


def test_every_act_of_the_audit_log_has_words() -> None:
    written = set(noted())
    without = {f"{act} ({where})" for act, where in written if act not in TOLD["audit"]}

    assert len(written) > 60, "acts are written down in another way, which this test does not read"
    assert not without, "say what it is called in portal/cases/log/words.py"


def test_no_act_has_words_that_nobody_writes_down() -> None:
    written = {act for act, _ in noted()} | {move.action for move in MOVES}
    idle = [act.code for act in ACTS if act.code not in written and not act.code.startswith(COMPOSED)]

    assert not idle, "write it into the audit log where it happens, or take its words away"


def test_every_move_has_words() -> None:
    assert all(move.did for move in MOVES), "say what it did in its row of portal/cases/life/moves.py"
    assert {move.action for move in MOVES} <= set(TOLD["did"])


def test_every_act_has_words_in_the_log_and_in_both_languages() -> None:
    said = {text for told in TOLD.values() for text in told.values()} | {UNKNOWN}

    assert all(act.audit for act in ACTS), "say it in the row of its table, or in portal/cases/log/words.py"
    assert not said - catalogue("en").keys(), "translate it: .venv/bin/python -m tests.helpers.texts --write"


def test_an_act_stands_in_one_place() -> None:
    told = {(act.code, act) for act in ACTS}  # the rows of one move say the same
    twice = [code for code, count in Counter(code for code, _ in told).items() if count > 1]

    assert not twice, "its words stand twice, and differ"


def test_a_page_never_shows_a_code() -> None:
    assert words("abolished", "did") == words("abolished", "audit") == UNKNOWN


def test_every_state_has_words() -> None:
    for region in REGIONS.values():
        assert all(region.label(state.value) for state in State), f"say it in the region.toml of {region.id}"
    assert {row.action for row in STEPS} <= set(STATES), "say it in portal/accounts/delegation_states.py"
