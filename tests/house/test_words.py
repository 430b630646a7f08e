"""No person sees a code: whatever the portal writes down by a code has words beside it."""

import ast
from collections.abc import Iterator
from pathlib import Path

from portal.accounts.delegation_states import STATES, STEPS
from portal.cases.life.moves import MOVES, State
from portal.cases.life.words import DID
from portal.cases.mail import acts as mail
from portal.cases.mail import originals
from portal.regions.load import REGIONS
from portal.staff.records.acts import ACTS

PORTAL = Path(__file__).parents[2] / "portal"


def noted() -> Iterator[tuple[str, str]]:
    """Return each act that is written into the audit log by its own name, and where."""
    for path in PORTAL.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.keyword) and node.arg == "act" and isinstance(node.value, ast.Constant):
                yield str(node.value.value), path.relative_to(PORTAL).as_posix()


def test_every_act_of_the_audit_log_has_words() -> None:
    made = {
        *(f"mail_{row.action}" for row in mail.ACTS),
        *(f"original_{row.action}" for row in originals.ACTS),
        *(f"delegation_{row.action}" for row in STEPS),
        *(move.action for move in MOVES),
    }
    without = {f"{act} ({where})" for act, where in noted() if act not in ACTS} | (made - set(ACTS))

    assert not without, "say what it is called in portal/staff/records/acts.py"


def test_every_move_has_words() -> None:
    assert all(DID[move.action] for move in MOVES), "say what it did in its row of portal/cases/life/moves.py"


def test_every_state_has_words() -> None:
    for region in REGIONS.values():
        assert all(region.label(state.value) for state in State), f"say it in the region.toml of {region.id}"
    assert {row.action for row in STEPS} <= set(STATES), "say it in portal/accounts/delegation_states.py"
