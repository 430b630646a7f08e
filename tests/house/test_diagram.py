"""The page about the moves is the table: no row is missing, none is old."""

from portal.cases.life.moves import MOVES
from tests.helpers.diagram import PAGE, document


def test_the_page_about_the_moves_is_up_to_date() -> None:
    assert PAGE.read_text() == document(), "run python -m tests.helpers.diagram --write"


def test_every_move_stands_in_it() -> None:
    text = document()

    assert all(f"| {move.number} | `{move.action}` |" in text for move in MOVES)
