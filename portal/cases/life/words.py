"""What a case is for, in words that citizens and the desk both read."""

NEW = "new"
RENEWAL = "renewal"
REREVIEW = "rereview"
KINDS = {RENEWAL: "续期", REREVIEW: "复审"}  # a first application has no word of its own
