"""Tests of cases/mail."""
