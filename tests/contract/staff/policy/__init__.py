"""Tests of staff/policy."""
