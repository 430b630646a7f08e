"""Who is asked for an opinion on a case: the pool, the panel, its seats."""
