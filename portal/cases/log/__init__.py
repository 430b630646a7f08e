"""What the acts in the audit log are called."""
