"""Shared by the pages of citizens: finding what an address names, and checking that the visitor may see it."""
