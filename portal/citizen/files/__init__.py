"""Files of a citizen: they arrive, are looked at, turned, replaced."""
