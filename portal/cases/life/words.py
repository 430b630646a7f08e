"""What a case is for, in words that citizens and the desk both read."""

NEW, RENEWAL, REREVIEW = "new", "renewal", "rereview"
KINDS = {RENEWAL: "续期", REREVIEW: "复审"}  # a first application has no word of its own
