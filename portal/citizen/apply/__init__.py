"""The wizard: from beginning a draft to submitting it."""
