"""The case: its states and moves, deadlines, history, corrections, decisions and benefits."""
