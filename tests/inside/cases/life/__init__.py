"""Tests of cases/life."""
