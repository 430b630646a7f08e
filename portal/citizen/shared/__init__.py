"""What the pages of citizens share: what an address names and whose it is."""
