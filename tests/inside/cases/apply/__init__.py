"""Tests of cases/apply."""
