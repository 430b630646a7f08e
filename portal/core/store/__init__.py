"""What is kept: the database, files, jobs, the outbox, the audit log, and how they are sealed."""
