"""The desk for every test of this room."""

from tests.policy.desk import desk

__all__ = ["desk"]
