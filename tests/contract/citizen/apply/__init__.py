"""Tests of citizen/apply."""
