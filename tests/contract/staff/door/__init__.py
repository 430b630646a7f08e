"""Tests of staff/mail."""
