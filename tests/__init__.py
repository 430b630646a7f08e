"""Tests, room by room; names are sentences about people and things."""
