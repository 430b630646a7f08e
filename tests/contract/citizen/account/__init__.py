"""Tests of citizen/account."""
