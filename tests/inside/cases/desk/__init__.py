"""Tests of cases/desk."""
