"""Tests of citizen."""
