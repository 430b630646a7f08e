"""Tests of portal.questions."""
