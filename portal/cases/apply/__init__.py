"""The way to a submitted case: the draft, who fills it in for whom, renewal."""
