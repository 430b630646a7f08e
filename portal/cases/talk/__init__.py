"""What a citizen and the office write to each other about a case."""
