"""Tests of staff/people."""
