"""Who of the staff works on which case, finds it, notes something down, calls."""
