"""Tests of staff/work."""
