"""Tests of citizen/cases."""
