"""What waits at the desk, for whom: the queue, the team, calls, messages."""
