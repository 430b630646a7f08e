"""Tests of portal.citizen."""
