"""Tests of cases/figures."""
