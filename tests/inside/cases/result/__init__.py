"""Tests of cases/result."""
