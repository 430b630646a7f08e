"""Tests of cases/benefits."""
