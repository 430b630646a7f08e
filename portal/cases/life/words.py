"""The kind of a case (first application, renewal, re-review) in words, for citizens and staff."""

NEW = "new"
RENEWAL = "renewal"
REREVIEW = "rereview"
KINDS = {RENEWAL: "续期", REREVIEW: "复审"}  # a first application has no word of its own
