"""Tests of citizen/delegations."""
