"""What was done and how well: the audit log and the figures."""
