"""The way to a submitted application, step by step."""
