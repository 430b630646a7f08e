"""What needs nothing else: clock, settings, errors, words, log, paper and the sandbox."""
