"""The web layer that every request passes: the door, sessions, forms, uploads, pages, streams."""
