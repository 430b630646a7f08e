"""Tests of cases/papers."""
