"""Messages between a citizen and the office about a case."""
