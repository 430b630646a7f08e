"""The life of a case: its rows, its states, the table of moves, its clock, its history."""
