"""What is counted and how long it took; no names."""
