"""Tests of cases/experts."""
