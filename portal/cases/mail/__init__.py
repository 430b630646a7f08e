"""Mail sent and received for a case, and the service of its letters."""
