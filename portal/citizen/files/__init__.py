"""The files of a citizen: upload, view, turn, move, replace, remove."""
