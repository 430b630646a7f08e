"""Tests of staff/experts."""
