"""The desk for every test of this room."""

from tests.helpers.policy_desk import desk

__all__ = ["desk"]
