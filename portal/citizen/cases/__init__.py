"""One case as its citizen follows it: progress, corrections, answers, letters, mail."""
