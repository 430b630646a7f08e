"""What a case is for and what happened to it, in words that citizens and the desk both read."""

from portal.cases.life.moves import MOVES

NEW = "new"
RENEWAL = "renewal"
REREVIEW = "rereview"
KINDS = {RENEWAL: "续期", REREVIEW: "复审"}  # a first application has no word of its own

DID = {move.action: move.did for move in MOVES}
