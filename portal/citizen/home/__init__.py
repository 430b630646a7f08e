"""What waits for me first, and what I was told."""
