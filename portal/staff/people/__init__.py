"""People at the desk: accounts of staff, identities, delegations, applications filled in for somebody."""
