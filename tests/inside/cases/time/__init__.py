"""Tests of cases/time."""
