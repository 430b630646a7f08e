"""The insides, room by room as in portal/."""
