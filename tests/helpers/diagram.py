"""`portal/MOVES.md`: the table of moves as a diagram and as rows, made from the code.

``python -m tests.helpers.diagram --write`` writes it; a test says when that is due.
"""

import sys

from portal.cases.life.moves import MOVES, TURNS, State
from portal.core.tools.i18n import LOCALES

PAGE = LOCALES.parent / "MOVES.md"
HEAD = """# The life of a case

Made from `cases/life/moves.py` by `python -m tests.helpers.diagram --write`. T01 begins a draft and T23 deletes it:
they are no rows. A row without a state to begin in stands in the history only. Which moves a city allows, and when,
stands in its `region.toml`.
"""


def document() -> str:
    """Return the whole page."""
    return "\n".join([HEAD, *diagram(), "", *rows(), ""])


def diagram() -> list[str]:
    """Return the states and moves as a Mermaid drawing; what stays in its state is in the table only."""
    lines = ["```mermaid", "stateDiagram-v2", "  [*] --> draft: T01 start", "  draft --> [*]: T23 delete"]
    for move in MOVES:
        for before in move.before:
            if move.after == "back":
                lines += [f"  {before} --> {back}: {move.number} {move.action}" for back in backs()]
            elif move.after != "stay":
                lines.append(f"  {before} --> {move.after}: {move.number} {move.action}")
    ends = [f"  {state} --> [*]" for state in State if state not in TURNS]
    return [*dict.fromkeys(lines), *ends, "```"]


def backs() -> list[State]:
    """Return where a correction may have come from."""
    return [state for move in MOVES if move.action == "ask_correction" for state in move.before]


def rows() -> list[str]:
    """Return the table."""
    lines = ["| T | action | in words | from | to | who | messages | letters | clock |", "| --- " * 9 + "|"]
    for move in MOVES:
        cells = (
            move.number,
            f"`{move.action}`",
            move.did,
            ", ".join(move.before),
            str(move.after),
            ", ".join(move.who),
            move.notices,
            move.letters,
            move.clock,
        )
        lines.append("| " + " | ".join(cells) + " |")
    return lines


if __name__ == "__main__":
    if "--write" in sys.argv:
        PAGE.write_text(document())
    else:
        sys.stdout.write(document())
