"""Tests of portal.cases."""
