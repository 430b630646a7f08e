"""Experts: who asks them, and what they answer."""
