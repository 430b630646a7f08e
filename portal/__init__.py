"""门特网办: a citizen portal for the recognition of outpatient special-disease benefits."""
