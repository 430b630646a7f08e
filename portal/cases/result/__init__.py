"""The result of a case: experts' opinions, decision, publicity."""
