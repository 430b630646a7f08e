"""Tests of public."""
