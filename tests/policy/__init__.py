"""The policy desk."""
