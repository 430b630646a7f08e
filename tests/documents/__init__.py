"""Tests of portal.documents."""
