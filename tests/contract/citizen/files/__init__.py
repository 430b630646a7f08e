"""Tests of citizen/files."""
