"""Applications: drafts, proxies, applications entered by staff, renewals."""
