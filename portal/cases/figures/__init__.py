"""Figures: counts and working times, without names."""
