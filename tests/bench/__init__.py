"""The figures: CPU per page and journey, bytes, memory. Run with ``make bench``."""
