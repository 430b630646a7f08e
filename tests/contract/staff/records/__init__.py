"""Tests of staff/records."""
