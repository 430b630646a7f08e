"""Tests of portal.accounts."""
