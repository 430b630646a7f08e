"""Tests of core/outside."""
