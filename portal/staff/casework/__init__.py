"""One case at the desk: its page, its papers, and what a clerk does with it."""
