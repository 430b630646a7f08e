"""Tests of staff/casework."""
